"""Comments: on pages and blocks, in discussions; who may read, change and delete them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, ApiError, Workspace

Connect = Callable[..., Any]
KEYS = (
    "object id parent discussion_id created_time last_edited_time created_by rich_text display_name"
    " request_id"
)


def saying(words: str, **more: Any) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": words}}]} | more


def words(comment: Any) -> str:
    return "".join(item["plain_text"] for item in comment["rich_text"])


async def comment_on(api: httpx.AsyncClient, page: str, said: str) -> Any:
    answer = await api.post("/v1/comments", json=saying(said, parent={"page_id": page}))
    return answer.json()


async def listed(api: httpx.AsyncClient, block: str, **query: Any) -> Any:
    return (await api.get("/v1/comments", params={"block_id": block} | query)).json()


@pytest.fixture
async def paragraph(api: httpx.AsyncClient, root: str) -> str:
    children: Any = [{"paragraph": {"rich_text": []}}]
    answer = await api.patch(f"/v1/blocks/{root}/children", json={"children": children})
    found: str = answer.json()["results"][0]["id"]
    return found


async def test_a_comment_on_a_page_reads_as_notion_shows_it(
    api: httpx.AsyncClient, root: str, bot_id: str
) -> None:
    comment = await comment_on(api, root, "Hello")

    assert list(comment) == KEYS.split()
    assert comment["parent"] == {"type": "page_id", "page_id": root}
    assert comment["created_by"] == {"object": "user", "id": bot_id}
    assert comment["created_time"] == comment["last_edited_time"] == "2026-05-13T09:30:00.000Z"
    assert comment["display_name"] == {"type": "integration", "resolved_name": "Robot"}
    assert (comment["id"][14], comment["discussion_id"][14]) == ("8", "8")


async def test_comments_are_listed_where_they_stand_and_nowhere_else(
    api: httpx.AsyncClient, root: str, paragraph: str
) -> None:
    await comment_on(api, root, "on the page")
    said = await api.post("/v1/comments", json=saying("on it", parent={"block_id": paragraph}))

    on_page, on_block = await listed(api, root), await listed(api, paragraph)

    assert said.json()["parent"] == {"type": "block_id", "block_id": paragraph}
    assert [words(each) for each in on_page["results"]] == ["on the page"]
    assert [words(each) for each in on_block["results"]] == ["on it"]


async def test_a_word_in_a_discussion_stands_where_the_discussion_does(
    api: httpx.AsyncClient, root: str
) -> None:
    first = await comment_on(api, root, "?")

    answer = await api.post("/v1/comments", json=saying("!", discussion_id=first["discussion_id"]))

    assert answer.json()["discussion_id"] == first["discussion_id"]
    assert answer.json()["parent"] == first["parent"]
    assert [words(each) for each in (await listed(api, root))["results"]] == ["?", "!"]


async def test_comments_are_listed_page_by_page(api: httpx.AsyncClient, root: str) -> None:
    for said in "abc":
        await comment_on(api, root, said)

    first = await listed(api, root, page_size=2)
    rest = await listed(api, root, start_cursor=first["next_cursor"])

    assert ([words(each) for each in first["results"]], first["has_more"]) == (["a", "b"], True)
    assert ([words(each) for each in rest["results"]], rest["next_cursor"]) == (["c"], None)


async def test_a_comment_is_changed_and_deleted_by_its_author(
    api: httpx.AsyncClient, root: str
) -> None:
    path = f"/v1/comments/{(await comment_on(api, root, 'a'))['id']}"

    changed = (await api.patch(path, json=saying("b"))).json()
    read = (await api.get(path)).json()
    gone = (await api.delete(path)).json()

    assert [words(each) for each in (changed, read, gone)] == ["b", "b", "b"]
    assert (await api.get(path)).status_code == 404
    assert (await listed(api, root))["results"] == []


async def test_a_comment_of_another_is_read_but_neither_changed_nor_deleted(
    connect: Connect, add_integration: Callable[..., str], api: httpx.AsyncClient, root: str
) -> None:
    comment = await comment_on(api, root, "mine")
    path = f"/v1/comments/{comment['id']}"
    other = await connect(add_integration())

    read = await other.get(path)
    refused = [await other.patch(path, json=saying("yours")), await other.delete(path)]

    assert read.status_code == 200
    assert {answer.json()["code"] for answer in refused} == {"object_not_found"}
    assert (
        refused[0]
        .json()["message"]
        .startswith(f"Could not find comment with ID: {comment['id']}. Make sure")
    )


async def test_comments_on_what_is_not_shared_are_not_there(
    connect: Connect, add_integration: Callable[..., str], api: httpx.AsyncClient, root: str
) -> None:
    comment = await comment_on(api, root, "secret")
    stranger = await connect(add_integration(shared=False))

    answers = [
        await stranger.get(f"/v1/comments/{comment['id']}"),
        await stranger.get("/v1/comments", params={"block_id": root}),
        await stranger.post("/v1/comments", json=saying("x", parent={"page_id": root})),
        await stranger.post(
            "/v1/comments", json=saying("x", discussion_id=comment["discussion_id"])
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]


@pytest.mark.parametrize(
    ("method", "without"),
    [
        ("GET", "read_comments"),
        ("PATCH", "insert_comments"),
        ("DELETE", "insert_comments"),
    ],
)
async def test_each_call_needs_its_capability(
    connect: Connect,
    add_integration: Callable[..., str],
    api: httpx.AsyncClient,
    root: str,
    *,
    method: str,
    without: str,
) -> None:
    comment = await comment_on(api, root, "x")
    narrow = await connect(add_integration(without=[without]))

    answer = await narrow.request(method, f"/v1/comments/{comment['id']}")

    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param({"type": "integration"}, "Robot", id="integration"),
        pytest.param({"type": "user"}, "Robot", id="user"),
        pytest.param({"type": "custom", "custom": {"name": "Jo"}}, "Jo", id="custom"),
    ],
)
async def test_a_comment_may_be_said_under_a_name(
    api: httpx.AsyncClient, root: str, sent: Any, shown: str
) -> None:
    body = saying("x", parent={"page_id": root}, display_name=sent)

    answer = (await api.post("/v1/comments", json=body)).json()

    assert answer["display_name"] == {"type": sent["type"], "resolved_name": shown}


def test_a_comment_of_a_person_bears_the_name(workspace: Workspace, ada: Actor, root: str) -> None:
    body = saying("x", parent={"page_id": root})

    comment = workspace.perform("POST", "/v1/comments", body, actor=ada)

    assert comment["display_name"] == {"type": "user", "resolved_name": "Ada"}


PARENT = {"page_id": "00000000-0000-4000-8000-000000000000"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({}, ". Fix one:\nbody.parent should be defined", id="nowhere"),
        pytest.param({"parent": {}}, ". Fix one:\nbody.parent.page_id should be", id="no-parent"),
        pytest.param({"parent": {"page_id": "x"}},
                     ". Fix one:\nbody.parent.page_id should be a valid uuid", id="bad-id"),
        pytest.param({"parent": PARENT, "discussion_id": PARENT["page_id"]},
                     ": body.discussion_id should be not present", id="two-places"),
    ],
)  # fmt: skip
async def test_a_comment_without_a_place_is_refused(
    api: httpx.AsyncClient, more: Any, message: str
) -> None:
    answer = (await api.post("/v1/comments", json=saying("x", **more))).json()

    assert answer["message"].startswith(f"body failed validation{message}")


UPLOAD = {"file_upload_id": "x"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"markdown": "x"}, "markdown should be not present: comments in markdown are"
                     " not served yet", id="markdown"),
        pytest.param({"attachments": [UPLOAD]}, "attachments[0] should be not present: file"
                     " uploads are not served yet", id="attachment"),
        pytest.param({"attachments": [UPLOAD] * 4}, "attachments.length should be ≤ `3`, instead"
                     " was `4`.", id="attachments"),
        pytest.param({"rich_text": None}, "rich_text should be an array", id="no-text"),
    ],
)  # fmt: skip
async def test_what_a_comment_cannot_hold_is_refused(
    api: httpx.AsyncClient, root: str, more: Any, message: str
) -> None:
    body = saying("x", parent={"page_id": root}) | more

    answer = (await api.post("/v1/comments", json=body)).json()

    assert answer["message"].startswith(f"body failed validation: body.{message}")


async def test_nothing_is_said_about_what_lies_in_the_trash(
    api: httpx.AsyncClient, paragraph: str
) -> None:
    said = saying("x", parent={"block_id": paragraph})
    comment = (await api.post("/v1/comments", json=said)).json()["id"]
    await api.delete(f"/v1/blocks/{paragraph}")

    refused = [
        await api.post("/v1/comments", json=said),
        await api.patch(f"/v1/comments/{comment}", json=saying("y")),
    ]

    assert {answer.json()["code"] for answer in refused} == {"validation_error"}


async def test_a_cursor_holds_while_comments_are_deleted(api: httpx.AsyncClient, root: str) -> None:
    made = [await comment_on(api, root, said) for said in "abcd"]
    first = await listed(api, root, page_size=2)
    for gone in (made[0], made[2]):
        await api.delete(f"/v1/comments/{gone['id']}")

    rest = await listed(api, root, start_cursor=first["next_cursor"])

    assert [words(each) for each in rest["results"]] == ["d"]


async def test_nothing_leads_to_a_deleted_comment(
    workspace: Workspace, api: httpx.AsyncClient, root: str, ada: Actor
) -> None:
    made = await comment_on(api, root, "a")
    await api.delete(f"/v1/comments/{made['id']}")

    read = await api.get(f"/v1/comments/{made['id']}")
    said = await api.post("/v1/comments", json=saying("b", discussion_id=made["discussion_id"]))

    assert (read.status_code, said.status_code) == (404, 404)
    with pytest.raises(ApiError, match="Could not find comment"):
        workspace.perform("GET", f"/v1/comments/{made['id']}", actor=ada)
