"""A store in a new directory, and things to keep in it."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from playbooks.ports import CallRecord
from playbooks.report import Coverage, Report
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def store(path: Path) -> AsyncGenerator[SqlStore]:
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
        return CallRecord(
            at=at,
            method="GET",
            endpoint="/v1/users/me",
            status=status,
            total_ms=12.5,
            connection="a",
            **changes,
        )

    return make
