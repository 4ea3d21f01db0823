"""Search: titles, newest edit first, page by page, and nothing that is not shared."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace
from tests.server.workspace.conftest import Watch, titled

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


@pytest.mark.usefixtures("table")
class TestWords:
    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            pytest.param("over bridge", ["Bridge over the river"], id="any-order"),
            pytest.param("bridge", ["Bridge over the river", "bridges", "Bridge"], id="one"),
            pytest.param("bridge road", [], id="not-all-of-them"),
            pytest.param("  ", ["Bridge over the river", "bridges", "Road", "Bridge"], id="none"),
        ],
    )
    async def test_every_word_must_be_in_the_title(
        self, api: httpx.AsyncClient, table: str, add_row: Make, query: str, titles: list[str]
    ) -> None:
        add_row(table, "Bridge over the river", at=datetime(2026, 5, 20, tzinfo=UTC))

        assert (await found(api, query=query))[: len(titles) or None] == titles


class TestDelay:
    @pytest.fixture
    async def page(self, api: httpx.AsyncClient, workspace: Workspace, root: str) -> str:
        """A page made just now, while the search is a minute late."""
        workspace.set_conditions(search_delay_s=60)
        made = await api.post(
            "/v1/pages", json={"parent": {"page_id": root}, "properties": titled("Draft")}
        )
        return str(made.json()["id"])

    async def test_a_new_page_is_found_after_the_delay(
        self, api: httpx.AsyncClient, watch: Watch, page: str
    ) -> None:
        at_once = await found(api, query="draft")
        watch.now += timedelta(seconds=60)

        assert at_once == []
        assert await found(api, query="draft") == ["Draft"]
        assert (await api.get(f"/v1/pages/{page}")).status_code == 200

    async def test_a_renamed_page_is_found_under_its_former_title(
        self, api: httpx.AsyncClient, watch: Watch, page: str
    ) -> None:
        watch.now += timedelta(seconds=60)
        for title in ("Nearly", "Final"):
            await api.patch(f"/v1/pages/{page}", json={"properties": titled(title)})

        meanwhile = [await found(api, query=word) for word in ("draft", "nearly", "final")]
        watch.now += timedelta(seconds=60)
        later = [await found(api, query=word) for word in ("draft", "nearly", "final")]

        assert meanwhile == [["Final"], [], []]
        assert later == [[], [], ["Final"]]

    async def test_other_edits_hide_nothing(
        self, api: httpx.AsyncClient, watch: Watch, page: str
    ) -> None:
        watch.now += timedelta(seconds=60)
        await api.patch(f"/v1/pages/{page}", json={"is_locked": True})

        assert await found(api, query="draft") == ["Draft"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("direction", ["ascending", "descending"])
async def test_pages_of_results_do_not_shift_under_edits(
    api: httpx.AsyncClient, watch: Watch, direction: str
) -> None:
    """The last result of the first page is edited before the second is read."""
    body: dict[str, Any] = {
        "sort": {"timestamp": "last_edited_time", "direction": direction},
        "filter": {"property": "object", "value": "page"},
    }
    first = (await api.post("/v1/search", json=body | {"page_size": 2})).json()
    given = [each["id"] for each in first["results"]]
    watch.now += timedelta(days=30)
    await api.patch(f"/v1/pages/{given[1]}", json={"properties": {}})

    rest = (await api.post("/v1/search", json=body | {"start_cursor": first["next_cursor"]})).json()

    following = [each["id"] for each in rest["results"] if each["id"] != given[1]]
    assert len(following) == 2
    assert not set(following) & set(given)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(
            {"filter": {"property": "object", "value": "page", "is_archived": True}},
            "body.filter.is_archived should be not present",
            id="archived",
        ),
        pytest.param(
            {"filter": {"value": "page"}}, "body.filter.property should be defined", id="property"
        ),
        pytest.param(
            {"sort": {"timestamp": "created_time"}},
            'body.sort.timestamp should be "last_edited_time"',
            id="time",
        ),
    ],
)
async def test_a_search_that_cannot_be_is_refused(
    api: httpx.AsyncClient, body: dict[str, Any], complaint: str
) -> None:
    answer = await api.post("/v1/search", json=body)

    assert answer.status_code == 400
    assert complaint in answer.json()["message"]


async def test_a_cursor_of_another_list_is_refused(api: httpx.AsyncClient, root: str) -> None:
    answer = await api.post("/v1/search", json={"start_cursor": root})

    assert answer.json()["message"] == f"The start_cursor provided is invalid: {root}"


async def test_a_query_may_be_of_very_many_words(
    api: httpx.AsyncClient, add_row: Make, make_table: Make
) -> None:
    words = " ".join(chr(i) for i in range(0x4E00, 0x4E00 + 999))
    add_row(make_table({}), "", {"Name": {"title": [{"text": {"content": f"{words} b"}}]}})

    assert await found(api, query=words) == [f"{words} b"]
    assert await found(api, query="一 " * 999) == [f"{words} b"]
    assert await found(api, query=f"absent {words}"[:2000]) == []
