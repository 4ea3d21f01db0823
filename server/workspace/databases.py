"""Databases: what holds data sources. Create, retrieve, change."""

from typing import Any

from server.workspace import data_sources, decorations, ids, nodes, richtext, times
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node


def create(call: Call) -> dict[str, Any]:
    """POST /v1/databases: the database and one data source of the same name."""
    body = call.body.only(
        "parent", "title", "description", "is_inline", "initial_data_source", "icon", "cover"
    )
    parent = decorations.parent(call, body.need("parent"), "page", "block")
    number = parent.number if parent else None
    document: dict[str, Any] = {
        "title": [], "description": [], "is_inline": False, "is_locked": False,
        "icon": None, "cover": None,
    }  # fmt: skip
    document |= _changes(call, body)
    node = nodes.insert(
        call,
        "database",
        number,
        document,
        title=richtext.plain(document["title"]),
        position=nodes.end_of(call.db, number),
    )
    # The first table of a database has an id like the database's own.
    data_sources.add(call, node, _first_table(body), object_id=ids.database_id(call.ids))
    return answer(call, node, document)


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/databases/{database_id}."""
    node = nodes.find(call, call.path_id("database_id"), "database")
    return answer(call, node, nodes.document(call.db, node.number))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/databases/{database_id}: words, looks, lock, place, trash.

    To move it needs the right to insert besides that of the route.
    """
    if call.body.get("parent").given:
        call.require("insert_content")
    node = nodes.find(call, call.path_id("database_id"), "database")
    body = call.body.only(
        "parent", "title", "description", "is_inline", "icon", "cover", "in_trash", "is_locked"
    )
    trashed = decorations.flag(body.get("in_trash"))
    nodes.refuse_edit(call.db, node, in_trash=trashed)
    if body.get("parent").given:
        node = _moved(call, node, decorations.parent(call, body.get("parent"), "page"))
    document = nodes.document(call.db, node.number) | _changes(call, body)
    title = richtext.plain(document["title"])
    node = nodes.update(call, node, document, title=title, in_trash=trashed)
    return answer(call, node, document)


def answer(call: Call, node: Node, document: dict[str, Any]) -> dict[str, Any]:
    """A database as the API shows it."""
    tables = nodes.children(call.db, node.number, "data_source")
    return {
        "object": "database",
        "id": node.id,
        "title": document["title"],
        "description": document["description"],
        "parent": nodes.parent_answer(call.db, node),
        "is_inline": document["is_inline"],
        "in_trash": nodes.is_trashed(call.db, node.number),
        "is_locked": document["is_locked"],
        "created_time": times.exact(node.created_at),
        "last_edited_time": times.exact(node.edited_at),
        "data_sources": [{"id": table.id, "name": table.title} for table in tables],
        "icon": document["icon"],
        "cover": document["cover"],
        "url": richtext.page_url("", node.id),
        "public_url": None,
    }


def _moved(call: Call, node: Node, page: Node | None) -> Node:
    number = page.number if page else None
    if number == node.parent:
        return node
    if number is not None and nodes.is_within(call.db, number, node.number):
        raise invalid(f"Database {node.id} cannot be moved below itself.")
    return nodes.move(call, node, page, position=nodes.end_of(call.db, number))


def _changes(call: Call, body: Input) -> dict[str, Any]:
    words = {
        key: richtext.parse(call, body.get(key))
        for key in ("title", "description")
        if body.get(key).given
    }
    flags = {
        key: body.get(key).boolean() for key in ("is_inline", "is_locked") if body.get(key).given
    }
    return words | flags | decorations.changed(body)


def _first_table(body: Input) -> Input:
    sent = body.get("initial_data_source")
    table: dict[str, Any] = {}
    if not sent.absent:
        table |= sent.only("properties", "title", "icon").object()
    if body.get("title").given:
        table.setdefault("title", body.get("title").value)
    return Input(table, "body.initial_data_source")
