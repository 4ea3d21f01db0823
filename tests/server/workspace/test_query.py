"""Queries: order, cursors, and what a page of rows holds."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
NAMES = ["a", "b", "c", "d", "e"]


@pytest.fixture
def table(make_table: Make, add_row: Make) -> str:
    """Five rows; points 2 1 2 - 1, and their sizes in the order of the options L, S."""
    table = make_table(
        {
            "Points": {"number": {}},
            "Size": {"select": {"options": [{"name": "L"}, {"name": "S"}]}},
            "Due": {"date": {}},
            "Ready": {"checkbox": {}},
            "Made": {"created_time": {}},
        }
    )
    points, sizes = [2, 1, 2, None, 1], ["S", "L", None, "S", "L"]
    for i, name in enumerate(NAMES):
        size = {"name": sizes[i]} if sizes[i] else None
        values = {
            "Points": {"number": points[i]},
            "Size": {"select": size},
            "Due": {"date": {"start": f"2026-05-1{9 - i}"}},
            "Ready": {"checkbox": i == 0},
        }
        add_row(table, name, values, at=datetime(2026, 5, 9 - i, tzinfo=UTC))
    return table


async def ask(api: httpx.AsyncClient, table: str, **body: Any) -> dict[str, Any]:
    answer = await api.post(f"/v1/data_sources/{table}/query", json=body)
    known: dict[str, Any] = answer.json()
    return known


def names(answer: dict[str, Any]) -> str:
    titles = [row["properties"]["Name"]["title"] for row in answer["results"]]
    return "".join(title[0]["plain_text"] for title in titles)


async def test_rows_come_as_they_were_made(api: httpx.AsyncClient, table: str) -> None:
    assert names(await ask(api, table)) == "abcde"


@pytest.mark.parametrize(
    ("sorts", "order"),
    [
        pytest.param([("Points", "ascending")], "beacd", id="empty-last"),
        pytest.param([("Points", "descending")], "acbed", id="empty-last-downwards-too"),
        pytest.param([("Size", "ascending")], "beadc", id="options-in-their-order"),
        pytest.param([("Points", "ascending"), ("Due", "ascending")], "ebcad", id="two-keys"),
        pytest.param([("Name", "descending")], "edcba", id="title"),
        pytest.param([("Ready", "ascending")], "bcdea", id="unticked-first"),
        pytest.param([("Made", "ascending")], "edcba", id="created-time-property"),
    ],
)
async def test_sorts_order_the_rows_whole_and_page_by_page(
    api: httpx.AsyncClient, table: str, sorts: list[tuple[str, str]], order: str
) -> None:
    asked = [{"property": name, "direction": direction} for name, direction in sorts]
    pages, cursor = "", None
    while True:
        more: dict[str, Any] = {"start_cursor": cursor} if cursor else {}
        page = await ask(api, table, sorts=asked, page_size=2, **more)
        pages, cursor = pages + names(page), page["next_cursor"]
        if cursor is None:
            break

    assert names(await ask(api, table, sorts=asked)) == order
    assert pages == order


async def test_a_timestamp_sorts_without_a_property(api: httpx.AsyncClient, table: str) -> None:
    asked = [{"timestamp": "created_time", "direction": "ascending"}]

    assert names(await ask(api, table, sorts=asked)) == "edcba"


async def test_a_cursor_is_opaque_and_names_a_row(api: httpx.AsyncClient, table: str) -> None:
    first = await ask(api, table, page_size=2)

    kind, stamp, row = first["next_cursor"].split(":")
    assert (kind, len(stamp), row) == ("s", 36, first["results"][1]["id"])
    assert first["has_more"] is True


async def test_a_cursor_holds_while_rows_come_and_go(
    api: httpx.AsyncClient, table: str, add_row: Make
) -> None:
    first = await ask(api, table, page_size=2)
    for row in first["results"]:
        await api.patch(f"/v1/pages/{row['id']}", json={"in_trash": True})
    add_row(table, "f")

    rest = await ask(api, table, start_cursor=first["next_cursor"])

    assert names(rest) == "cdef"


@pytest.mark.parametrize(
    "cursor", ["", "AAA", "s:x:y", "s:11111111-1111-4111-8111-111111111111:AAA"]
)
async def test_a_cursor_nobody_gave_is_refused(
    api: httpx.AsyncClient, table: str, cursor: str
) -> None:
    answer = await ask(api, table, start_cursor=cursor)

    assert answer["message"] == f"The start_cursor provided is invalid: {cursor}"


async def test_a_cursor_of_another_question_is_refused(api: httpx.AsyncClient, table: str) -> None:
    cursor = (await ask(api, table, page_size=2))["next_cursor"]

    answer = await ask(
        api, table, start_cursor=cursor, sorts=[{"property": "Due", "direction": "ascending"}]
    )

    assert answer["code"] == "validation_error"


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (101, "body.page_size should be ≤ `100` or `undefined`, instead was `101`."),
        (-1, "body.page_size should be ≥ `0` or `undefined`, instead was `-1`."),
        (1.5, "body.page_size should be an integer or `undefined`, instead was `1.5`."),
        ("x", 'body.page_size should be a number or `undefined`, instead was `"x"`.'),
    ],
)
async def test_a_page_size_out_of_bounds_is_refused(
    api: httpx.AsyncClient, table: str, size: Any, message: str
) -> None:
    answer = await ask(api, table, page_size=size)

    assert answer["message"] == f"body failed validation: {message}"


async def test_page_size_zero_acts_as_none(api: httpx.AsyncClient, table: str) -> None:
    assert names(await ask(api, table, page_size=0)) == "abcde"


async def test_only_the_asked_properties_are_answered(api: httpx.AsyncClient, table: str) -> None:
    schema = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]

    answer = await api.post(
        f"/v1/data_sources/{table}/query",
        params={"filter_properties": ["title", schema["Points"]["id"]]},
        json={"page_size": 1},
    )

    assert list(answer.json()["results"][0]["properties"]) == ["Name", "Points"]


async def test_filter_properties_in_the_body_is_refused(api: httpx.AsyncClient, table: str) -> None:
    answer = await ask(api, table, filter_properties=["title"])

    assert answer["message"] == (
        "body failed validation: body.filter_properties should be not present,"
        ' instead was `["title"]`.'
    )


async def test_an_unknown_sort_property_is_refused_in_notions_words(
    api: httpx.AsyncClient, table: str
) -> None:
    answer = await ask(api, table, sorts=[{"property": "Nope", "direction": "ascending"}])

    assert answer["message"] == "Could not find sort property with name or id: Nope"


async def test_rows_in_the_trash_are_left_out_until_asked_for(
    api: httpx.AsyncClient, table: str, workspace: Workspace, ada: Actor
) -> None:
    gone = (await ask(api, table))["results"][0]["id"]
    workspace.perform("PATCH", f"/v1/pages/{gone}", {"in_trash": True}, actor=ada)

    assert names(await ask(api, table)) == "bcde"
    assert names(await ask(api, table, in_trash=True)) == "a"


async def test_a_cursor_holds_beside_other_ways_to_ask_and_in_other_processes(
    api: httpx.AsyncClient, table: str, tmp_path: Path, watch: Any, ada: Actor
) -> None:
    cursor = (await ask(api, table, page_size=2))["next_cursor"]
    body = {"page_size": 2, "start_cursor": cursor}
    path = f"/v1/data_sources/{table.replace('-', '')}/query"

    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as other:
        assert names(other.perform("POST", path, body, actor=ada)) == "cd"


async def test_fifty_sorts_go_on_behind_a_cursor(api: httpx.AsyncClient, table: str) -> None:
    sorts = [{"property": "Points"}] * 50
    first = await ask(api, table, sorts=sorts, page_size=1)
    second = await ask(api, table, sorts=sorts, page_size=1, start_cursor=first["next_cursor"])

    assert names(first) + names(second) == "be"


@pytest.mark.parametrize("sorts", [[], [{"property": "Points"}]], ids=["as-made", "sorted"])
@pytest.mark.parametrize("size", [1, 3])
async def test_a_cursor_holds_when_its_row_is_moved_away(
    api: httpx.AsyncClient, table: str, root: str, sorts: Any, size: int
) -> None:
    everything = names(await ask(api, table, sorts=sorts))
    first = await ask(api, table, sorts=sorts, page_size=size)
    moved = first["results"][-1]["id"]
    await api.post(f"/v1/pages/{moved}/move", json={"parent": {"page_id": root}})

    rest = await ask(api, table, sorts=sorts, start_cursor=first["next_cursor"])

    assert names(first) + names(rest) == everything


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, "de", id="neither"),
        pytest.param({"in_trash": True}, "ac", id="trash"),
        pytest.param({"is_archived": True}, "b", id="archive"),
        pytest.param({"in_trash": True, "is_archived": True}, "c", id="both"),
        pytest.param({"in_trash": True, "is_archived": False}, "a", id="trash-alone"),
    ],
)
async def test_the_trash_has_archived_rows_as_well(
    api: httpx.AsyncClient, table: str, asked: Any, found: str
) -> None:
    a, b, c, *_ = [row["id"] for row in (await ask(api, table))["results"]]
    for row in (b, c):
        await api.patch(f"/v1/pages/{row}", json={"is_archived": True})
    for row in (a, c):
        await api.patch(f"/v1/pages/{row}", json={"in_trash": True})

    assert names(await ask(api, table, **asked)) == found
