"""POST /v1/data_sources/{id}/query: filter, sort, and a page of rows behind a cursor."""

import json
from dataclasses import replace
from typing import Any, Final

from server.workspace import cursors, decorations, nodes, pages, paging, seek, sorts, tables
from server.workspace.call import Call
from server.workspace.cursors import Cursor
from server.workspace.filters import compile_filter
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.seek import Question
from server.workspace.sql import FALSE, TRUE, Sql, joined
from server.workspace.tables import Table

_INCOMPLETE: Final = {
    "type": "incomplete",
    "incomplete_reason": "query_result_limit_reached",
}


def query(call: Call) -> dict[str, Any]:
    """Rows of a data source; in order of creation when no sorts are given.

    All pages of one question together hold no more rows than `query_results_limit`; the last one
    tells when there would be more.
    """
    node = nodes.find(call, call.path_id("data_source_id"), "data_source")
    body = call.body.only(
        "filter", "sorts", "start_cursor", "page_size", "in_trash", "is_archived", "result_type"
    )
    table = tables.load(call, node)
    wanted = pages.wanted_properties(call.query)
    asked_size = paging.page_size(body)
    asked = question(call, table, body)
    cursor = _cursor(call, node, paging.start_cursor(body))
    if cursor is not None:
        asked = replace(asked, after=_after(call, asked, cursor))
    seen_count = cursor.rows_count if cursor else 0
    left_count = max(0, call.conditions.query_results_limit - seen_count)
    size = min(asked_size, left_count)
    numbers = seek.numbers(call.db, asked, size + 1)
    results = pages.answers(call, numbers[:size], table, wanted)
    if len(numbers) <= size:
        return _envelope(results)
    if size == left_count:
        return _envelope(results) | {"request_status": _INCOMPLETE}
    following = Cursor(results[-1]["id"], seen_count + size)
    return _envelope(results, following.sealed(_words(call, node)))


def question(call: Call, table: Table, body: Input) -> Question:
    """What `filter`, `sorts` and `in_trash` of a body ask for."""
    sent, number = body.get("filter"), table.node.number
    scope = _scope(number, body)
    condition = TRUE if sent.absent else compile_filter(call, table, sent)
    keys = sorts.compile_sorts(call, table, body.get("sorts"))
    return Question(number, joined("AND", [scope, condition]), tuple(keys))


def _scope(number: int, body: Input) -> Sql:
    """Rows trashed themselves, and archived ones, come only when asked for, and then alone.

    Of the trash, archived and other rows alike, unless told.
    """
    kind = body.get("result_type")
    if not kind.absent and kind.choice(("page", "data_source")) == "data_source":
        return FALSE  # All rows are pages.
    in_trash = bool(decorations.flag(body.get("in_trash")))
    is_archived = decorations.flag(body.get("is_archived"))
    scope = Sql("n.parent = ? AND n.position = 0 AND n.in_trash = ?", (number, in_trash))
    if in_trash and is_archived is None:
        return scope
    return joined("AND", [scope, Sql("n.is_archived = ?", (bool(is_archived),))])


def _cursor(call: Call, node: Node, sent: str | None) -> Cursor | None:
    return None if sent is None else cursors.opened(sent, _words(call, node))


def _after(call: Call, asked: Question, cursor: Cursor) -> tuple[Any, ...] | None:
    """Behind which place the page begins: where its row was moved away, behind all before it."""
    found = place(call, asked, cursor.row_id)
    if found is not None or cursor.rows_count == 1:
        return found
    before = seek.numbers(call.db, asked, cursor.rows_count - 1)
    return place(call, asked, nodes.by_number(call.db, before[-1]).id) if before else None


def place(call: Call, asked: Question, row_id: str) -> tuple[Any, ...] | None:
    """Where a row stands by now: the values of the keys, and its number; None when it is gone."""
    joins = sorts.joins(asked.keys)
    values = [*(key.expression for key in asked.keys), "n.number"]
    row = call.db.execute(
        f"SELECT {', '.join(values)} FROM nodes n {joins.text} WHERE n.id = ? AND n.parent = ?",  # noqa: S608 - compiled
        (*joins.parameters, row_id, asked.data_source),
    ).fetchone()
    return None if row is None else tuple(row)


def _words(call: Call, node: Node) -> str:
    """What makes two requests the same question; written alike in any process."""
    sent = call.body.object()
    keys = ("filter", "sorts", "in_trash", "is_archived", "result_type")
    asked = [node.id, *(sent.get(key) for key in keys)]
    return json.dumps(asked, sort_keys=True)


def _envelope(results: list[dict[str, Any]], next_cursor: str | None = None) -> dict[str, Any]:
    return paging.envelope(results, kind="page_or_data_source", next_cursor=next_cursor)
