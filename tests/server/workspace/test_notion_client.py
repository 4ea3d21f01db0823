"""notion-client, unchanged, over loopback: what its own tests expect of the server, in our words.

77 of its tests were recorded against Notion. Here stand the behaviours of 57 of them, each with
its synchronous and its asynchronous client: requests and errors (11), paging and templates (9),
blocks (5), comments (5), data sources (4), databases (3), pages and moving (6), search (1),
users (3), kinds of objects and of text (10). Out of scope are the other 20: views (8), file
uploads (8), markdown (2), custom emojis (1), asynchronous tasks (1).
"""

import inspect
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from notion_client import APIErrorCode, APIResponseError, AsyncClient, Client, helpers

from server.workspace.core import Workspace
from server.workspace.effects import RateLimited
from server.workspace.faults import FaultRule
from tests.server.workspace.conftest import Served

pytestmark = pytest.mark.foreign

NIL = "00000000-0000-0000-0000-000000000000"
PARAGRAPH = {"paragraph": {"rich_text": [{"text": {"content": "I'm a paragraph."}}]}}


class Notion:
    """Either client, asked alike: `await notion("pages.create", parent=…)`."""

    def __init__(self, client: Any, root: str) -> None:
        self.client = client
        self.root = root

    async def __call__(self, endpoint: str, *arguments: Any, **named: Any) -> Any:
        called: Any = self.client
        for name in endpoint.split("."):
            called = getattr(called, name)
        answer = called(*arguments, **named)
        return await answer if inspect.isawaitable(answer) else answer

    async def helped(self, helper: str, endpoint: Any, **named: Any) -> list[Any]:
        """What one of the client's helpers collects or iterates over."""
        if isinstance(self.client, Client):
            return list(getattr(helpers, helper)(endpoint, **named))
        found = getattr(helpers, f"async_{helper}")(endpoint, **named)
        return await found if inspect.isawaitable(found) else [each async for each in found]

    async def page(self, **more: Any) -> str:
        title = {"title": [{"text": {"content": "A page"}}]}
        made = await self("pages.create", parent={"page_id": self.root}, properties=title, **more)
        return str(made["id"])

    async def database(self) -> Any:
        parent = {"type": "page_id", "page_id": self.root}
        return await self("databases.create", parent=parent, title=text("A database"))

    async def data_source(self) -> Any:
        return await self(
            "data_sources.create",
            parent={"type": "database_id", "database_id": (await self.database())["id"]},
            properties={"Name": {"type": "title", "title": {}}},
            title=text("A data source"),
            icon={"type": "emoji", "emoji": "🔥"},
        )

    async def block(self, rich_text: Any = PARAGRAPH["paragraph"]["rich_text"]) -> Any:
        children = [{"paragraph": {"rich_text": rich_text}}]
        page_id = await self.page()
        added = await self("blocks.children.append", block_id=page_id, children=children)
        return added["results"][0]

    async def comment(self, page_id: str) -> Any:
        return await self("comments.create", parent={"page_id": page_id}, rich_text=text("Hello"))


def text(content: str) -> list[Any]:
    return [{"type": "text", "text": {"content": content}}]


def plain(rich_text: Any) -> str:
    return "".join(item["plain_text"] for item in rich_text)


@pytest.fixture(params=["sync", "async"])
async def notion(served: Served, request: pytest.FixtureRequest) -> AsyncGenerator[Notion]:
    options: dict[str, Any] = {"auth": served.token, "base_url": served.address}
    if request.param == "sync":
        with Client(options) as client:
            yield Notion(client, served.root)
    else:
        async with AsyncClient(options) as client:
            yield Notion(client, served.root)


async def test_an_unknown_address_is_refused_with_a_code_and_a_request_id(notion: Notion) -> None:
    with pytest.raises(APIResponseError) as refused:
        await notion("request", "invalid", "GET")

    assert refused.value.code == APIErrorCode.InvalidRequestURL
    assert refused.value.status == 400
    assert refused.value.request_id
    assert refused.value.additional_data is None


async def test_a_token_can_be_given_with_each_request(notion: Notion, served: Served) -> None:
    with pytest.raises(APIResponseError) as refused:
        await notion("request", "users", "GET", auth="Invalid")
    listed = await notion("request", "users", "GET", auth=served.token)

    assert refused.value.code == APIErrorCode.Unauthorized
    assert refused.value.additional_data is None
    assert listed["object"] == "list"


