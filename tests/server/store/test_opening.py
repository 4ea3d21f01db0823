"""Which file is open: the one at the address, whatever somebody does to it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from playbooks.report import Report
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("parts", [("", "-wal", "-shm"), ("",)], ids=["all", "journal-left"])
async def test_a_file_that_was_deleted_is_begun_anew_for_every_process(
    sqlite_store: SqlStore, path: Path, report: Callable[..., Report], parts: Sequence[str]
) -> None:
    await sqlite_store.keep_run(report("lost"))
    for part in parts:
        path.with_name(path.name + part).unlink()

    await sqlite_store.keep_run(report("kept"))

    other = SqlStore(f"sqlite:///{path}", clock=lambda: NOW)
    assert [run.run_id for run in await other.latest_runs()] == ["kept"]
    assert (await sqlite_store.probe()).size_bytes
    await other.aclose()
