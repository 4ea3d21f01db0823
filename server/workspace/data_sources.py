"""Data sources: the tables inside databases. Create, retrieve, change, templates."""

from dataclasses import replace
from typing import Any

from server.workspace import (
    altering,
    decorations,
    identities,
    nodes,
    richtext,
    schema,
    tables,
    times,
)
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.tables import Table


def create(call: Call) -> dict[str, Any]:
    """POST /v1/data_sources."""
    body = call.body.only("parent", "properties", "title", "description", "icon")
    return answer(call, add(call, _home(call, body.need("parent")), body))


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/data_sources/{data_source_id}."""
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    return answer(call, tables.load(call, node))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/data_sources/{data_source_id}: title, icon, schema, database, trash.

    To move it needs the right to insert besides that of the route.
    """
    if call.body.get("parent").given:
        call.require("insert_content")
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    body = call.body.only("title", "description", "icon", "properties", "in_trash", "parent")
    trashed = decorations.flag(body.get("in_trash"))
    nodes.refuse_edit(call.db, node, in_trash=trashed)
    if body.get("parent").given:
        node = _moved(call, node, _home(call, body.get("parent")))
    table = tables.load(call, node)
    altering.change(call, table, body.get("properties"))
    table.document |= _words(call, body) | decorations.changed(body)
    title = richtext.plain(table.document["title"])
    node = nodes.update(call, node, table.content(), title=title, in_trash=trashed)
    return answer(call, tables.load(call, node))


def templates(call: Call) -> dict[str, Any]:
    """GET /v1/data_sources/{data_source_id}/templates: there are none."""
    nodes.find(call, call.path_id("data_source_id"), "data_source")
    return {"templates": [], "has_more": False, "next_cursor": None}


def add(call: Call, database: Node, source: Input, *, object_id: str | None = None) -> Table:
    """Add a table to a database, with the title, icon and properties that were sent."""
    document: dict[str, Any] = {
        "title": [], "description": [], "icon": None, "cover": None, "properties": [],
    }  # fmt: skip
    document |= _words(call, source) | decorations.changed(source)
    title = richtext.plain(document["title"])
    node = nodes.insert(
        call, "data_source", database.number, document, title=title, object_id=object_id
    )
    table = Table(node, document)
    altering.add_all(call, table, source.get("properties"))
    table.save(call.db)
    return table


def answer(call: Call, table: Table) -> dict[str, Any]:
    """A data source as the API shows it."""
    node, document = table.node, table.document
    database = schema.database_of(call, node)
    return {
        "object": "data_source",
        "id": node.id,
        "cover": document["cover"],
        "icon": document["icon"],
        "created_time": times.minute(node.created_at),
        "created_by": identities.partial_user(node.created_by),
        "last_edited_by": identities.partial_user(node.edited_by),
        "last_edited_time": times.minute(node.edited_at),
        "title": document["title"],
        "description": document["description"],
        "is_inline": nodes.document(call.db, database.number)["is_inline"],
        "properties": schema.answer(call, table),
        "parent": nodes.parent_answer(call.db, node),
        "database_parent": nodes.parent_answer(call.db, database),
        "url": richtext.page_url("", database.id),
        "public_url": None,
        "in_trash": nodes.is_trashed(call.db, node.number),
    }


def _home(call: Call, sent: Input) -> Node:
    database = decorations.parent(call, sent, "database")
    if database is None:
        raise sent.refusal("a database")
    return database


def _moved(call: Call, node: Node, database: Node) -> Node:
    """The data source in another database, which every relation to it names, too."""
    if nodes.is_within(call.db, database.number, node.number):
        raise invalid(f"Data source {node.id} cannot be moved below itself.")
    for table, prop in tables.relations_to(call, node):
        table.put(replace(prop, config=prop.config | {"database_id": database.id}))
        table.save(call.db)
    return nodes.move(call, node, database)


def _words(call: Call, source: Input) -> dict[str, Any]:
    keys = ("title", "description")
    return {key: richtext.parse(call, source.get(key)) for key in keys if source.get(key).given}