async def test_what_is_missing_is_refused_with_what_would_help(notion: Notion) -> None:
    with pytest.raises(APIResponseError) as refused:
        await notion("pages.retrieve", page_id=NIL)

    assert (refused.value.code, refused.value.status) == (APIErrorCode.ObjectNotFound, 404)
    assert NIL in str(refused.value)
    assert isinstance(refused.value.headers, httpx.Headers)


async def test_a_limit_is_waited_out(notion: Notion, workspace: Workspace) -> None:
    workspace.faults.set(FaultRule(RateLimited(retry_after_s=0), count=2))

    assert (await notion("users.me"))["type"] == "bot"
    assert workspace.faults.states()[0].left_count == 0


async def test_users_are_listed_and_read(notion: Notion) -> None:
    me = await notion("users.me")
    listed = await notion("users.list")
    again = await notion("users.retrieve", me["id"])

    assert (me["type"], listed["type"]) == ("bot", "user")
    assert me["id"] in [user["id"] for user in listed["results"]]
    assert {**again, "request_id": None} == {**me, "request_id": None}
    assert helpers.is_full_user(me)


async def test_a_page_is_made_read_and_given_a_face(notion: Notion) -> None:
    page_id = await notion.page(children=[])
    page = await notion("pages.retrieve", page_id=page_id)
    icon = {"type": "emoji", "emoji": "🛴"}
    changed = await notion("pages.update", page_id=page_id, icon=icon)
    title = await notion("pages.properties.retrieve", page_id=page_id, property_id="title")

    assert helpers.is_full_page(page)
    assert helpers.is_full_page_or_data_source(page)
    assert changed["icon"] == icon
    assert [item["type"] for item in title["results"]] == ["title"]


async def test_a_page_goes_into_the_trash_as_a_block_and_comes_back(notion: Notion) -> None:
    page_id = await notion.page()
    deleted = await notion("blocks.delete", block_id=page_id)
    restored = await notion("pages.update", page_id=page_id, archived=False)

    assert (deleted["object"], deleted["type"], deleted["archived"]) == (
        "block",
        "child_page",
        True,
    )
    assert not restored["archived"]


async def test_a_page_moves_under_another(notion: Notion) -> None:
    moving, target = await notion.page(), await notion.page()

    moved = await notion("pages.move", page_id=moving, parent={"page_id": target})

    assert (moved["id"], moved["parent"]["page_id"]) == (moving, target)


async def test_blocks_are_appended_listed_read_changed_and_deleted(notion: Notion) -> None:
    page_id = await notion.page()
    added = await notion("blocks.children.append", block_id=page_id, children=[PARAGRAPH])
    block_id = added["results"][0]["id"]
    listed = await notion("blocks.children.list", block_id=page_id)
    block = await notion("blocks.retrieve", block_id=block_id)
    content = {"text": {"content": "Changed."},
               "annotations": {"bold": True, "color": "red_background"}}  # fmt: skip
    changed = await notion("blocks.update", block_id=block_id, paragraph={"rich_text": [content]})
    await notion("blocks.delete", block_id=block_id)
    deleted = await notion("blocks.retrieve", block_id=block_id)

    assert (added["object"], listed["type"]) == ("list", "block")
    assert [each["id"] for each in listed["results"]] == [block_id]
    assert helpers.is_full_block(block)
    assert plain(changed["paragraph"]["rich_text"]) == "Changed."
    assert changed["paragraph"]["rich_text"][0]["annotations"]["color"] == "red_background"
    assert deleted["archived"]


@pytest.mark.parametrize(
    ("sent", "is_of_its_kind"),
    [
        pytest.param(
            {"text": {"content": "word"}}, helpers.is_text_rich_text_item_response, id="text"
        ),
        pytest.param(
            {"equation": {"expression": "E = mc^2"}},
            helpers.is_equation_rich_text_item_response,
            id="equation",
        ),
        pytest.param(
            {"mention": {"type": "date", "date": {"start": "2022-12-16", "end": None}}},
            helpers.is_mention_rich_text_item_response,
            id="mention",
        ),
    ],
)
async def test_rich_text_keeps_its_kind(notion: Notion, sent: Any, is_of_its_kind: Any) -> None:
    block = await notion("blocks.retrieve", block_id=(await notion.block([sent]))["id"])

    assert is_of_its_kind(block["paragraph"]["rich_text"][0])


