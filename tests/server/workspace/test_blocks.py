"""Blocks: what stands on a page, where it goes, and how it changes."""

from typing import Any

import httpx
import pytest


def text(content: str) -> list[dict[str, Any]]:
    return [{"text": {"content": content}}]


def paragraph(content: str, *children: Any) -> dict[str, Any]:
    inside: dict[str, Any] = {"rich_text": text(content)}
    return {"paragraph": inside | ({"children": list(children)} if children else {})}


async def append(api: httpx.AsyncClient, parent: str, *children: Any, **more: Any) -> Any:
    answer = await api.patch(
        f"/v1/blocks/{parent}/children", json={"children": list(children)} | more
    )
    return answer.json()


async def contents(api: httpx.AsyncClient, parent: str, **query: Any) -> list[str]:
    listed = (await api.get(f"/v1/blocks/{parent}/children", params=query)).json()["results"]
    return [each["paragraph"]["rich_text"][0]["plain_text"] for each in listed]


async def test_blocks_go_to_the_end_the_start_or_after_another(
    api: httpx.AsyncClient, root: str
) -> None:
    first = (await append(api, root, paragraph("b"), paragraph("d")))["results"][0]["id"]
    after = {"type": "after_block", "after_block": {"id": first}}

    await append(api, root, paragraph("c"), position=after)
    await append(api, root, paragraph("a"), position={"type": "start"})
    await append(api, root, paragraph("e"), position={"type": "end"})

    assert await contents(api, root) == ["a", "b", "c", "d", "e"]


async def test_children_are_listed_page_by_page(api: httpx.AsyncClient, root: str) -> None:
    await append(api, root, *[paragraph(name) for name in "abc"])

    first = (await api.get(f"/v1/blocks/{root}/children", params={"page_size": 2})).json()
    rest = await contents(api, root, start_cursor=first["next_cursor"])

    assert (len(first["results"]), first["has_more"], rest) == (2, True, ["c"])


async def test_a_block_changes_field_by_field(api: httpx.AsyncClient, root: str) -> None:
    block = (await append(api, root, {"to_do": {"rich_text": text("do it")}}))["results"][0]

    changed = await api.patch(f"/v1/blocks/{block['id']}", json={"to_do": {"checked": True}})

    assert changed.json()["to_do"]["checked"] is True
    assert changed.json()["to_do"]["rich_text"][0]["plain_text"] == "do it"


async def test_a_deleted_block_is_answered_from_the_trash_and_can_come_back(
    api: httpx.AsyncClient, root: str
) -> None:
    block = (await append(api, root, paragraph("a")))["results"][0]["id"]

    gone = (await api.delete(f"/v1/blocks/{block}")).json()
    refused = await api.patch(f"/v1/blocks/{block}", json=paragraph("b"))
    listed = await contents(api, root)
    await api.patch(f"/v1/blocks/{block}", json={"in_trash": False})

    assert (gone["in_trash"], refused.status_code, listed) == (True, 400, [])
    assert await contents(api, root) == ["a"]


@pytest.mark.parametrize("kind", ["child_page", "child_database"])
async def test_pages_and_databases_are_deleted_as_blocks(
    api: httpx.AsyncClient, root: str, kind: str
) -> None:
    path = "/v1/pages" if kind == "child_page" else "/v1/databases"
    body = {"parent": {"page_id": root}} | ({"properties": {}} if kind == "child_page" else {})
    made = (await api.post(path, json=body)).json()["id"]

    gone = (await api.delete(f"/v1/blocks/{made}")).json()

    assert (gone["type"], gone["in_trash"]) == (kind, True)


NESTED = paragraph("1", paragraph("2", paragraph("3", paragraph("4"))))


@pytest.mark.parametrize(
    ("children", "message"),
    [
        pytest.param(
            [paragraph("x")] * 101,
            "body.children.length should be ≤ `100`, instead was `101`.",
            id="101-blocks",
        ),
        pytest.param(
            [paragraph("x" * 2001)],
            "body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`,"
            " instead was `2001`.",
            id="2001-characters",
        ),
        pytest.param(
            [NESTED],
            "body.children[0].paragraph.children[0].paragraph.children[0].paragraph.children"
            " should be not present",
            id="children-of-children-of-children",
        ),
        pytest.param(
            [{"paragraph": dict[str, Any]()}],
            "body.children[0].paragraph.rich_text should be defined, instead was `undefined`.",
            id="no-text",
        ),
        pytest.param(
            [paragraph(str(i), *[paragraph("x")] * 100) for i in range(10)],
            "body.children should be no more than `1000` blocks in all",
            id="1010-blocks-in-all",
        ),
    ],
)
async def test_blocks_that_cannot_be_are_refused(
    api: httpx.AsyncClient, root: str, children: Any, message: str
) -> None:
    answer = await append(api, root, *children)

    assert answer["message"].startswith(f"body failed validation: {message}")
    assert (await api.get(f"/v1/blocks/{root}/children")).json()["results"] == []


async def test_a_block_does_not_change_its_type(api: httpx.AsyncClient, root: str) -> None:
    block = (await append(api, root, paragraph("a")))["results"][0]["id"]

    answer = await api.patch(f"/v1/blocks/{block}", json={"quote": {"rich_text": text("b")}})

    assert answer.json()["message"] == "Expected block type paragraph in request body"


async def test_a_block_elsewhere_is_no_place_to_append_after(
    api: httpx.AsyncClient, root: str
) -> None:
    toggle = {"toggle": {"rich_text": text("t"), "children": [paragraph("inside")]}}
    outer = (await append(api, root, toggle))["results"][0]["id"]
    inside = (await api.get(f"/v1/blocks/{outer}/children")).json()["results"][0]["id"]

    answer = await append(
        api, root, paragraph("x"), position={"type": "after_block", "after_block": {"id": inside}}
    )

    assert answer["code"] == "validation_error"


async def test_a_cursor_names_the_next_block_and_holds_while_blocks_come_and_go(
    api: httpx.AsyncClient, root: str
) -> None:
    made = (await append(api, root, *[paragraph(name) for name in "abcd"]))["results"]
    first = (await api.get(f"/v1/blocks/{root}/children", params={"page_size": 2})).json()

    await append(api, root, paragraph("new"), position={"type": "start"})
    for gone in (made[0], made[2]):
        await api.delete(f"/v1/blocks/{gone['id']}")

    assert first["next_cursor"] == made[2]["id"]
    assert await contents(api, root, start_cursor=first["next_cursor"]) == ["d"]


async def test_a_block_that_stands_elsewhere_is_no_cursor(
    api: httpx.AsyncClient, root: str
) -> None:
    outer = (await append(api, root, paragraph("outer", paragraph("inner"))))["results"][0]["id"]

    path = f"/v1/blocks/{outer}/children"
    answer = (await api.get(path, params={"start_cursor": outer})).json()

    assert answer["message"] == f"The start_cursor provided is invalid: {outer}"
