"""POST /v1/data_sources/{id}/query: filter, sort, and a page of rows behind a cursor."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.workspace import decorations, nodes, pages, paging, sorts, tables
from server.workspace.call import Call
from server.workspace.filters import compile_filter
from server.workspace.ids import canonical_id
from server.workspace.nodes import Node
from server.workspace.sorts import Key
from server.workspace.sql import TRUE, Sql, joined

_CURSOR_PARTS = 3


def query(call: Call) -> dict[str, Any]:
    """Rows of a data source; in order of creation when no sorts are given."""
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    body = call.body.only(
        "filter", "sorts", "start_cursor", "page_size", "in_trash", "is_archived", "result_type"
    )
    table = tables.load(call, node)
    wanted = pages.wanted_properties(call.query)
    size = paging.page_size(body)
    sent = body.get("filter")
    condition = TRUE if sent.absent else compile_filter(call, table, sent)
    keys = sorts.compile_sorts(table, body.get("sorts"))
    cursor = paging.start_cursor(body)
    scope = _scope(node, in_trash=bool(decorations.flag(body.get("in_trash"))))
    conditions = [scope, condition]
    stamp = _stamp(call, node)
    if cursor is not None:
        conditions.append(_after(call, node, keys, cursor, stamp))
    numbers = _numbers(call, keys, joined("AND", conditions), size + 1)
    results = pages.answers(call, numbers[:size], table, wanted)
    more = len(numbers) > size
    return paging.envelope(
        results,
        kind="page_or_data_source",
        next_cursor=f"s:{stamp}:{results[-1]['id']}" if more else None,
    )


def _scope(node: Node, *, in_trash: bool) -> Sql:
    # Rows all stand at position 0, so that the index of children gives them as created.
    return Sql("n.parent = ? AND n.position = 0 AND n.in_trash = ?", (node.number, in_trash))


def _numbers(call: Call, keys: Sequence[Key], condition: Sql, limit: int) -> list[int]:
    joins = sorts.joins(keys)
    rows = call.db.execute(
        f"SELECT n.number FROM nodes n {joins.text} WHERE {condition.text}"  # noqa: S608 - compiled
        f" ORDER BY {sorts.order_by(keys)} LIMIT ?",
        (*joins.parameters, *condition.parameters, limit),
    )
    return [row[0] for row in rows]


def _after(call: Call, node: Node, keys: Sequence[Key], cursor: str, stamp: str) -> Sql:
    """The rows behind the one that the cursor names, wherever it stands by now."""
    parts = cursor.split(":")
    if len(parts) != _CURSOR_PARTS or parts[:2] != ["s", stamp]:
        raise paging.bad_cursor(cursor)
    joins = sorts.joins(keys)
    values = "".join(f", {key.expression}" for key in keys)
    row = call.db.execute(
        f"SELECT n.number{values} FROM nodes n {joins.text} WHERE n.id = ? AND n.parent = ?",  # noqa: S608 - compiled
        (*joins.parameters, canonical_id(parts[2]), node.number),
    ).fetchone()
    if row is None:
        raise paging.bad_cursor(cursor)
    return sorts.following(keys, tuple(row)[1:], row[0])


def _stamp(call: Call, node: Node) -> str:
    """Marks the cursors of one question, so that another's are refused; alike in any process."""
    sent = call.body.object()
    asked = [node.id, *(sent.get(key) for key in ("filter", "sorts", "in_trash"))]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    return str(UUID(bytes=digest[:16]))
