"""Search: titles, newest edit first, page by page, and nothing that is not shared."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

Make = Callable[..., str]


@pytest.fixture
def table(make_table: Make, add_row: Make) -> str:
    """Root, the table Tasks, and three rows edited on three days."""
    table = make_table({}, "Tasks")
    for day, name in enumerate(["Bridge", "Road", "bridges"], start=14):
        add_row(table, name, at=datetime(2026, 5, day, tzinfo=UTC))
    return table


async def found(api: httpx.AsyncClient, **body: Any) -> list[str]:
    results = (await api.post("/v1/search", json=body)).json()["results"]
    return [_title(each) for each in results]


def _title(shown: dict[str, Any]) -> str:
    if shown["object"] == "data_source":
        return str(shown["title"][0]["plain_text"])
    values = shown["properties"].values()
    title = next(value["title"] for value in values if value["type"] == "title")
    return str(title[0]["plain_text"])


@pytest.mark.usefixtures("table")
class TestSearch:
    async def test_the_newest_edit_comes_first(self, api: httpx.AsyncClient) -> None:
        assert await found(api) == ["bridges", "Road", "Bridge", "Tasks", "Root"]

    async def test_the_oldest_comes_first_when_asked(self, api: httpx.AsyncClient) -> None:
        sort = {"timestamp": "last_edited_time", "direction": "ascending"}

        assert await found(api, sort=sort) == ["Root", "Tasks", "Bridge", "Road", "bridges"]

    async def test_titles_are_matched_without_regard_to_case(self, api: httpx.AsyncClient) -> None:
        assert await found(api, query="BRIDGE") == ["bridges", "Bridge"]

    @pytest.mark.parametrize(
        ("kind", "titles"),
        [("data_source", ["Tasks"]), ("page", ["bridges", "Road", "Bridge", "Root"])],
    )
    async def test_one_kind_is_asked_for(
        self, api: httpx.AsyncClient, kind: str, titles: list[str]
    ) -> None:
        assert await found(api, filter={"property": "object", "value": kind}) == titles

    async def test_results_come_page_by_page(self, api: httpx.AsyncClient) -> None:
        first = (await api.post("/v1/search", json={"page_size": 2})).json()
        rest = await found(api, start_cursor=first["next_cursor"])

        assert [_title(each) for each in first["results"]] == ["bridges", "Road"]
        assert rest == ["Bridge", "Tasks", "Root"]

    async def test_a_cursor_nobody_gave_is_refused(self, api: httpx.AsyncClient) -> None:
        answer = await api.post("/v1/search", json={"start_cursor": "AAA"})

        assert answer.json()["message"] == "The start_cursor provided is invalid: AAA"

    async def test_an_older_versions_kind_is_refused(self, api: httpx.AsyncClient) -> None:
        answer = await api.post(
            "/v1/search", json={"filter": {"property": "object", "value": "database"}}
        )

        assert answer.json()["message"] == (
            'body failed validation: body.filter.value should be `"page"` or `"data_source"`,'
            ' instead was `"database"`.'
        )


async def test_rows_of_a_trashed_table_are_not_found(api: httpx.AsyncClient, table: str) -> None:
    await api.patch(f"/v1/data_sources/{table}", json={"in_trash": True})

    assert await found(api) == ["Root"]
    assert "Road" in await found(api, filter={"in_trash": True})
