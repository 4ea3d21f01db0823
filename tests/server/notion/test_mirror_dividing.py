"""More rows of one minute than Notion gives for one query: what tells them apart divides them."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from server.notion.mirror_dividing import Tally
from server.workspace.core import JSON
from tests.server.notion.mirroring import SCHEMA, Table, open_table
from tests.server.notion.test_mirror_stretches import FailAfter

OPTIONS = tuple("ABCDE")
STATES = ("Not started", "In progress", "Done")
KINDS: JSON = {
    "Day": {"date": {}},
    "Kind": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Labels": {"multi_select": {"options": [{"name": name} for name in OPTIONS]}},
    "Urgent": {"checkbox": {}},
}


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    async with open_table(tmp_path, schema=SCHEMA | KINDS) as opened:
        yield opened


def add_alike(table: Table, count: int, differing: Callable[[int], JSON]) -> list[str]:
    """Rows of one minute that differ in this alone; of every seventh it is empty."""
    with table.workspace.transaction():
        return [
            table.add("same", **(differing(number) if number % 7 else {}))
            for number in range(count)
        ]


def options(number: int) -> list[JSON]:
    return [{"name": OPTIONS[number % 5]}, {"name": OPTIONS[number // 5 % 5]}]


DIFFERING: dict[str, Callable[[int], JSON]] = {
    "number": lambda number: {"Points": {"number": number / 2}},
    "date": lambda number: {"Day": {"date": {"start": f"2026-01-{1 + number % 30:02}"}}},
    "select": lambda number: {"Kind": {"select": options(number)[0]}},
    "status": lambda number: {"Status": {"status": {"name": STATES[number % 3]}}},
    "multi_select": lambda number: {"Labels": {"multi_select": options(number)[: 1 + number % 2]}},
    "checkbox": lambda number: {"Urgent": {"checkbox": number % 2 == 0}},
    "text": lambda number: {"Notes": {"rich_text": [{"text": {"content": f"Nº {number}"}}]}},
}


@pytest.mark.parametrize("kind", DIFFERING)
async def test_rows_of_one_minute_are_all_read_where_a_property_tells_them_apart(
    table: Table, kind: str
) -> None:
    table.workspace.set_conditions(query_results_limit=60)
    ids = add_alike(table, 105, DIFFERING[kind])

    reading, rows = await table.read()

    assert {row.id for row in rows} == {*ids}
    assert (reading.complete, reading.gaps) == (True, ())


async def test_rows_that_are_alike_are_told_apart_by_their_id(tmp_path: Path) -> None:
    schema: JSON = {"Name": {"title": {}}, "Ticket": {"unique_id": {"prefix": "T"}}}
    async with open_table(tmp_path, schema=schema) as table:
        table.workspace.set_conditions(query_results_limit=60)
        ids = table.add_many(200, name="same")

        reading, rows = await table.read()

    assert {row.id for row in rows} == {*ids}
    assert (reading.complete, reading.gaps) == (True, ())


async def test_a_person_tells_rows_apart(tmp_path: Path) -> None:
    schema: JSON = {"Name": {"title": {}}, "Who": {"people": {}}}
    async with open_table(tmp_path, schema=schema) as table:
        table.workspace.set_conditions(query_results_limit=60)
        ids = add_alike(
            table,
            70,
            lambda number: {"Who": {"people": [{"id": table.actor.id}]}} if number % 2 else {},
        )

        reading, rows = await table.read()

    assert {row.id for row in rows} == {*ids}
    assert reading.complete


async def test_only_the_minute_that_is_too_full_is_divided(table: Table) -> None:
    table.workspace.set_conditions(query_results_limit=60)
    before = table.add_many(40, every=timedelta(minutes=1))
    full = add_alike(table, 90, lambda number: {"Points": {"number": number}})
    table.watch.advance(minutes=5)
    after = table.add_many(40, every=timedelta(minutes=1))

    reading, rows = await table.read()

    assert {row.id for row in rows} == {*before, *full, *after}
    assert reading.complete


async def test_a_sweep_that_reads_titles_alone_divides_by_other_properties_too(
    table: Table,
) -> None:
    ids = add_alike(table, 320, lambda number: {"Points": {"number": number}})
    table.workspace.set_conditions(query_results_limit=150)
    await table.read()
    table.watch.advance(days=2)
    table.edit(ids[200], in_trash=True)

    reading, rows = await table.read()

    assert {row.id for row in rows} == {*ids} - {ids[200]}
    assert (reading.complete, reading.gaps) == (True, ())


async def test_an_interrupted_division_goes_on_with_the_parts_that_are_left(table: Table) -> None:
    table.workspace.set_conditions(query_results_limit=100)
    ids = add_alike(table, 350, lambda number: {"Points": {"number": number}})
    failing = FailAfter(table.wire, passing_count=9)
    partial, _ = await table.read()
    failing.stop()
    asked: list[str] = []
    table.wire.before = lambda request: asked.append(request.content.decode())

    reading, rows = await table.read()

    assert partial.stale_because is not None
    assert "Points" in next(each for each in asked if "created_time" in each)
    assert {row.id for row in rows} == {*ids}
    assert (reading.complete, reading.gaps) == (True, ())


def test_the_parts_of_a_division_are_about_as_large() -> None:
    tally = Tally()
    tally.add(numbered(number) for number in range(100))

    division = tally.division(())

    assert division is not None
    assert division.some == {"property": "Points", "number": {"less_than": 50}}
    assert {"property": "Points", "number": {"is_empty": True}} in division.others["or"]


def test_a_condition_that_rows_meet_already_divides_them_no_further() -> None:
    tally = Tally()
    tally.add(numbered(number) for number in range(2))
    division = tally.division(())

    assert division is not None
    assert tally.division([division.some]) is None
    assert tally.division([division.others]) is None


def numbered(number: int) -> JSON:
    return {"properties": {"Points": {"type": "number", "number": number}}}
