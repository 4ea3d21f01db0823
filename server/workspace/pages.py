"""Pages: rows of data sources and pages of text. Create, retrieve, update, single properties."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from server.workspace import (
    blocks,
    decorations,
    identities,
    nodes,
    paging,
    properties,
    relations,
    richtext,
    tables,
    times,
)
from server.workspace.call import Call
from server.workspace.errors import in_trash, invalid, no_property, several_data_sources
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.properties import Row, Writer
from server.workspace.tables import PAGE_TITLE, Property, Table

_NOT_YET = ("markdown", "template", "allow_async", "position", "content", "erase_content")


def create(call: Call) -> dict[str, Any]:
    """POST /v1/pages: a row of a data source, or a page under another one."""
    body = call.body.only("parent", "properties", "icon", "cover", "children", *_NOT_YET)
    _refuse_unserved(body)
    parent = _home(
        call, decorations.parent(call, body.need("parent"), "data_source", "page", "database")
    )
    number = parent.number if parent else None
    is_row = parent is not None and parent.kind == "data_source"
    table = tables.load(call, parent) if parent and is_row else None
    document: dict[str, Any] = {
        "icon": None, "cover": None, "is_locked": False, "is_archived": False, "properties": {},
    }  # fmt: skip
    document |= decorations.changed(body)
    position = 0 if is_row else nodes.end_of(call.db, number)
    node = nodes.insert(call, "page", number, document, position=position)
    _number_row(call, table, node, document["properties"])
    node = _write(call, table, node, document, body.get("properties"))
    if body.get("children").given:
        blocks.add(call, node, body.get("children"))
    return _one(call, node, table, call.query)


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/pages/{page_id}."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    return _one(call, node, table_of(call, node), call.query)


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/pages/{page_id}: properties, looks, lock, trash."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    body = call.body.only(
        "properties", "icon", "cover", "is_locked", "in_trash", "is_archived", *_NOT_YET
    )
    _refuse_unserved(body)
    trashed = decorations.flag(body.get("in_trash"))
    if trashed is not False and nodes.is_trashed(call.db, node.number):
        raise in_trash()
    table = table_of(call, node)
    document = nodes.document(call.db, node.number) | decorations.changed(body)
    for key in ("is_locked", "is_archived"):
        if body.get(key).given:
            document[key] = body.get(key).boolean()
    node = _write(call, table, node, document, body.get("properties"), in_trash=trashed)
    return _one(call, node, table, call.query)


def property_item(call: Call) -> dict[str, Any]:
    """GET /v1/pages/{page_id}/properties/{property_id}: one value, or a page of its items."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    table = table_of(call, node)
    prop = table.find(call.path["property_id"]) if table else _page_title(call)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {call.path['property_id']}")
    row = _row(call, node, table)
    value = properties.whole(row, prop)
    if not properties.is_paged(prop):
        return _item(prop, value)
    found, following = paging.slice_from(
        [(_item_key(i), each) for i, each in enumerate(value)],
        cursor=paging.start_cursor(call.query),
        size=paging.page_size(call.query),
    )
    results = [_item(prop, each) for each in found]
    listed = paging.envelope(results, kind="property_item", next_cursor=following)
    listed["property_item"] = {
        "id": prop.shown_id,
        "next_url": _next_url(node, prop, following),
        "type": prop.type,
        prop.type: {},
    }
    return listed


def table_of(call: Call, node: Node) -> Table | None:
    """The table a page is a row of, or None."""
    parent = nodes.by_number(call.db, node.parent) if node.parent is not None else None
    return tables.load(call, parent) if parent and parent.kind == "data_source" else None


