"""Pages: rows of data sources and pages of text. Create, retrieve, update, single properties."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from server.workspace import (
    blocks,
    decorations,
    identities,
    knowing,
    listing,
    nodes,
    paging,
    properties,
    relations,
    richtext,
    rolled,
    tables,
    times,
)
from server.workspace.call import Call
from server.workspace.errors import invalid, no_data_source, no_property, several_data_sources
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.places import Places
from server.workspace.properties import Row, Writer
from server.workspace.tables import PAGE_TITLE, Property, Table

_UNSERVED = "not present: the embedded workspace does not serve it yet"


def create(call: Call) -> dict[str, Any]:
    """POST /v1/pages: a row of a data source, or a page under another one."""
    body = call.body.only(
        "parent", "properties", "icon", "cover", "children", "content", "position", "template",
        "markdown", "allow_async",
    )  # fmt: skip
    _refuse_unserved(body)
    named = decorations.parent(call, body.need("parent"), "page", "database", "data_source")
    parent = home(call, named) if named else None
    table = tables.load(call, parent) if parent and parent.kind == "data_source" else None
    document: dict[str, Any] = {"icon": None, "cover": None, "is_locked": False, "properties": {}}
    document |= decorations.changed(body)
    position = _position(call, parent, body.get("position"))
    number = parent.number if parent else None
    node = nodes.insert(call, "page", number, document, position=position)
    number_row(call, table, node, document["properties"])
    node = _write(call, table, node, document, body.get("properties"))
    content = body.get(_content_key(body))
    if content.given:
        blocks.add(call, node, content)
    return _one(call, node, table, call.query)


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/pages/{page_id}."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    return _one(call, node, table_of(call, node), call.query)


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/pages/{page_id}: properties, looks, lock, archive, trash; content only erased."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    body = call.body.only(
        "properties", "icon", "cover", "is_locked", "in_trash", "is_archived", "erase_content",
        "template",
    )  # fmt: skip
    if not body.get("template").absent:
        raise body.get("template").refusal(_UNSERVED)
    nodes.refuse_edit(call.db, node, in_trash=decorations.flag(body.get("in_trash")))
    table = table_of(call, node)
    document = nodes.document(call.db, node.number) | decorations.changed(body)
    if body.get("is_locked").given:
        document["is_locked"] = body.get("is_locked").boolean()
    if decorations.flag(body.get("erase_content")):
        nodes.erase_content(call, node)
    node = _write(call, table, node, document, body.get("properties"), **_flags(body))
    return _one(call, node, table, call.query)


def property_item(call: Call) -> dict[str, Any]:
    """GET /v1/pages/{page_id}/properties/{property_id}: one value, or a page of its items."""
    node = nodes.find(call, call.path_id("page_id"), "page")
    table = table_of(call, node)
    prop = table.find(call.path["property_id"]) if table else _page_title(call)
    if prop is None:
        raise no_property(call.path["property_id"])
    row = _row(call, node, table, prop)
    whole = properties.whole(row, prop)
    if properties.is_paged(prop):
        return _listed(call, node, prop, properties.items(row, prop), summary={})
    if table and prop.type == "rollup" and whole["type"] == "array":
        items = rolled.items(call, table, prop, node.number)
        return _listed(call, node, prop, items, summary=whole | {"array": []})
    return properties.item(prop, whole)


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
    related = relations.read(call, numbers, shown, at_most=properties.CUT + 1)
    summed = rolled.read(call, table, shown, numbers)
    loaded = nodes.load(call.db, numbers)
    places = Places(call)
    return [
        _answer(
            Row(call, node, document["properties"], related[node.number], summed[node.number]),
            document,
            shown,
            places,
        )
        for node, document in loaded
    ]


def wanted_properties(query: Input) -> tuple[str, ...]:
    """What `filter_properties` in the query string asks for."""
    sent = query.get("filter_properties")
    return tuple(each.text() for each in sent.items()) if sent.given else ()


def home(call: Call, parent: Node) -> Node:
    """Where a page goes: a database stands for its only data source."""
    if parent.kind != "database":
        return parent
    inside = nodes.children(call.db, parent.number, "data_source")
    if not inside:
        raise no_data_source(parent.id)
    if len(inside) > 1:
        raise several_data_sources(parent.id, [each.id for each in inside])
    return inside[0]


def _one(call: Call, node: Node, table: Table | None, query: Input) -> dict[str, Any]:
    return answers(call, [node.number], table, wanted_properties(query))[0]


def _answer(
    row: Row, document: dict[str, Any], shown: Sequence[Property], places: Places
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
        "parent": places.parent_of(node),
        "in_trash": places.is_trashed(node),
        "is_archived": node.is_archived,
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


def _row(call: Call, node: Node, table: Table | None, prop: Property) -> Row:
    related = relations.read(call, [node.number], [prop], at_most=None)[node.number]
    summed = rolled.read(call, table, [prop], [node.number])[node.number]
    return Row(call, node, nodes.document(call.db, node.number)["properties"], related, summed)


def _write(
    call: Call,
    table: Table | None,
    node: Node,
    document: dict[str, Any],
    sent: Input,
    **flags: bool | None,
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
                index(call, node, current, value)
    if table:
        table.save(call.db)
    titled = values.get(str(table.title.column if table else PAGE_TITLE.column))
    title = richtext.plain(titled) if titled else ""
    return nodes.update(call, node, document, title=title, **flags)


def _parsed(call: Call, table: Table | None, sent: Input) -> Iterator[tuple[Property, Any]]:
    if not sent.given:
        return
    properties.refuse_shapeless(sent)
    for name, value in sent.members():
        prop = _writable(call, table, name)
        if prop is None:
            raise no_property(name)
        yield prop, properties.parse(Writer(call, table), prop, value)


def _writable(call: Call, table: Table | None, name: str) -> Property | None:
    if table is not None:
        return knowing.find(call, table, name)
    return PAGE_TITLE if name == PAGE_TITLE.name else None


def index(call: Call, node: Node, prop: Property, value: Any) -> None:
    """Keep the cells of a value, by which filters and sorts find the row."""
    tables.write_cells(call.db, node.number, prop.column, properties.cells(prop, value))


def number_row(call: Call, table: Table | None, node: Node, values: dict[str, Any]) -> None:
    """Give a new row of the table its unique ids."""
    for prop in table.properties if table else ():
        if prop.type == "unique_id":
            row = call.db.execute(
                "UPDATE columns SET last_unique = last_unique + 1 WHERE number = ?"
                " RETURNING last_unique",
                (prop.column,),
            ).fetchone()
            values[str(prop.column)] = row[0]
            index(call, node, prop, row[0])


def _page_title(call: Call) -> Property | None:
    return PAGE_TITLE if call.path["property_id"] == PAGE_TITLE.id else None


def _listed(
    call: Call, node: Node, prop: Property, items: Sequence[dict[str, Any]], *, summary: Any
) -> dict[str, Any]:
    """A page of property items; `summary` is what stands under the name of the type."""
    found, following = listing.page(call.query, items)
    listed = paging.envelope(found, kind="property_item", next_cursor=following)
    listed["property_item"] = {
        "id": prop.shown_id,
        "next_url": _next_url(node, prop, following),
        "type": prop.type,
        prop.type: summary,
    }
    return listed


def _next_url(node: Node, prop: Property, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    path = f"/v1/pages/{node.id}/properties/{quote(prop.shown_id, safe='')}"
    return f"https://api.notion.com{path}?start_cursor={cursor}"


def _flags(body: Input) -> dict[str, bool | None]:
    return {key: decorations.flag(body.get(key)) for key in ("in_trash", "is_archived")}


def _position(call: Call, parent: Node | None, sent: Input) -> int:
    """Where among the content of its parent a new page stands; rows have no place."""
    if parent is not None and parent.kind == "data_source":
        if not sent.absent:
            raise sent.refusal("not present: a row has no place on a page")
        return 0
    number = parent.number if parent else None
    if sent.absent or parent is None:
        return nodes.end_of(call.db, number)
    match sent.need("type").choice(("after_block", "page_start", "page_end")):
        case "page_end":
            return nodes.end_of(call.db, number)
        case "page_start":
            position = 0
        case _:
            position = blocks.after(call, parent, sent.need("after_block").need("id").id())
    nodes.make_room(call.db, parent.number, position, 1)
    return position


def _content_key(body: Input) -> str:
    if not body.get("content").absent and not body.get("children").absent:
        raise body.get("content").refusal("not present beside `children`")
    return "children" if body.get("content").absent else "content"


def _refuse_unserved(body: Input) -> None:
    """400 for what needs markdown, a template, or a task of its own."""
    template = body.get("template")
    is_blank = template.absent or template.get("type").value == "none"
    for key, is_served in (
        ("markdown", body.get("markdown").absent),
        ("template", is_blank),
        ("allow_async", not decorations.flag(body.get("allow_async"))),
    ):
        if not is_served:
            raise body.get(key).refusal(_UNSERVED)
