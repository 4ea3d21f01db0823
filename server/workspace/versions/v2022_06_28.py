"""Version 2022-06-28: a database is one table, known by the id of the database that holds it.

It cannot speak of a database with several data sources: what names one is refused, and lists
leave it out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from server.workspace import data_sources, databases, errors, nodes, query, routes, search, tables
from server.workspace.call import Call
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.routes import Route
from server.workspace.times import minute
from server.workspace.versions.v2025_09_03 import V2025_09_03
from server.workspace.versions.version import Version

JSON = dict[str, Any]

_CREATE_KEYS: Final = ("parent", "title", "description", "is_inline", "icon", "cover")
_UPDATE_KEYS: Final = ("title", "description", "is_inline", "icon", "cover", "in_trash")


def create(call: Call) -> JSON:
    """POST /v1/databases: the schema stands in the body itself."""
    body = call.body.only(*_CREATE_KEYS, "properties").object()
    first = {"properties": _schema(call, call.body.need("properties"))}
    kept = {key: value for key, value in body.items() if key != "properties"}
    return databases.create(_with_body(call, kept | {"initial_data_source": first}))


def retrieve(call: Call) -> JSON:
    """GET /v1/databases/{database_id}."""
    _table_of(call, call.path_id("database_id"))
    return databases.retrieve(call)


def update(call: Call) -> JSON:
    """PATCH /v1/databases/{database_id}: words and schema of both, the database and its table."""
    body = call.body.only(*_UPDATE_KEYS, "properties")
    table = _table_of(call, call.path_id("database_id"))
    changes = {key: body.get(key).value for key in ("title",) if body.get(key).given}
    if body.get("properties").given:
        changes["properties"] = _schema(call, body.get("properties"))
    kept = {key: value for key, value in body.object().items() if key != "properties"}
    steps = [
        (data_sources.update, _with_body(_at(call, table), changes) if changes else None),
        (databases.update, _with_body(call, kept)),
    ]
    if body.get("in_trash").value is False:
        steps.reverse()
    return [handler(each) for handler, each in steps if each][-1]


def query_rows(call: Call) -> JSON:
    """POST /v1/databases/{database_id}/query."""
    call.body.only("filter", "sorts", "start_cursor", "page_size")
    return query.query(_at(call, _table_of(call, call.path_id("database_id"))))


def list_all(call: Call) -> JSON:
    """GET /v1/databases: those that are shared."""
    paged = call.query.only("start_cursor", "page_size")
    wanted = {"filter": {"property": "object", "value": "data_source"}}
    return search.listed(call, Input(wanted, "body"), paged)


def _place(call: Call) -> Call:
    """A database as the parent of a page means its table."""
    parent = call.body.need("parent")
    if parent.get("workspace").given:
        return call
    key, object_id = parent.one_id(("database_id", "page_id"))
    if key == "page_id":
        return call
    table = _table_of(call, object_id)
    return _with_body(call, call.body.object() | {"parent": {"data_source_id": table.id}})


def _kind(call: Call) -> Call:
    """A search for databases is one for data sources."""
    sent = call.body.get("filter")
    if sent.absent or not sent.get("value").given:
        return call
    kind = sent.get("value").choice(("page", "database"))
    wanted = sent.object() | {"value": "data_source" if kind == "database" else kind}
    return _with_body(call, call.body.object() | {"filter": wanted})


def _schema(call: Call, sent: Input) -> JSON:
    """Properties whose relations name a data source."""
    return {name: _property(call, each) for name, each in sent.members()}


def _property(call: Call, sent: Input) -> Any:
    if not _is_relation(sent):
        return sent.value
    relation = sent.get("relation")
    config = {key: value for key, value in relation.object().items() if key != "database_id"}
    table = _table_of(call, relation.need("database_id").id())
    return sent.object() | {"relation": config | {"data_source_id": table.id}}


def _is_relation(sent: Input) -> bool:
    return isinstance(sent.value, dict) and not sent.get("relation").absent


def _table_of(call: Call, database_id: str) -> Node:
    """The only data source of a database; 400 when there is none or more than one."""
    database = nodes.find(call, database_id, "database")
    inside = nodes.children(call.db, database.number, "data_source")
    if not inside:
        raise errors.no_data_source(database_id)
    if len(inside) > 1:
        raise errors.several_data_sources(database_id, [each.id for each in inside])
    return inside[0]


def _with_body(call: Call, body: JSON) -> Call:
    return replace(call, body=Input(body, "body"))


def _at(call: Call, table: Node) -> Call:
    return replace(call, path={"data_source_id": table.id})


def _outward(call: Call, shown: JSON) -> JSON | None:
    match shown.get("object"):
        case "database":
            return _database(call, nodes.known(call.db, shown["id"]))
        case "data_source":
            return _database(call, nodes.known(call.db, shown["parent"]["database_id"]))
        case "page" | "block":
            return shown | {"parent": _parent(shown["parent"])}
        case _:
            return shown


def _database(call: Call, node: Node) -> JSON | None:
    """A database with the schema of its only data source; None when it has several."""
    inside = nodes.children(call.db, node.number, "data_source")
    if len(inside) != 1:
        return None
    document = nodes.document(call.db, node.number)
    shown = data_sources.answer(call, tables.load(call, inside[0]))
    own = {key: document[key] for key in ("cover", "icon", "title", "description")}
    own |= {
        "object": "database",
        "id": node.id,
        "last_edited_time": minute(max(node.edited_at, inside[0].edited_at)),
        "properties": {name: _shown_property(each) for name, each in shown["properties"].items()},
        "parent": shown["database_parent"],
    }
    return {key: own.get(key, value) for key, value in shown.items() if key != "database_parent"}


def _shown_property(shown: JSON) -> JSON:
    if shown["type"] != "relation":
        return shown
    config = {key: value for key, value in shown["relation"].items() if key != "data_source_id"}
    return shown | {"relation": config}


def _parent(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    if shown["type"] != "data_source_id":
        return shown
    return {"type": "database_id", "database_id": shown["database_id"]}


V2022_06_28: Final = Version(
    "2022-06-28",
    routes.NATIVE.changed(
        Route("GET", "/v1/databases", list_all, "read_content"),
        Route("POST", "/v1/databases", create, "insert_content", writes=True),
        Route("GET", "/v1/databases/{database_id}", retrieve, "read_content"),
        Route("PATCH", "/v1/databases/{database_id}", update, "update_content", writes=True),
        Route("POST", "/v1/databases/{database_id}/query", query_rows, "read_content"),
        without="/v1/data_sources",
    ),
    newer=V2025_09_03,
    inward={
        "POST /v1/pages": _place,
        "POST /v1/pages/{page_id}/move": _place,
        "POST /v1/search": _kind,
    },
    outward=_outward,
    lists={"page_or_data_source": "page_or_database"},
    wording={
        "body.initial_data_source.": "body.",
        "Could not find data_source with": "Could not find database with",
    },
)
