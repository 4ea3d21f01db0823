"""Block types: each is created, read back, changed and deleted; what cannot be is refused."""

from typing import Any

import httpx
import pytest

LOOKS = {
    "bold": False, "italic": False, "strikethrough": False, "underline": False, "code": False,
    "color": "default",
}  # fmt: skip
URL = "https://example.org/a.pdf"
EXTERNAL = {"external": {"url": URL}}


def text(content: str) -> list[dict[str, Any]]:
    return [{"text": {"content": content}}]


def shown(content: str) -> list[dict[str, Any]]:
    item = {"type": "text", "text": {"content": content, "link": None}, "annotations": LOOKS}
    return [item | {"plain_text": content, "href": None}]


def paragraph(content: str, *children: Any) -> dict[str, Any]:
    inside: dict[str, Any] = {"rich_text": text(content)}
    return {"paragraph": inside | ({"children": list(children)} if children else {})}


def row(*cells: str) -> dict[str, Any]:
    return {"table_row": {"cells": [text(cell) for cell in cells]}}


def column(*children: Any, **more: Any) -> dict[str, Any]:
    return {"column": {"children": list(children)} | more}


async def append(api: httpx.AsyncClient, parent: str, *children: Any) -> Any:
    answer = await api.patch(f"/v1/blocks/{parent}/children", json={"children": list(children)})
    return answer.json()


async def added(api: httpx.AsyncClient, parent: str, child: Any) -> Any:
    return (await append(api, parent, child))["results"][0]


async def children(api: httpx.AsyncClient, parent: str) -> Any:
    return (await api.get(f"/v1/blocks/{parent}/children")).json()["results"]


def worded(kind: str, **more: Any) -> Any:
    """A type that has text, a colour and `more` between them."""
    whole = {"rich_text": shown("x")} | more | {"color": "red_background"}
    change = {"rich_text": text("y")}
    sent = {"rich_text": text("x"), "color": "red_background"} | more
    return pytest.param(kind, sent, whole, change, whole | {"rich_text": shown("y")}, id=kind)


def linked(kind: str) -> Any:
    whole = {"caption": shown("x"), "url": URL}
    sent = {"caption": text("x"), "url": URL}
    return pytest.param(kind, sent, whole, {"caption": []}, whole | {"caption": []}, id=kind)


def media(kind: str, **more: Any) -> Any:
    nothing: list[Any] = []
    whole = {"caption": nothing, "type": "external"} | EXTERNAL | more
    change = {"external": {"url": f"{URL}?2"}}
    return pytest.param(kind, EXTERNAL, whole, change, whole | change, id=kind)


def constant(kind: str) -> Any:
    return pytest.param(kind, {}, {}, {}, {}, id=kind)


