"""Sorts: every type of property orders rows, those without a value last."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor

Make = Callable[..., str]

URL = {"external": {"url": "https://example.org"}}
VALUES: dict[str, tuple[Any, Any]] = {
    "rich_text": ([{"text": {"content": "a"}}], [{"text": {"content": "B"}}]),
    "number": (-1, 0),
    "select": ({"name": "second"}, {"name": "first"}),
    "multi_select": ([{"name": "second"}], [{"name": "first"}]),
    "status": ({"name": "Not started"}, {"name": "Done"}),
    "date": ({"start": "2026-05-12"}, {"start": "2026-05-12T10:00:00Z"}),
    "url": ("a.org", "b.org"),
    "email": ("a@a.org", "b@a.org"),
    "phone_number": ("1", "2"),
    "files": ([URL | {"name": "a"}], [URL | {"name": "b"}]),
    "place": ({"lat": 1, "lon": 1, "name": "Aachen"}, {"lat": 1, "lon": 1, "name": "Bonn"}),
    "verification": (
        {"state": "verified", "date": {"start": "2026-01-01", "end": "2026-06-01"}},
        {"state": "verified"},
    ),
}
"""A lesser and a greater value of each type that can be written and be empty."""

OPTIONS = {"options": [{"name": "second"}, {"name": "first"}]}
CONFIGS: dict[str, Any] = {"select": OPTIONS, "multi_select": OPTIONS}


@pytest.fixture
def order(api: httpx.AsyncClient) -> Callable[..., Any]:
    async def run(table: str, direction: str) -> list[str]:
        sorts = [{"property": "It", "direction": direction}]
        answer = await api.post(f"/v1/data_sources/{table}/query", json={"sorts": sorts})
        return [row["id"] for row in answer.json()["results"]]

    return run


@pytest.mark.parametrize("kind", VALUES)
async def test_values_are_in_order_and_empty_ones_last(
    make_table: Make, add_row: Make, order: Callable[..., Any], kind: str
) -> None:
    table = make_table({"It": {kind: CONFIGS.get(kind, {})}})
    empty = add_row(table, "empty")
    lesser, greater = VALUES[kind]
    great = add_row(table, "great", {"It": {kind: greater}})
    less = add_row(table, "less", {"It": {kind: lesser}})

    assert await order(table, "ascending") == [less, great, empty]
    assert await order(table, "descending") == [great, less, empty]


async def test_people_are_in_the_order_of_their_names(
    make_table: Make, add_row: Make, order: Callable[..., Any], ada: Actor, bot_id: str
) -> None:
    table = make_table({"It": {"people": {}}})
    empty = add_row(table, "empty")
    robot = add_row(table, "robot", {"It": {"people": [{"id": bot_id}]}})
    person = add_row(table, "person", {"It": {"people": [{"id": ada.id}]}})

    assert await order(table, "ascending") == [person, robot, empty]


async def test_what_is_not_ticked_comes_first(
    make_table: Make, add_row: Make, order: Callable[..., Any]
) -> None:
    table = make_table({"It": {"checkbox": {}}})
    ticked, blank = add_row(table, "a", {"It": {"checkbox": True}}), add_row(table, "b")

    assert await order(table, "ascending") == [blank, ticked]


@pytest.mark.parametrize("kind", ["created_time", "last_edited_time", "unique_id"])
async def test_what_every_row_has_orders_them(
    make_table: Make, add_row: Make, order: Callable[..., Any], kind: str
) -> None:
    table = make_table({"It": {kind: {}}})
    rows = [add_row(table, "row", at=datetime(2026, 5, day, tzinfo=UTC)) for day in (1, 2, 3)]

    assert await order(table, "descending") == rows[::-1]


@pytest.mark.parametrize("config", [{"formula": {"expression": "1"}}, {"button": {}}], ids=str)
async def test_what_has_no_known_value_leaves_rows_as_they_were_made(
    make_table: Make, add_row: Make, order: Callable[..., Any], config: Any
) -> None:
    table = make_table({"It": config})
    rows = [add_row(table, name) for name in "cab"]

    assert await order(table, "ascending") == rows