async def test_a_database_is_made_read_and_given_a_face(notion: Notion) -> None:
    made = await notion.database()
    found = await notion("databases.retrieve", made["id"])
    icon = {"type": "emoji", "emoji": "🔥"}
    changed = await notion("databases.update", database_id=made["id"], icon=icon)

    assert helpers.is_full_database(found)
    assert [each["name"] for each in found["data_sources"]] == ["A database"]
    assert changed["icon"] == icon


async def test_a_data_source_is_made_read_queried_renamed_and_put_away(notion: Notion) -> None:
    made = await notion.data_source()
    found = await notion("data_sources.retrieve", made["id"])
    recent = {"timestamp": "created_time", "created_time": {"past_week": {}}}
    rows = await notion("data_sources.query", made["id"], filter=recent)
    changed = await notion("data_sources.update", made["id"], title=text("Renamed"))
    away = await notion("data_sources.update", made["id"], archived=True)

    assert helpers.is_full_data_source(found)
    assert helpers.is_full_page_or_data_source(found)
    assert (rows["object"], rows["results"]) == ("list", [])
    assert plain(changed["title"]) == "Renamed"
    assert away["archived"]


async def test_a_data_source_has_a_list_of_templates(notion: Notion) -> None:
    table = (await notion.data_source())["id"]
    listed = await notion("data_sources.list_templates", table)
    endpoint = notion.client.data_sources.list_templates
    iterated, collected = [
        await notion.helped(f"{way}_data_source_templates", endpoint, data_source_id=table)
        for way in ("iterate", "collect")
    ]

    assert listed == {"templates": [], "has_more": False, "next_cursor": None}
    assert iterated == collected == []


async def test_comments_are_made_listed_read_changed_and_deleted(notion: Notion) -> None:
    page_id = await notion.page()
    made = await notion.comment(page_id)
    listed = await notion("comments.list", block_id=page_id)
    comment_id = made["id"]
    found = await notion("comments.retrieve", comment_id=comment_id)
    changed = await notion("comments.update", comment_id=comment_id, rich_text=text("Better"))
    deleted = await notion("comments.delete", comment_id=comment_id)
    left = await notion("comments.list", block_id=page_id)

    assert [plain(each["rich_text"]) for each in listed["results"]] == ["Hello"]
    assert plain(found["rich_text"]) == "Hello"
    assert plain(changed["rich_text"]) == "Better"
    assert (deleted["object"], deleted["id"]) == ("comment", comment_id)
    assert left["results"] == []


async def test_search_takes_an_id_for_a_word(notion: Notion) -> None:
    page_id = await notion.page()
    sort = {"direction": "descending", "timestamp": "last_edited_time"}

    found = await notion("search", query=page_id, sort=sort)

    assert (found["object"], found["results"]) == ("list", [])


async def test_everything_found_is_collected(notion: Notion) -> None:
    await notion.page()
    search = notion.client.search

    found = await notion.helped("collect_paginated_api", search, page_size=1)
    none = await notion.helped("collect_paginated_api", search, query="This is found nowhere")

    assert [each["object"] for each in found] == ["page", "page"]
    assert none == []


async def test_lists_are_iterated_over_in_parts_until_they_are_empty(notion: Notion) -> None:
    page_id = await notion.page()
    children = [{"paragraph": {"rich_text": text(f"paragraph {n}")}} for n in range(5)]
    await notion("blocks.children.append", block_id=page_id, children=children)
    asked = {"block_id": page_id, "page_size": 2}
    endpoint = notion.client.blocks.children.list

    found = await notion.helped("iterate_paginated_api", endpoint, **asked)
    for block in found:
        await notion("blocks.delete", block_id=block["id"])
    left = await notion.helped("iterate_paginated_api", endpoint, **asked)

    assert [plain(each["paragraph"]["rich_text"]) for each in found] == [
        f"paragraph {n}" for n in range(5)
    ]
    assert left == []
