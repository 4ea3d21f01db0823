"""Calls of AI tools in the store, on both engines."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from playbooks.arguments import KEPT_FOR
from playbooks.usage import Bucket, UsageRecord
from server.store.claims import CLAIMED_FOR
from server.store.kept_usage import KeptUsage
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 11)
SUCCEEDED = Bucket("cursor", TODAY, "succeeded")


def record(name: str = "a", **changes: Any) -> UsageRecord:
    fields: dict[str, Any] = {"tool": "cursor", "at": NOW, "day": TODAY, "success": True}
    return UsageRecord(id=name, **(fields | changes))


@pytest.fixture
async def book(store: SqlStore) -> KeptUsage:
    return KeptUsage(store, connection="mine", clock=lambda: NOW)


async def test_a_record_comes_back_as_it_was(book: KeptUsage) -> None:
    kept = record(
        response_time_ms=412.5,
        tokens=2_400,
        cost=0.0144,
        task_id="t1",
        error_class="network",
        success=False,
        calls_count=3,
    )

    await book.record([kept])

    assert await book.between(NOW, NOW + timedelta(seconds=1)) == (kept,)
    assert await book.between(NOW - timedelta(hours=1), NOW) == ()


async def test_the_same_id_is_kept_once(book: KeptUsage) -> None:
    assert await book.record([record("a"), record("b")]) == {"a", "b"}

    assert await book.record([record("b", tokens=9), record("c")]) == {"c"}

    kept = await book.between(NOW, NOW + timedelta(seconds=1))
    assert [(each.id, each.tokens) for each in kept] == [("a", None), ("b", None), ("c", None)]


async def test_the_key_of_the_store_stays_and_another_connection_has_another(
    book: KeptUsage, store: SqlStore
) -> None:
    key = await book.store_key()
    await book.record([record()])

    assert await book.store_key() == key
    assert await KeptUsage(store, connection="other", clock=lambda: NOW).store_key() != key
    assert await book.page_ids("metrics") == frozenset()


async def test_another_connection_has_its_own(book: KeptUsage, store: SqlStore) -> None:
    other = KeptUsage(store, connection="other", clock=lambda: NOW)

    assert await book.record([record()]) == await other.record([record()]) == {"a"}

    assert len(await other.to_write("metrics")) == 1


async def test_a_day_is_rolled_up_by_tool_and_ending(book: KeptUsage) -> None:
    await book.record(
        [
            record("a", response_time_ms=100.0, tokens=10, cost=0.5, task_id="t2"),
            record("b", response_time_ms=400.0, tokens=5, calls_count=2, task_id="t1"),
            record("c", response_time_ms=None),
            record("d", success=False),
            record("e", success=None, calls_count=0, tokens=7),
            record("f", day=TODAY - timedelta(days=1)),
        ]
    )

    found = {each.bucket: each for each in await book.to_write("metrics")}

    assert len(found) == 4
    rolled = found[SUCCEEDED]
    assert (rolled.records_count, rolled.calls_count) == (3, 4)
    assert rolled.response_time_ms == pytest.approx((100 + 2 * 400) / 3)
    assert (rolled.tokens, rolled.cost, rolled.task_ids) == (15, 0.5, ("t1", "t2"))
    unknown = found[Bucket("cursor", TODAY, "unknown")]
    assert (unknown.calls_count, unknown.tokens, unknown.response_time_ms) == (0, 7, None)


async def test_a_written_row_waits_until_there_is_more_to_hold(book: KeptUsage) -> None:
    await book.record([record("a")])
    assert await book.claim("metrics", SUCCEEDED)
    await book.written("metrics", SUCCEEDED, page_id="page", records_count=1)

    assert await book.to_write("metrics") == ()
    assert await book.page_ids("metrics") == {"page"}
    assert len(await book.to_write("another data source")) == 1

    await book.record([record("b")])

    (again,) = await book.to_write("metrics", SUCCEEDED)
    assert (again.page_id, again.records_count) == ("page", 2)


async def test_one_of_two_may_write_a_row_until_the_right_runs_out(store: SqlStore) -> None:
    first = KeptUsage(store, connection="mine", clock=lambda: NOW)
    later = KeptUsage(store, connection="mine", clock=lambda: NOW + CLAIMED_FOR)

    assert await first.claim("metrics", SUCCEEDED)
    assert not await first.claim("metrics", SUCCEEDED)
    assert await later.claim("metrics", SUCCEEDED)

    await later.release("metrics", SUCCEEDED)
    assert await first.claim("metrics", SUCCEEDED)


async def test_what_is_too_old_goes_day_by_day_with_its_row(store: SqlStore) -> None:
    book = KeptUsage(store, connection="mine", clock=lambda: NOW)
    await book.record([record("a")])
    await book.claim("metrics", SUCCEEDED)
    await book.written("metrics", SUCCEEDED, page_id="page", records_count=1)

    later = NOW + KEPT_FOR + timedelta(days=2)
    aged = KeptUsage(store, connection="mine", clock=lambda: later)
    await aged.record([record("b", at=later, day=later.date())])

    assert [each.id for each in await aged.between(NOW, later + timedelta(seconds=1))] == ["b"]
    assert await aged.page_ids("metrics") == frozenset()


async def test_a_whole_file_of_records_is_kept_at_once(book: KeptUsage) -> None:
    many = [record(f"{number}") for number in range(5_000)]

    assert len(await book.record(many)) == 5_000
    assert await book.record(many) == frozenset()


async def test_what_a_bucket_holds_has_the_same_digest_in_every_store(
    book: KeptUsage, store: SqlStore
) -> None:
    another = KeptUsage(store, connection="another", clock=lambda: NOW)
    await book.record([record("a"), record("b"), record("c", success=False)])
    await another.record([record("b")])
    part = await another.contents(SUCCEEDED)
    await another.record([record("a")])

    assert await book.contents(SUCCEEDED) == await another.contents(SUCCEEDED)
    assert await book.contents(SUCCEEDED) != part
