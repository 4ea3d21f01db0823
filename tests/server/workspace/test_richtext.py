"""Rich text: text with links, equations, and mentions that show what the caller may see."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

UNKNOWN = "00000000-0000-4000-8000-000000000000"
Make = Callable[..., str]
Connect = Callable[..., Any]


async def write(api: httpx.AsyncClient, page: str, item: Any) -> Any:
    children = [{"paragraph": {"rich_text": [item]}}]
    return (await api.patch(f"/v1/blocks/{page}/children", json={"children": children})).json()


async def written(api: httpx.AsyncClient, page: str, item: Any) -> Any:
    return (await write(api, page, item))["results"][0]["paragraph"]["rich_text"][0]


def url(object_id: str) -> str:
    return f"https://app.notion.com/p/{object_id.replace('-', '')}"


async def test_a_text_keeps_its_link_and_looks(api: httpx.AsyncClient, root: str) -> None:
    link = {"url": "https://example.org"}
    looks = {"bold": True, "color": "red_background"}

    item = await written(api, root, {"text": {"content": "x", "link": link}, "annotations": looks})

    assert list(item) == ["type", "text", "annotations", "plain_text", "href"]
    assert item["text"] == {"content": "x", "link": link}
    assert item["href"] == link["url"]
    assert item["annotations"]["bold"] is True
    assert item["annotations"]["color"] == "red_background"


async def test_an_equation_is_its_own_plain_text(api: httpx.AsyncClient, root: str) -> None:
    item = await written(api, root, {"equation": {"expression": "E = mc^2"}})

    assert (item["equation"], item["plain_text"]) == ({"expression": "E = mc^2"}, "E = mc^2")


async def test_a_person_is_mentioned_by_name(api: httpx.AsyncClient, root: str, ada: Actor) -> None:
    item = await written(api, root, {"mention": {"user": {"id": ada.id}}})

    user = {"object": "user", "id": ada.id}
    assert item["mention"] == {"type": "user", "user": user}
    assert (item["plain_text"], item["href"]) == ("@Ada", None)


async def test_a_person_is_anonymous_to_who_may_not_read_users(
    connect: Connect, add_integration: Callable[..., str], root: str, ada: Actor
) -> None:
    narrow = await connect(add_integration(without=["read_users"]))

    item = await written(narrow, root, {"mention": {"user": {"id": ada.id}}})

    assert item["plain_text"] == "@Anonymous"


async def test_pages_databases_and_data_sources_are_mentioned_by_title(
    api: httpx.AsyncClient, root: str, make_table: Make
) -> None:
    table = make_table({}, "Tasks")
    database = (await api.get(f"/v1/data_sources/{table}")).json()["parent"]["database_id"]
    targets = [("page", root), ("database", database), ("database", table)]

    items = [await written(api, root, {"mention": {kind: {"id": id_}}}) for kind, id_ in targets]

    assert [item["plain_text"] for item in items] == ["Root", "Tasks", "Tasks"]
    assert [item["mention"][kind] for item, (kind, _) in zip(items, targets, strict=True)] == [
        {"id": root}, {"id": database}, {"id": table},
    ]  # fmt: skip
    assert items[0]["href"] == url(root)


@pytest.mark.parametrize("place", ["missing", "private"])
async def test_what_the_integration_does_not_see_is_untitled(
    workspace: Workspace, ada: Actor, api: httpx.AsyncClient, root: str, place: str
) -> None:
    titled = {"title": {"title": [{"text": {"content": "Secret"}}]}}
    body = {"parent": {"workspace": True}, "properties": titled}
    private = workspace.perform("POST", "/v1/pages", body, actor=ada)["id"]
    target = private if place == "private" else UNKNOWN

    item = await written(api, root, {"mention": {"page": {"id": target}}})

    assert (item["plain_text"], item["href"]) == ("Untitled", url(target))


@pytest.mark.parametrize(
    ("mention", "plain"),
    [
        pytest.param({"date": {"start": "2022-12-16"}}, "2022-12-16", id="day"),
        pytest.param({"date": {"start": "2022-12-16", "end": "2022-12-18"}},
                     "2022-12-16 → 2022-12-18", id="days"),
        pytest.param({"template_mention": {"template_mention_date": "today"}}, "@Today",
                     id="today"),
        pytest.param({"template_mention": {"type": "template_mention_date",
                     "template_mention_date": "now"}}, "@Now", id="now"),
        pytest.param({"template_mention": {"template_mention_user": "me"}}, "@Me", id="me"),
    ],
)  # fmt: skip
async def test_a_moment_or_a_placeholder_is_mentioned(
    api: httpx.AsyncClient, root: str, mention: Any, plain: str
) -> None:
    item = await written(api, root, {"mention": mention})

    kind = next(iter(mention))
    assert (item["mention"]["type"], item["plain_text"], item["href"]) == (kind, plain, None)
    assert item["mention"][kind].items() >= mention[kind].items()


async def test_a_mention_stands_in_properties_and_titles_too(
    api: httpx.AsyncClient, root: str
) -> None:
    mention = [{"mention": {"page": {"id": root}}}]
    page = {"parent": {"page_id": root}, "properties": {"title": {"title": mention}}}
    database = {"parent": {"page_id": root}, "title": mention}

    titles = [
        (await api.post("/v1/pages", json=page)).json()["properties"]["title"]["title"],
        (await api.post("/v1/databases", json=database)).json()["title"],
    ]

    assert [title[0]["plain_text"] for title in titles] == ["Root", "Root"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        pytest.param({"type": "text", "plain_text": "x"},
                     ". Fix one:\n{0}.text should be defined, instead was `undefined`.\n"
                     "{0}.mention should be defined, instead was `undefined`.\n"
                     "{0}.equation should be defined, instead was `undefined`.", id="no-kind"),
        pytest.param({"text": {"content": "x" * 2001}},
                     ": {0}.text.content.length should be ≤ `2000`, instead was `2001`.",
                     id="long-text"),
        pytest.param({"text": {"content": "x", "link": {"url": f"https://x.y/{'x' * 1989}"}}},
                     ": {0}.text.link.url.length should be ≤ `2000`, instead was `2001`.",
                     id="long-link"),
        pytest.param({"equation": {"expression": "x" * 1001}},
                     ": {0}.equation.expression.length should be ≤ `1000`, instead was `1001`.",
                     id="long-equation"),
        pytest.param({"text": {"content": "x"}, "annotations": {"color": "beige"}},
                     ': {0}.annotations.color should be `"default"`, `"gray"`,', id="colour"),
        pytest.param({"mention": {"link_preview": {"url": "https://x.y"}}},
                     ". Fix one:\n{0}.mention.user should be defined", id="link-preview"),
        pytest.param({"mention": {"custom_emoji": {"id": UNKNOWN}}},
                     ": {0}.mention.custom_emoji should be not present", id="custom-emoji"),
        pytest.param({"mention": {"template_mention": {"template_mention_user": "you"}}},
                     ': {0}.mention.template_mention.template_mention_user should be `"me"`',
                     id="placeholder"),
        pytest.param({"mention": {"user": {"id": "ada"}}},
                     ": {0}.mention.user.id should be a valid uuid", id="no-id"),
    ],
)  # fmt: skip
async def test_rich_text_that_cannot_be_is_refused(
    api: httpx.AsyncClient, root: str, item: Any, message: str
) -> None:
    answer = await write(api, root, item)

    path = "body.children[0].paragraph.rich_text[0]"
    assert answer["message"].startswith(f"body failed validation{message.replace('{0}', path)}")


@pytest.mark.parametrize("link", ["#top", "example.org", "../a", "https://a b"])
async def test_a_link_leads_somewhere(api: httpx.AsyncClient, root: str, link: str) -> None:
    answer = await write(api, root, {"text": {"content": "x", "link": {"url": link}}})

    assert answer["message"] == (
        "Content creation Failed. Fix the following: \nInvalid URL for link."
    )


async def shown(api: httpx.AsyncClient, page: str) -> list[str]:
    """What the first block of a page says, item by item."""
    block = (await api.get(f"/v1/blocks/{page}/children")).json()["results"][0]
    return [item["plain_text"] for item in block["paragraph"]["rich_text"]]


async def test_a_mention_says_the_title_that_the_object_has_by_now(
    api: httpx.AsyncClient, root: str, make_table: Make
) -> None:
    database = (await api.get(f"/v1/data_sources/{make_table({}, 'Old')}")).json()["parent"]
    page = (await api.post("/v1/pages", json={"parent": {"page_id": root}})).json()["id"]
    await write(api, page, {"mention": {"database": {"id": database["database_id"]}}})

    before = await shown(api, page)
    title = {"title": [{"text": {"content": "New"}}]}
    await api.patch(f"/v1/databases/{database['database_id']}", json=title)

    assert (before, await shown(api, page)) == (["Old"], ["New"])


async def test_a_mention_tells_no_title_and_no_name_to_who_may_not_know_it(
    workspace: Workspace, ada: Actor, *, connect: Connect, add_integration: Callable[..., str],
    root: str,
) -> None:  # fmt: skip
    secret = workspace.perform(
        "POST",
        "/v1/pages",
        {"parent": {"workspace": True}, "properties": {"title": [{"text": {"content": "Secret"}}]}},
        actor=ada,
    )
    items = [{"mention": {"page": {"id": secret["id"]}}}, {"mention": {"user": {"id": ada.id}}}]
    written_by_ada = workspace.perform(
        "PATCH",
        f"/v1/blocks/{root}/children",
        {"children": [{"paragraph": {"rich_text": items}}]},
        actor=ada,
    )["results"][0]
    narrow = await connect(add_integration(without=["read_users"]))

    own = [item["plain_text"] for item in written_by_ada["paragraph"]["rich_text"]]
    assert own == ["Secret", "@Ada"]
    assert await shown(narrow, root) == ["Untitled", "@Anonymous"]
