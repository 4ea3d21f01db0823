from datetime import date, timedelta

import pytest

from playbooks.kept_data import Acknowledged, RolledRow
from server.store.data_book import KeptData
from server.store.sql import SqlStore
from tests.server.store.conftest import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def book(store: SqlStore) -> KeptData:
    return KeptData(store, connection="a")


async def test_a_schema_is_remembered_since_it_was_first_seen(book: KeptData) -> None:
    for hours, schema in enumerate([{"a": 1}, {"a": 1}, {"a": 2}, {"a": 1}]):
        await book.note_schema("tasks", NOW + timedelta(hours=hours), schema)

    assert await book.schemas("tasks") == (
        (NOW + timedelta(hours=3), {"a": 1}),
        (NOW + timedelta(hours=2), {"a": 2}),
        (NOW, {"a": 1}),
    )
    assert await book.schemas("log") == ()


async def test_an_acknowledgement_takes_the_place_of_the_one_before(book: KeptData) -> None:
    first = Acknowledged("r", "p1", "known", "Ada", NOW, LATER)
    second = Acknowledged("r", "p1", "still known", "Ben", LATER, LATER + timedelta(days=9))
    every_row = Acknowledged("r", "", "all of them", "Ada", NOW, LATER)

    await book.acknowledge([first, every_row])
    await book.acknowledge([second])

    assert await book.acknowledged() == (every_row, second)


async def test_a_failure_keeps_the_instant_at_which_it_was_first_seen(book: KeptData) -> None:
    await book.saw("r", ["p1", "p2"], NOW, complete=True)

    assert await book.saw("r", ["p2", "p3"], LATER, complete=False) == {"p2": NOW, "p3": LATER}


async def test_who_was_looked_at_and_found_well_is_forgotten(book: KeptData) -> None:
    many = [f"p{number}" for number in range(1200)]
    await book.saw("r", many, NOW, complete=True)
    await book.saw("other", ["p1"], NOW, complete=True)
    await book.saw("r", ["p1"], LATER, complete=True)

    assert await book.saw("r", ["p1", "p2"], LATER, complete=True) == {"p1": NOW, "p2": LATER}
    assert await book.saw("other", ["p1"], LATER, complete=True) == {"p1": NOW}


async def test_rolled_rows_are_given_by_day_and_replaced_by_row(book: KeptData) -> None:
    first, second, third = (date(2026, 3, day) for day in (1, 2, 3))
    await book.roll_up("calls", [RolledRow("b", second, {"ms": 1.5}), RolledRow("a", first, {})])
    await book.roll_up("calls", [RolledRow("b", second, {"ms": 2}), RolledRow("c", third, {})])

    kept = await book.rolled_up("calls", first, second)

    assert kept == (RolledRow("a", first, {}), RolledRow("b", second, {"ms": 2}))


async def test_what_is_remembered_belongs_to_one_connection(
    book: KeptData, store: SqlStore
) -> None:
    other = KeptData(store, connection="b")
    await book.saw("r", ["p1"], NOW, complete=True)
    await book.acknowledge([Acknowledged("r", "", "known", "Ada", NOW, LATER)])

    assert await other.saw("r", ["p1"], LATER, complete=True) == {"p1": LATER}
    assert await other.acknowledged() == ()