def answers(
    call: Call, numbers: Sequence[int], table: Table | None, wanted: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Pages as the API shows them: rows of one table, or pages that are no rows.

    `wanted` are names or ids of properties; none means all.
    """
    shown = _wanted(table, wanted)
    columns = [prop.column for prop in shown if prop.type == "relation"]
    related = relations.read(call.db, numbers, columns)
    loaded = nodes.load(call.db, numbers)
    parent = nodes.parent_answer(call.db, loaded[0][0]) if table and loaded else None
    return [
        _answer(
            Row(call, node, document["properties"], related[node.number]),
            document,
            shown,
            parent or nodes.parent_answer(call.db, node),
        )
        for node, document in loaded
    ]


def wanted_properties(query: Input) -> tuple[str, ...]:
    """What `filter_properties` in the query string asks for."""
    sent = query.get("filter_properties")
    return tuple(each.text() for each in sent.items()) if sent.given else ()


def _home(call: Call, parent: Node | None) -> Node | None:
    """Where the page goes: a database stands for its only data source."""
    if parent is None or parent.kind != "database":
        return parent
    inside = nodes.children(call.db, parent.number, "data_source")
    if len(inside) != 1:
        raise several_data_sources(parent.id, [each.id for each in inside])
    return inside[0]


def _one(call: Call, node: Node, table: Table | None, query: Input) -> dict[str, Any]:
    return answers(call, [node.number], table, wanted_properties(query))[0]


def _answer(
    row: Row, document: dict[str, Any], shown: Sequence[Property], parent: dict[str, Any]
) -> dict[str, Any]:
    node = row.node
    return {
        "object": "page",
        "id": node.id,
        "created_time": times.minute(node.created_at),
        "last_edited_time": times.minute(node.edited_at),
        "created_by": identities.partial_user(node.created_by),
        "last_edited_by": identities.partial_user(node.edited_by),
        "cover": document["cover"],
        "icon": document["icon"],
        "parent": parent,
        "in_trash": node.in_trash,
        "is_archived": document["is_archived"],
        "is_locked": document["is_locked"],
        "properties": {prop.name: properties.answer(row, prop) for prop in shown},
        "url": richtext.page_url(node.title, node.id),
        "public_url": None,
    }


def _wanted(table: Table | None, wanted: Sequence[str]) -> Sequence[Property]:
    known = table.properties if table else [PAGE_TITLE]
    if not wanted:
        return known
    for name in wanted:
        if not any(name in (prop.name, prop.id, prop.shown_id) for prop in known):
            raise invalid(f"Could not find property with name or id: {name}")
    return [prop for prop in known if {prop.name, prop.id, prop.shown_id} & set(wanted)]


def _row(call: Call, node: Node, table: Table | None) -> Row:
    known = table.properties if table else []
    columns = [prop.column for prop in known if prop.type == "relation"]
    related = relations.read(call.db, [node.number], columns)
    values = nodes.document(call.db, node.number)["properties"]
    return Row(call, node, values, related[node.number])


def _write(  # noqa: PLR0913 - one page is written in one place
    call: Call,
    table: Table | None,
    node: Node,
    document: dict[str, Any],
    sent: Input,
    *,
    in_trash: bool | None = None,
) -> Node:
    values: dict[str, Any] = document["properties"]
    for prop, value in _parsed(call, table, sent):
        current = (table and table.by_id(prop.id)) or prop
        if prop.type == "relation":
            partner = relations.partner_column(call, prop)
            relations.write(call.db, node.number, prop, value, partner)
        else:
            values[str(prop.column)] = value
            if table:
                _index(call, node, current, value)
    if table:
        table.save(call.db)
    titled = values.get(str(table.title.column if table else PAGE_TITLE.column))
    title = richtext.plain(titled) if titled else ""
    return nodes.update(call, node, document, title=title, in_trash=in_trash)


def _parsed(call: Call, table: Table | None, sent: Input) -> Iterator[tuple[Property, Any]]:
    if not sent.given:
        return
    for name, value in sent.members():
        prop = table.find(name) if table else PAGE_TITLE if name == PAGE_TITLE.name else None
        if prop is None:
            raise no_property(name)
        yield prop, properties.parse(Writer(call, table), prop, value)


def _index(call: Call, node: Node, prop: Property, value: Any) -> None:
    call.db.execute("DELETE FROM cells WHERE node = ? AND column = ?", (node.number, prop.column))
    call.db.executemany(
        "INSERT INTO cells (node, column, position, text, number) VALUES (?, ?, ?, ?, ?)",
        [
            (node.number, prop.column, position, text, number)
            for position, (text, number) in enumerate(properties.cells(prop, value))
        ],
    )


def _number_row(call: Call, table: Table | None, node: Node, values: dict[str, Any]) -> None:
    for prop in table.properties if table else ():
        if prop.type == "unique_id":
            row = call.db.execute(
                "UPDATE columns SET last_unique = last_unique + 1 WHERE number = ?"
                " RETURNING last_unique",
                (prop.column,),
            ).fetchone()
            values[str(prop.column)] = row[0]
            _index(call, node, prop, row[0])


def _page_title(call: Call) -> Property | None:
    return PAGE_TITLE if call.path["property_id"] == PAGE_TITLE.id else None


def _item(prop: Property, value: Any) -> dict[str, Any]:
    return {
        "object": "property_item",
        "type": prop.type,
        "id": prop.shown_id,
        prop.type: value,
    }


def _item_key(index: int) -> str:
    return f"{index:x}"


def _next_url(node: Node, prop: Property, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    path = f"/v1/pages/{node.id}/properties/{quote(prop.shown_id, safe='')}"
    return f"https://api.notion.com{path}?start_cursor={cursor}"


def _refuse_unserved(body: Input) -> None:
    for key in _NOT_YET:
        if not body.get(key).absent:
            raise body.get(key).refusal("not present: the embedded workspace does not serve it yet")