HEADING = {"is_toggleable": True}
CODE = {"caption": [], "rich_text": shown("x"), "language": "c++"}
TABLE = {"table_width": 2, "has_column_header": True, "has_row_header": False}
COLUMNS = [column(paragraph("a"), width_ratio=0.25), column(paragraph("b"))]
TYPES = [
    *(worded(kind, **HEADING) for kind in ("heading_1", "heading_2", "heading_3", "heading_4")),
    *(worded(kind) for kind in ("bulleted_list_item", "numbered_list_item", "toggle", "quote")),
    worded("paragraph", icon=None),
    worded("callout", icon={"type": "emoji", "emoji": "💡"}),
    worded("to_do", checked=True),
    *(linked(kind) for kind in ("bookmark", "embed")),
    *(media(kind) for kind in ("image", "video", "pdf", "audio")),
    media("file", name="a.pdf"),
    *(constant(kind) for kind in ("divider", "breadcrumb")),
    pytest.param("template", {"rich_text": text("x")}, {"rich_text": shown("x")},
                 {"rich_text": []}, {"rich_text": []}, id="template"),
    pytest.param("equation", {"expression": "e"}, {"expression": "e"}, {"expression": "f"},
                 {"expression": "f"}, id="equation"),
    pytest.param("table_of_contents", {}, {"color": "default"}, {"color": "gray"},
                 {"color": "gray"}, id="table_of_contents"),
    pytest.param("code", {"rich_text": text("x"), "language": "c++"}, CODE,
                 {"language": "r"}, CODE | {"language": "r"}, id="code"),
    pytest.param("table", TABLE | {"children": [row("a", "b")]}, TABLE,
                 {"has_row_header": True}, TABLE | {"has_row_header": True}, id="table"),
    pytest.param("column_list", {"children": COLUMNS}, {}, {}, {}, id="column_list"),
    pytest.param("tab", {"children": [paragraph("a")]}, {}, {}, {}, id="tab"),
    pytest.param("synced_block", {"synced_from": None, "children": [paragraph("a")]},
                 {"synced_from": None}, {}, {"synced_from": None}, id="synced_block"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sent", "whole", "change", "changed"), TYPES)
async def test_a_block_of_each_type_is_created_read_changed_and_deleted(
    api: httpx.AsyncClient,
    root: str,
    *,
    kind: str,
    sent: Any,
    whole: Any,
    change: Any,
    changed: Any,
) -> None:
    path = f"/v1/blocks/{(await added(api, root, {'type': kind, kind: sent}))['id']}"

    read = (await api.get(path)).json()
    edited = (await api.patch(path, json={"type": kind, kind: change})).json()
    gone = (await api.delete(path)).json()

    assert (read["type"], read["has_children"]) == (kind, "children" in sent)
    assert (read[kind], list(read[kind])) == (whole, list(whole))
    assert (edited[kind], gone[kind], gone["in_trash"]) == (changed, changed, True)


async def test_a_link_leads_to_a_page_a_database_or_a_comment(
    api: httpx.AsyncClient, root: str
) -> None:
    database = (await api.post("/v1/databases", json={"parent": {"page_id": root}})).json()["id"]
    said = {"parent": {"page_id": root}, "rich_text": text("hm")}
    comment = (await api.post("/v1/comments", json=said)).json()["id"]
    targets = {"page_id": root, "database_id": database, "comment_id": comment}

    links = [await added(api, root, {"link_to_page": {key: id_}}) for key, id_ in targets.items()]
    changed = await api.patch(
        f"/v1/blocks/{links[0]['id']}", json={"link_to_page": {"database_id": database}}
    )

    assert [link["link_to_page"] for link in links] == [
        {"type": key, key: id_} for key, id_ in targets.items()
    ]
    assert changed.json()["link_to_page"] == {"type": "database_id", "database_id": database}


async def test_columns_stand_side_by_side_and_hold_blocks(
    api: httpx.AsyncClient, root: str
) -> None:
    listed = await added(api, root, {"column_list": {"children": COLUMNS}})
    await append(api, listed["id"], column(paragraph("c", paragraph("d"))))

    found = await children(api, listed["id"])
    inside = await children(api, found[2]["id"])
    wider = await api.patch(f"/v1/blocks/{found[0]['id']}", json={"column": {"width_ratio": 0.5}})

    assert [each["column"] for each in found] == [{"width_ratio": 0.25}, {}, {}]
    assert found[0]["parent"] == {"type": "block_id", "block_id": listed["id"]}
    assert (inside[0]["paragraph"]["rich_text"], inside[0]["has_children"]) == (shown("c"), True)
    assert wider.json()["column"] == {"width_ratio": 0.5}


async def test_columns_add_no_level(api: httpx.AsyncClient, root: str) -> None:
    quote = {"quote": {"rich_text": text(""), "children": [{"tab": dict[str, Any]()}]}}
    table = {"table": TABLE | {"children": [row("a", "b")]}}

    listed = await added(api, root, {"column_list": {"children": [column(quote), column(table)]}})

    first, second = await children(api, listed["id"])
    found = [(await children(api, each["id"]))[0] for each in (first, second)]
    inside = [(await children(api, each["id"]))[0] for each in found]
    assert [each["type"] for each in inside] == ["tab", "table_row"]


async def test_a_table_takes_rows_of_its_width(api: httpx.AsyncClient, root: str) -> None:
    table = await added(api, root, {"table": TABLE | {"children": [row("a", "b")]}})
    second = await added(api, table["id"], row("c", "d"))

    narrow = await append(api, table["id"], row("e"))
    narrowed = await api.patch(f"/v1/blocks/{second['id']}", json=row("f"))
    rewritten = (await api.patch(f"/v1/blocks/{second['id']}", json=row("g", ""))).json()

    message = "Number of cells in table row must match the table width of the parent table"
    assert (narrow["message"], narrowed.json()["message"]) == (message, message)
    assert rewritten["table_row"]["cells"] == [shown("g"), shown("")]
    assert len(await children(api, table["id"])) == 2


async def test_a_copy_of_a_synced_block_shows_what_the_original_holds(
    api: httpx.AsyncClient, root: str
) -> None:
    original = await added(api, root, {"synced_block": {"synced_from": None}})
    source = {"type": "block_id", "block_id": original["id"]}
    copy = await added(api, root, {"synced_block": {"synced_from": {"block_id": original["id"]}}})
    await append(api, original["id"], paragraph("shared"))

    read = (await api.get(f"/v1/blocks/{copy['id']}")).json()
    refused = await append(api, copy["id"], paragraph("x"))

    assert (copy["has_children"], read["has_children"]) == (False, True)
    assert read["synced_block"] == {"synced_from": source}
    assert await children(api, copy["id"]) == await children(api, original["id"])
    assert refused["message"] == (
        f"Block {copy['id']} of type synced_block does not support children."
    )
    await api.delete(f"/v1/blocks/{original['id']}")
    assert (await api.get(f"/v1/blocks/{copy['id']}")).json()["has_children"] is False


async def test_a_copy_needs_an_original(api: httpx.AsyncClient, root: str) -> None:
    other = (await added(api, root, paragraph("x")))["id"]

    answer = await append(api, root, {"synced_block": {"synced_from": {"block_id": other}}})

    assert answer["message"] == f"Block {other} is no original synced block."


async def test_only_a_toggleable_heading_has_children(api: httpx.AsyncClient, root: str) -> None:
    plain = await added(api, root, {"heading_2": {"rich_text": text("x")}})
    refused = await append(api, plain["id"], paragraph("y"))

    path = f"/v1/blocks/{plain['id']}"
    toggle = {"rich_text": text("x"), "is_toggleable": True}
    await api.patch(path, json={"heading_2": toggle})
    await append(api, plain["id"], paragraph("y"))
    kept = await api.patch(path, json={"heading_2": toggle | {"is_toggleable": False}})

    assert refused["message"].endswith("of type heading_2 does not support children.")
    assert "such that its children can stay; remove them first" in kept.json()["message"]


LISTED = ", ".join(
    f"body.children[0].{kind} should be defined" for kind in ("embed", "bookmark", "image")
).replace(", ", ", instead was `undefined`.\n")
MIXED: Any = {"paragraph": {"rich_text": []}, "quote": {"rich_text": []}}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        *(
            pytest.param({"type": kind, kind: {}}, f". Fix one:\n{LISTED}", id=kind)
            for kind in ("link_preview", "child_page", "child_database", "meeting_notes",
                         "transcription", "unsupported", "magic")
        ),
        pytest.param({"type": "quote", "paragraph": {}},
                     ": body.children[0].quote should be defined", id="named-but-absent"),
        pytest.param({"type": "magic", "paragraph": {}},
                     ': body.children[0].type should be `"paragraph"`', id="named-otherwise"),
        pytest.param(MIXED, ": body.children[0].quote should be not present", id="two-types"),
        pytest.param({"paragraph": {"text": []}},
                     ": body.children[0].paragraph.text should be not present", id="old-text"),
        pytest.param({"divider": {"children": []}},
                     ": body.children[0].divider.children should be not present", id="childless"),
        pytest.param({"heading_1": {"rich_text": [], "children": [paragraph("x")]}},
                     ": body.children[0].heading_1.children should be not present", id="heading"),
        pytest.param({"code": {"rich_text": []}},
                     ": body.children[0].code.language should be defined", id="no-language"),
        pytest.param({"code": {"rich_text": [], "language": "ts"}},
                     ': body.children[0].code.language should be `"abap"`, `"abc"`,',
                     id="unknown-language"),
        pytest.param({"equation": {"expression": "x" * 1001}},
                     ": body.children[0].equation.expression.length should be ≤ `1000`",
                     id="long-equation"),
        pytest.param({"image": {"type": "external"}},
                     ": body.children[0].image.external should be defined, instead was"
                     " `undefined`.", id="image-without-url"),
        pytest.param({"pdf": {"file_upload": {"id": "x"}}},
                     ": body.children[0].pdf.file_upload should be not present: file uploads are"
                     " not served yet", id="upload"),
        pytest.param({"column_list": {"children": [COLUMNS[0]]}},
                     ": body.children[0].column_list.children.length should be ≥ `2`, instead was"
                     " `1`.", id="one-column"),
        pytest.param({"column_list": {}},
                     ": body.children[0].column_list.children should be defined", id="no-column"),
        pytest.param({"column_list": {"children": [COLUMNS[0], column()]}},
                     ": body.children[0].column_list.children[1].column.children.length should be"
                     " ≥ `1`", id="empty-column"),
        pytest.param({"column_list": {"children": [paragraph("a"), paragraph("b")]}},
                     ": body.children[0].column_list.children[0].column should be defined",
                     id="no-columns"),
        pytest.param({"column_list": {"children": [column(paragraph("a"), width_ratio=0)] * 2}},
                     ": body.children[0].column_list.children[0].column.width_ratio should be"
                     " above `0`", id="no-width"),
        pytest.param(COLUMNS[0], ": body.children[0].column should be not present: it stands only"
                     " below a column_list", id="column-alone"),
        pytest.param(row("a"), ": body.children[0].table_row should be not present: it stands only"
                     " below a table", id="row-alone"),
        pytest.param(paragraph("x", {"column_list": {"children": COLUMNS}}),
                     ". Fix one:\nbody.children[0].paragraph.children[0].embed should be defined",
                     id="nested-columns"),
        pytest.param(paragraph("x", paragraph("y", {"table": TABLE})),
                     ". Fix one:\nbody.children[0].paragraph.children[0].paragraph.children[0]"
                     ".embed should be defined", id="deep-table"),
        pytest.param({"table": TABLE | {"children": list[Any]()}},
                     ": body.children[0].table.children.length should be ≥ `1`", id="no-rows"),
        pytest.param({"tab": {}}, ": body.children[0].tab.children should be defined", id="no-tab"),
        pytest.param({"synced_block": {}},
                     ": body.children[0].synced_block.synced_from should be defined",
                     id="synced-from-nothing"),
    ],
)  # fmt: skip
async def test_a_block_that_cannot_be_is_refused(
    api: httpx.AsyncClient, root: str, block: Any, message: str
) -> None:
    answer = await append(api, root, block)

    assert answer["message"].startswith(f"body failed validation{message}")
    assert await children(api, root) == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        pytest.param({"image": {"external": {"url": "a.png"}}}, "Invalid image url.", id="image"),
        pytest.param({"bookmark": {"url": "not a url"}}, "Invalid bookmark url.", id="bookmark"),
        pytest.param({"bookmark": {"url": "http://["}}, "Invalid bookmark url.", id="bracket"),
        pytest.param({"embed": {"url": "http://[::1"}}, "Invalid embed url.", id="half-address"),
        pytest.param(
            {"image": {"external": {"url": "https://a\u2100b.com"}}},
            "Invalid image url.",
            id="host-that-normalizes-to-a-path",
        ),
    ],
)
async def test_what_is_no_url_is_no_content(
    api: httpx.AsyncClient, root: str, block: Any, message: str
) -> None:
    answer = await append(api, root, block)

    assert answer["message"] == f"Content creation Failed. Fix the following: \n{message}"


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        pytest.param("table", {"table_width": 3}, "body.table.table_width should be not present",
                     id="table-width"),
        pytest.param("paragraph", {"children": []}, "body.paragraph.children should be not present",
                     id="children"),
        pytest.param("type", "quote", 'body.type should be `"paragraph"`', id="type"),
    ],
)  # fmt: skip
async def test_what_stays_as_it_was_made_is_not_changed(
    api: httpx.AsyncClient, root: str, kind: str, change: Any, message: str
) -> None:
    made = {"table": {"table": TABLE | {"children": [row("a", "b")]}}}.get(kind, paragraph("x"))
    block = (await added(api, root, made))["id"]

    answer = (await api.patch(f"/v1/blocks/{block}", json={kind: change})).json()

    assert answer["message"].startswith(f"body failed validation: {message}")


async def test_a_database_holds_no_blocks(api: httpx.AsyncClient, root: str) -> None:
    database = (await api.post("/v1/databases", json={"parent": {"page_id": root}})).json()["id"]

    answer = await append(api, database, paragraph("x"))

    assert answer["message"] == f"Block {database} of type database does not support children."
