"""The content of rows of our own: one paragraph, written once and changed in place."""

import json
from typing import Any

import pytest

from server.notion.own_rows import NotionRows
from tests.server.notion.fakes import ID, Connection, Script, listed, ok, page, rich

PARAGRAPH: dict[str, Any] = {
    "object": "block",
    "id": "b",
    "type": "paragraph",
    "paragraph": {"rich_text": []},
}
HEADING: dict[str, Any] = {
    "object": "block",
    "id": "h",
    "type": "heading_1",
    "heading_1": {"rich_text": []},
}
LINK = "https://www.notion.so/" + "0f" * 16


def bodies(script: Script) -> list[tuple[str, Any]]:
    return [
        (f"{request.method} {request.url.path}", json.loads(request.content))
        for request in script.requests
        if request.method != "GET"
    ]


def parts(content: Any) -> list[tuple[str, str | None]]:
    told = [part["text"] for part in content["rich_text"]]
    return [(text["content"], text.get("link", {}).get("url")) for text in told]


async def test_a_row_gets_its_text_with_links_that_can_be_followed() -> None:
    script = Script(ok(page()))
    async with Connection(script).client as notion:
        await NotionRows(notion).add(ID, [], f"Done: {LINK}; more")

    ((_, body),) = bodies(script)
    (block,) = body["children"]
    assert parts(block["paragraph"]) == [("Done: ", None), (LINK, LINK), ("; more", None)]


async def test_a_long_text_stays_within_the_limits_of_a_block() -> None:
    script = Script(ok(page()))
    async with Connection(script).client as notion:
        await NotionRows(notion).add(ID, [], f"{'x' * 4001} {LINK} " * 60)

    ((_, body),) = bodies(script)
    told = parts(body["children"][0]["paragraph"])
    assert len(told) == 100
    assert max(len(text) for text, _ in told) == 2000


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        pytest.param([PARAGRAPH, HEADING], "PATCH /v1/blocks/b", id="changed-in-place"),
        pytest.param([HEADING], f"PATCH /v1/blocks/{ID}/children", id="ours-is-gone"),
        pytest.param([], f"PATCH /v1/blocks/{ID}/children", id="empty"),
    ],
)
async def test_a_text_takes_the_place_of_the_first_paragraph(there: list[Any], asked: str) -> None:
    changed = {**PARAGRAPH, "paragraph": {"rich_text": rich("new")}}
    script = Script(listed(there), ok({**changed, "results": [changed]}))
    async with Connection(script).client as notion:
        await NotionRows(notion).retell(ID, "new")

    assert [path for path, _ in bodies(script)] == [asked]
