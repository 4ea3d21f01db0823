"""A question yields a limited number of rows; windows on the time of creation are the way round."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace

Make = Callable[..., str]
START = datetime(2026, 5, 1, tzinfo=UTC)
CUT = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
BY_CREATION = [{"timestamp": "created_time", "direction": "ascending"}]


@pytest.fixture
def table(workspace: Workspace, make_table: Make, add_row: Make) -> str:
    """120 rows, seven of them made in each minute."""
    table = make_table({"Number": {"number": {}}})
    with workspace.transaction():
        for i in range(120):
            values = {"Number": {"number": i}}
            add_row(table, str(i), values, at=START + timedelta(minutes=i // 7))
    return table


async def ask(api: httpx.AsyncClient, table: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(f"/v1/data_sources/{table}/query", json=body)
    known: dict[str, Any] = answer.json()
    return known


async def walk(api: httpx.AsyncClient, table: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of a question."""
    pages = [await ask(api, table, body)]
    while pages[-1]["has_more"]:
        more = {"start_cursor": pages[-1]["next_cursor"]}
        pages.append(await ask(api, table, body | more))
    return pages


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(50, ([20, 20, 10], CUT), id="within-a-page"),
        pytest.param(40, ([20, 20], CUT), id="at-the-end-of-a-page"),
        pytest.param(119, ([20, 20, 20, 20, 20, 19], CUT), id="one-row-short"),
        pytest.param(120, ([20] * 6, None), id="as-many-as-there-are"),
        pytest.param(10_000, ([20] * 6, None), id="far"),
    ],
)
async def test_the_page_that_reaches_the_limit_says_so(
    api: httpx.AsyncClient, workspace: Workspace, table: str, limit: int, expected: Any
) -> None:
    sizes, status = expected
    workspace.set_conditions(query_results_limit=limit)

    pages = await walk(api, table, {"page_size": 20})

    assert [len(page["results"]) for page in pages] == sizes
    assert [page.get("request_status") for page in pages] == [None] * (len(sizes) - 1) + [status]
    assert (pages[-1]["has_more"], pages[-1]["next_cursor"]) == (False, None)


async def test_only_rows_that_the_filter_lets_through_count(
    api: httpx.AsyncClient, workspace: Workspace, table: str
) -> None:
    workspace.set_conditions(query_results_limit=50)
    asked = {"filter": {"property": "Number", "number": {"less_than": 50}}}

    [page] = await walk(api, table, asked)

    assert len(page["results"]) == 50
    assert "request_status" not in page


async def test_a_cursor_with_another_count_is_refused(
    api: httpx.AsyncClient, workspace: Workspace, table: str
) -> None:
    workspace.set_conditions(query_results_limit=50)
    kind, stamp, row = (await ask(api, table, {"page_size": 20}))["next_cursor"].split(":")
    forged = f"{kind}:{stamp[:-2]}00:{row}"

    answer = await ask(api, table, {"page_size": 20, "start_cursor": forged})

    assert answer["message"] == f"The start_cursor provided is invalid: {forged}"


async def test_windows_on_the_time_of_creation_get_all_rows(
    api: httpx.AsyncClient, workspace: Workspace, table: str
) -> None:
    workspace.set_conditions(query_results_limit=50)
    found: dict[str, int] = {}
    asked: dict[str, Any] = {"sorts": BY_CREATION, "page_size": 20}
    while True:
        pages = await walk(api, table, asked)
        rows = [row for page in pages for row in page["results"]]
        found |= {row["id"]: row["properties"]["Number"]["number"] for row in rows}
        if "request_status" not in pages[-1]:
            break
        since = {"on_or_after": rows[-1]["created_time"]}
        asked["filter"] = {"timestamp": "created_time", "created_time": since}

    assert list(found.values()) == list(range(120))


async def test_a_filter_of_many_options_is_one_parameter_and_one_beyond_sqlite_is_refused(
    api: httpx.AsyncClient, workspace: Workspace, make_table: Make
) -> None:
    options = [{"name": f"o{i}"} for i in range(100)]
    table = make_table({"It": {"multi_select": {"options": options}}})
    chosen = {"property": "It", "multi_select": {"contains": [each["name"] for each in options]}}
    # How SQLite was built differs; this is how some have it, the next request uses it again.
    with workspace._database.reading() as db:
        db.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)

    taken = await ask(api, table, {"filter": {"or": [chosen] * 9}})
    refused = await ask(api, table, {"filter": {"or": [chosen] * 99}})

    assert taken["results"] == []
    assert (refused["status"], refused["message"]) == (
        400, "The embedded workspace cannot answer a request of so many conditions.",
    )  # fmt: skip
