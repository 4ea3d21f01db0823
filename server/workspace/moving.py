"""Moving: a page goes under another page, or becomes a row of a data source."""

from typing import Any

from server.workspace import nodes, pages, tables
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.tables import PAGE_TITLE, Table


def move(call: Call) -> dict[str, Any]:
    """POST /v1/pages/{page_id}/move: of its properties it keeps the title.

    What stands on the page goes with it. Needs the right to insert besides that of the route.
    """
    call.require("insert_content")
    page = nodes.find_editable(call, call.path_id("page_id"), "page")
    target = _target(call, call.body.only("parent").need("parent"))
    if nodes.is_within(call.db, target.number, page.number):
        raise invalid(f"Page {page.id} cannot be moved below itself.")
    if target.number != page.parent:
        page = _moved(call, page, target)
    return pages.answers(call, [page.number], pages.table_of(call, page))[0]


def _target(call: Call, source: Input) -> Node:
    source.only("type", "page_id", "data_source_id")
    key, object_id = source.one_id(("page_id", "data_source_id"))
    if key == "data_source_id":
        return nodes.find_editable(call, object_id, "data_source")
    # A database may be named in place of its only data source.
    named = nodes.find_editable(call, object_id, "page", "database")
    return pages.home(call, named)


def _moved(call: Call, page: Node, target: Node) -> Node:
    document = nodes.document(call.db, page.number)
    before = pages.table_of(call, page)
    title = document["properties"].get(str(_title_column(before)))
    if before is not None:
        _leave(call, page, before)
    is_row = target.kind == "data_source"
    position = 0 if is_row else nodes.end_of(call.db, target.number)
    page = nodes.move(call, page, target, position=position)
    table = tables.load(call, target) if is_row else None
    values = {str(_title_column(table)): title}
    if table is not None:
        pages.index(call, page, table.title, title)
        pages.number_row(call, table, page, values)
    return nodes.update(call, page, document | {"properties": values})


def _title_column(table: Table | None) -> int:
    return table.title.column if table is not None else PAGE_TITLE.column


def _leave(call: Call, page: Node, table: Table) -> None:
    """Forget the row's values, and that other rows refer to it."""
    call.db.execute("DELETE FROM cells WHERE node = ?", (page.number,))
    call.db.executemany(
        "DELETE FROM cells WHERE column = ? AND number = ?",
        [(prop.column, page.number) for _, prop in tables.relations_to(call, table.node)],
    )
