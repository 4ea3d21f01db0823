"""The journal: one unbroken chain, whoever writes, and every change to it is seen."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from playbooks.plan import JournalEntry
from server.store.sql import SqlStore
from tests.server.store.engines import several_processes
from tests.server.store.raw import change, query

NOW = datetime(2026, 3, 11, 9, 30, 0, 123456, tzinfo=UTC)


def entry(subject: str = "mirror.ttl_s", **fields: Any) -> JournalEntry:
    return JournalEntry(at=NOW, kind="write", actor="cursor 1.0", subject=subject, **fields)


async def keep_three(store: SqlStore) -> None:
    await store.append_journal([entry("one", before=None, after={"z": 1.5, "a": ["ü", "\u2028"]})])
    await store.append_journal([entry("two", before="x"), entry("three")])


async def test_entries_are_numbered_and_chained(store: SqlStore) -> None:
    await keep_three(store)

    rows = await query(store, "SELECT number, subject, previous, hash FROM journal ORDER BY number")

    assert [row[:2] for row in rows] == [(1, "one"), (2, "two"), (3, "three")]
    assert [row[2] for row in rows] == ["0" * 64, rows[0][3], rows[1][3]]


async def test_a_journal_that_nobody_touched_is_whole(store: SqlStore) -> None:
    assert await store.verify_journal() is None
    await keep_three(store)

    assert await store.verify_journal() is None


async def test_an_instant_of_any_zone_stays_whole(store: SqlStore) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    await store.append_journal([entry().model_copy(update={"at": elsewhere})])

    assert await store.verify_journal() is None


@pytest.mark.parametrize(
    ("tamper", "number"),
    [
        pytest.param("UPDATE journal SET actor = 'nobody' WHERE number = 2", 2, id="changed"),
        pytest.param("UPDATE journal SET after = '2' WHERE number = 1", 1, id="changed-value"),
        pytest.param("UPDATE journal SET hash = 'x' WHERE number = 3", 3, id="changed-hash"),
        pytest.param("UPDATE journal SET kind = 'bogus' WHERE number = 2", 2, id="unknown-kind"),
        pytest.param("DELETE FROM journal WHERE number = 2", 2, id="removed"),
        pytest.param("DELETE FROM journal WHERE number = 1", 1, id="beginning-removed"),
        pytest.param("UPDATE journal SET number = 0 WHERE number = 3", 1, id="moved"),
        pytest.param("DELETE FROM journal WHERE number = 3", 3, id="end-cut-off"),
        pytest.param("DELETE FROM journal", 1, id="all-removed"),
        pytest.param("DELETE FROM journal_head", 4, id="head-removed"),
        pytest.param(
            "INSERT INTO journal SELECT 4, at, kind, actor, subject, before, after, previous,"
            " hash FROM journal WHERE number = 3",
            4,
            id="inserted",
        ),
    ],
)
async def test_the_first_broken_entry_is_named(store: SqlStore, tamper: str, number: int) -> None:
    await keep_three(store)
    await change(store, tamper)

    assert await store.verify_journal() == number


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param("UPDATE journal SET after = '{bad' WHERE number = 2", id="no-json"),
        pytest.param("UPDATE journal SET at = 'x' WHERE number = 2", id="no-instant"),
    ],
)
async def test_an_entry_that_cannot_be_read_is_the_broken_one(
    sqlite_store: SqlStore, tamper: str
) -> None:
    await keep_three(sqlite_store)
    await change(sqlite_store, tamper)

    assert await sqlite_store.verify_journal() == 2


async def test_an_emptied_journal_is_noticed_while_steps_of_plans_stand(store: SqlStore) -> None:
    await keep_three(store)
    await change(store, "DELETE FROM journal")
    await change(store, "DELETE FROM journal_head")
    async with store.turn("plan_1", by_hand=True) as turn:
        assert turn is not None
        await store.add_step("plan_1", 0, "applied", turn=turn)

    assert await store.verify_journal() == 1


async def test_the_newest_entry_about_a_thing_is_found(store: SqlStore) -> None:
    await keep_three(store)
    await store.append_journal([entry("two", after="y")])

    newest = await store.last_journalled("two")

    assert newest is not None
    assert newest.after == "y"
    assert await store.last_journalled("tw") is None


async def test_what_is_appended_after_a_cut_does_not_hide_it(store: SqlStore) -> None:
    await keep_three(store)
    await change(store, "DELETE FROM journal WHERE number = 3")
    await store.append_journal([entry("four")])

    assert await store.verify_journal() == 3


APPEND = """
import anyio, sys
from datetime import UTC, datetime
from playbooks.plan import JournalEntry
from server.store.sql import SqlStore

async def main():
    store = SqlStore(sys.argv[1], clock=lambda: datetime.now(UTC))
    for number in range(20):
        subject = f"{sys.argv[2]}.{number}"
        entry = JournalEntry(at=datetime.now(UTC), kind="write", actor="a", subject=subject)
        await store.append_journal([entry])
    await store.aclose()

anyio.run(main)
"""


def exit_statuses_of_writers(address: str) -> list[int]:
    names = ("a", "b", "c")
    writers = [subprocess.Popen([sys.executable, "-c", APPEND, address, name]) for name in names]
    return [writer.wait(timeout=60) for writer in writers]


@several_processes
async def test_processes_that_write_at_once_make_one_chain(store: SqlStore, address: str) -> None:
    await store.probe()

    assert exit_statuses_of_writers(address) == [0, 0, 0]

    assert await query(store, "SELECT count(DISTINCT subject), max(number) FROM journal") == [
        (60, 60)
    ]
    assert await store.verify_journal() is None
