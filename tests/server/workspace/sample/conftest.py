"""One sample workspace for all tests here, and every row of it as the API answers."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.workspace.core import Actor, Workspace
from server.workspace.sample import create_sample, names

OWNER = Actor("00000000-0000-4000-8000-000000000000", "person")


@pytest.fixture(scope="session")
def sample_now() -> datetime:
    """A Wednesday afternoon."""
    return datetime(2026, 11, 25, 14, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, sample_now: datetime) -> Generator[Workspace]:
    yield from _made(tmp_path_factory.mktemp("sample"), sample_now)


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory, sample_now: datetime) -> Generator[Workspace]:
    """Another sample of the same day."""
    yield from _made(tmp_path_factory.mktemp("twin"), sample_now)


def _made(folder: Path, now: datetime) -> Generator[Workspace]:
    workspace = Workspace.open(folder / "workspace.sqlite", clock=lambda: now)
    create_sample(workspace, now=now)
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def ask(sample: Workspace) -> Callable[..., Any]:
    """A request with the rights of the owner."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        return sample.perform(method, path, body, actor=OWNER)

    return ask


@pytest.fixture(scope="session")
def pages(ask: Callable[..., Any]) -> dict[str, list[Any]]:
    """Every row of each database by its key, in order of creation."""
    found = ask("POST", "/v1/search", {"filter": {"property": "object", "value": "data_source"}})
    by_title = {each["title"][0]["plain_text"]: each["id"] for each in found["results"]}
    return {key: _rows(ask, by_title[title]) for key, title in names.TITLES.items()}


def _rows(ask: Callable[..., Any], data_source_id: str) -> list[Any]:
    body: dict[str, Any] = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}]}
    rows: list[Any] = []
    while True:
        page = ask("POST", f"/v1/data_sources/{data_source_id}/query", body)
        rows += page["results"]
        if not page["has_more"]:
            return rows
        body["start_cursor"] = page["next_cursor"]
