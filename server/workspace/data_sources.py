"""Data sources: the tables inside databases. Create, retrieve, change, templates."""

from dataclasses import replace
from typing import Any

from server.workspace import (
    decorations,
    identities,
    ids,
    nodes,
    relations,
    richtext,
    schema,
    tables,
    times,
)
from server.workspace.call import Call
from server.workspace.errors import in_trash, invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.properties import CODECS
from server.workspace.tables import Property, Table

MAX_NAME_CHARS = 2000


def create(call: Call) -> dict[str, Any]:
    """POST /v1/data_sources."""
    body = call.body.only("parent", "properties", "title", "description", "icon")
    database = decorations.parent(call, body.need("parent"), "database")
    if database is None:
        raise body.get("parent").refusal("a database")
    return answer(call, add(call, database, body))


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/data_sources/{data_source_id}."""
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    return answer(call, tables.load(call, node))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/data_sources/{data_source_id}: title, icon, schema, trash."""
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    body = call.body.only("title", "description", "icon", "properties", "in_trash", "parent")
    trashed = decorations.flag(body.get("in_trash"))
    if trashed is not False and nodes.is_trashed(call.db, node.number):
        raise in_trash()
    if body.get("parent").given:
        raise body.get("parent").refusal("not present: moving data sources is not served yet")
    table = tables.load(call, node)
    _change_properties(call, table, body.get("properties"))
    table.document |= _words(body) | decorations.changed(body)
    title = richtext.plain(table.document["title"])
    node = nodes.update(call, node, table.content(), title=title, in_trash=trashed)
    return answer(call, tables.load(call, node))


def templates(call: Call) -> dict[str, Any]:
    """GET /v1/data_sources/{data_source_id}/templates: there are none."""
    nodes.find(call, call.path_id("data_source_id"), "data_source")
    return {"templates": [], "has_more": False, "next_cursor": None}


def add(call: Call, database: Node, source: Input) -> Table:
    """Add a table to a database, with the title, icon and properties that were sent."""
    document: dict[str, Any] = {
        "title": [], "description": [], "icon": None, "cover": None, "properties": [],
    }  # fmt: skip
    document |= _words(source) | decorations.changed(source)
    title = richtext.plain(document["title"])
    node = nodes.insert(call, "data_source", database.number, document, title=title)
    table = Table(node, document)
    _add_all(call, table, source.get("properties"))
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
        "properties": schema.answer(table),
        "parent": nodes.parent_answer(call.db, node),
        "database_parent": nodes.parent_answer(call.db, database),
        "url": richtext.page_url("", database.id),
        "public_url": None,
        # A table goes into the trash with its database.
        "in_trash": node.in_trash or database.in_trash,
    }


def _words(source: Input) -> dict[str, Any]:
    keys = ("title", "description")
    return {key: richtext.parse(source.get(key)) for key in keys if source.get(key).given}


def _add_all(call: Call, table: Table, sent: Input) -> None:
    if sent.given:
        for name, config in sent.members():
            _add(call, table, name, config)
    titles = [prop for prop in table.properties if prop.type == "title"]
    if len(titles) > 1:
        raise invalid("Title is not provided. Exactly one property must be of type title.")
    if not titles:
        _add(call, table, "Name", Input({"title": {}}, "body.properties.Name"))


def _change_properties(call: Call, table: Table, sent: Input) -> None:
    if not sent.given:
        return
    for name, change in sent.members():
        prop = table.find(name)
        if prop is None:
            _add(call, table, name, change)
        elif change.value is None:
            _remove(call, table, prop)
        else:
            _change(call, table, prop, change)


def _add(call: Call, table: Table, name: str, sent: Input) -> None:
    kind = schema.kind_of(sent)
    _refuse_taken_name(table, name, sent)
    if kind == "title" and any(each.type == "title" for each in table.properties):
        raise invalid("Cannot create more than one title property.")
    prop = Property(
        id=_fresh_id(call, table, kind),
        name=name,
        type=kind,
        column=tables.new_column(call.db, table.node.number),
        config=schema.parse_config(call, table, None, sent.get(kind)),
        description=schema.parse_description(sent.get("description")),
    )
    table.add(prop)
    if kind == "relation":
        relations.join(call, table, prop, sent.get(kind))


def _fresh_id(call: Call, table: Table, kind: str) -> str:
    if kind == "title":
        return tables.TITLE_ID
    return ids.property_id(call.ids, {each.id for each in table.properties})


def _remove(call: Call, table: Table, prop: Property) -> None:
    if prop.type == "title":
        raise invalid("Cannot delete the title property.")
    tables.drop_column(call.db, prop.column)
    table.remove(prop)
    relations.part(call, table, prop)


def _change(call: Call, table: Table, prop: Property, sent: Input) -> None:
    kinds = [key for key in CODECS if sent.get(key).given]
    if kinds:
        prop = _configured(call, table, prop, sent.get(kinds[0]))
    if sent.get("description").given:
        prop = replace(prop, description=schema.parse_description(sent.get("description")))
    renamed = sent.get("name")
    if not renamed.absent and renamed.text() != prop.name:
        prop = replace(prop, name=renamed.text(MAX_NAME_CHARS))
        _refuse_taken_name(table, prop.name, renamed)
        relations.rename(call, table, prop)
    table.put(prop)


def _configured(call: Call, table: Table, prop: Property, sent: Input) -> Property:
    kind = sent.path.rpartition(".")[2]
    if kind == prop.type:
        config = schema.parse_config(call, table, prop, sent)
        _rank_again(call, prop, replace(prop, config=config))
        return replace(prop, config=config)
    if "title" in (kind, prop.type) or "relation" in (kind, prop.type):
        raise sent.refusal(f"of type {prop.type}, which cannot become {kind}")
    # A new type starts empty: its values stand under a column of their own.
    tables.drop_column(call.db, prop.column)
    column = tables.new_column(call.db, table.node.number)
    config = schema.parse_config(call, table, None, sent)
    return replace(prop, type=kind, column=column, config=config)


def _rank_again(call: Call, before: Property, after: Property) -> None:
    if before.options == after.options:
        return
    for option in before.options:
        rank = after.rank(option["id"])
        if rank < 0:
            _forget_option(call, before.column, option["id"])
        else:
            call.db.execute(
                "UPDATE cells SET number = ? WHERE column = ? AND text = ?",
                (rank, before.column, option["id"]),
            )


def _forget_option(call: Call, column: int, option_id: str) -> None:
    call.db.execute("DELETE FROM cells WHERE column = ? AND text = ?", (column, option_id))


def _refuse_taken_name(table: Table, name: str, sent: Input) -> None:
    if any(each.name == name for each in table.properties):
        raise sent.refusal("a name that no other property has")
