import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.errors import BackupUnusable, BaseUnusable
from server.backups.draft import FileDraft
from tests.server.backups.archived import ABOUT, SMALL, TABLE, Shelf, row


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "backups")


async def test_an_unfinished_draft_is_gone_on_with(shelf: Shelf) -> None:
    first = await shelf.begin()
    await first.put("page", [row("a", edited="2026-11-25T14:00:00.000Z")])
    await first.note("rows/ds-1", "done")
    first.close()
    shelf.now += timedelta(days=2)

    again = await shelf.begin()

    assert (again.id, again.started_at) == (first.id, first.started_at)
    assert await again.noted("rows/ds-1") == "done"
    assert await again.noted("rows/ds-2") is None
    assert await again.has("page", "ds-1") == {"a": "2026-11-25T14:00:00.000Z"}
    again.close()


async def test_a_draft_of_another_base_or_of_long_ago_is_not(shelf: Shelf) -> None:
    base = await shelf.kept(SMALL)
    first = await shelf.begin()
    first.close()

    other = await shelf.begin(base.id)
    other.close()
    again = await shelf.begin()
    again.close()
    shelf.now += timedelta(days=8)
    late = await shelf.begin()
    late.close()

    assert other.id != first.id
    assert again.id == first.id
    assert late.id not in {first.id, other.id}
    assert len(list(shelf.directory.glob(".draft-*"))) == 1


async def test_an_incremental_draft_holds_what_its_base_holds(shelf: Shelf) -> None:
    base = await shelf.kept(SMALL)

    draft = await shelf.begin(base.id)
    await draft.drop("page", ["a", "never there"])
    await draft.put("page", [row("c"), row("b")])
    snapshot = await draft.finish(ABOUT)

    rows = [each async for each in shelf.archive().records(snapshot.id, "page", "ds-1")]
    assert rows == [row("b"), row("c")]
    assert (snapshot.manifest.mode, snapshot.manifest.base_id) == ("incremental", base.id)
    assert snapshot.manifest.counts["content"] == 1


async def test_only_one_draft_is_written_at_a_time(shelf: Shelf) -> None:
    first = await shelf.begin()

    with pytest.raises(BackupUnusable, match="Another process"):
        await shelf.begin()
    elsewhere = await shelf.begin(connection="another")
    first.close()
    after = await shelf.begin()

    elsewhere.close()
    after.close()


async def test_a_finished_or_abandoned_draft_leaves_nothing_behind(shelf: Shelf) -> None:
    finished = await shelf.begin()
    await finished.finish(ABOUT)
    finished.close()
    abandoned = await shelf.begin()
    await abandoned.abandon()

    names = sorted(path.name for path in shelf.directory.iterdir())

    assert names == [".writing-c", finished.id]


async def test_a_base_that_is_harmed_begins_nothing(shelf: Shelf) -> None:
    base = await shelf.kept(SMALL)
    file = shelf.directory / base.id / base.manifest.files[0].name
    file.write_bytes(file.read_bytes()[::-1])

    with pytest.raises(BaseUnusable, match="SHA-256 differs"):
        await shelf.begin(base.id)

    assert list(shelf.directory.glob(".draft-*")) == []
    (await shelf.begin()).close()


def no_file(lock: Path) -> None:
    lock.mkdir()


def no_lock(lock: Path) -> None:
    lock.write_text("somebody's notes\n" * 100, "utf-8")


@pytest.mark.parametrize("spoil", [no_file, no_lock])
async def test_a_lock_that_cannot_be_had_is_not_taken_for_that_of_another_process(
    shelf: Shelf, spoil: Callable[[Path], None]
) -> None:
    shelf.directory.mkdir()
    spoil(shelf.directory / ".writing-c")

    with pytest.raises(BackupUnusable, match="Backups cannot be written to"):
        await shelf.begin()


DYING = """
import os, sys
from datetime import datetime
from pathlib import Path
import anyio
from tests.server.backups.archived import ABOUT, Shelf, TABLE, row

async def main() -> None:
    shelf = Shelf(Path(sys.argv[1]))
    draft = await shelf.begin()
    await draft.put("data_source", [TABLE])
    await draft.put("page", [row(f"{n:03}") for n in range(40)])
    print(draft.id, flush=True)
    if sys.argv[2] == "finishing":
        Path.rename = lambda *_: os._exit(9)
        await draft.finish(ABOUT)
    os._exit(9)

anyio.run(main)
"""


@pytest.mark.parametrize("moment", ["writing", "finishing"])
async def test_what_a_killed_process_leaves_is_taken_over(shelf: Shelf, moment: str) -> None:
    died = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
        [sys.executable, "-c", DYING, str(shelf.directory), moment],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert died.returncode == 9, died.stderr
    assert await shelf.archive().snapshots() == ()

    draft: FileDraft = await shelf.begin()
    snapshot = await draft.finish(ABOUT)

    assert died.stdout.strip() == draft.id == snapshot.id
    assert snapshot.manifest.counts["rows/ds-1"] == 40
    assert (await shelf.archive().verify(snapshot.id, 2)).passed


async def test_a_draft_that_was_never_quite_begun_is_cleared_away(shelf: Shelf) -> None:
    torn = shelf.directory / ".draft-c-torn"
    torn.mkdir(parents=True)
    (torn / "draft.sqlite3").write_bytes(b"SQLite format 3\0 and then nothing")

    draft = await shelf.begin()
    await draft.put("data_source", [TABLE])
    draft.close()

    assert not torn.exists()
