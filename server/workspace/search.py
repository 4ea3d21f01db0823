"""POST /v1/search: pages and data sources by title, newest edit first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from server.workspace import data_sources, decorations, nodes, pages, paging, tables
from server.workspace.call import Call
from server.workspace.ids import canonical_id
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.sql import Sql, joined

_KINDS = ("page", "data_source")


def search(call: Call) -> dict[str, Any]:
    """What the caller may see whose title contains the query."""
    body = call.body.only("query", "filter", "sort", "start_cursor", "page_size")
    size = paging.page_size(body)
    ascending = _is_ascending(body.get("sort"))
    conditions = [_kinds(body.get("filter")), _words(body.get("query"))]
    in_trash = bool(decorations.flag(_member(body.get("filter"), "in_trash")))
    cursor = paging.start_cursor(body)
    if cursor is not None:
        conditions.append(_from(call, cursor, ascending=ascending))
    candidates = _candidates(call, joined("AND", conditions), ascending=ascending)
    sight = _Sight(call)
    seen = (node for node in candidates if sight.of(node) == _Seen(in_trash, is_visible=True))
    found = list(islice(seen, size + 1))
    following = found[size].id if len(found) > size else None
    results = [_answer(call, node) for node in found[:size]]
    return paging.envelope(results, kind="page_or_data_source", next_cursor=following)


def _member(source: Input, key: str) -> Input:
    return source.get(key) if not source.absent else Input(None, source.path)


def _kinds(source: Input) -> Sql:
    kinds: tuple[str, ...] = _KINDS
    if not source.absent and source.only("property", "value", "in_trash").get("value").given:
        source.need("property").choice(("object",))
        kinds = (source.get("value").choice(_KINDS),)
    marks = ", ".join("?" * len(kinds))
    return Sql(f"n.kind IN ({marks})", kinds)


def _words(source: Input) -> Sql:
    text = "" if source.absent else source.text()
    return Sql("instr(casefold(n.title), ?) > 0", (text.casefold(),)) if text else Sql("1")


def _is_ascending(source: Input) -> bool:
    if source.absent or source.get("property").given:
        return False
    source.need("timestamp").choice(("last_edited_time",))
    direction = source.get("direction")
    return not direction.absent and (direction.choice(("ascending", "descending")) == "ascending")


def _from(call: Call, cursor: str, *, ascending: bool) -> Sql:
    object_id = canonical_id(cursor)
    row = call.db.execute(
        "SELECT edited_at, number FROM nodes WHERE id = ?", (object_id,)
    ).fetchone()
    if row is None:
        raise paging.bad_cursor(cursor)
    comparison = ">=" if ascending else "<="
    return Sql(f"(n.edited_at, n.number) {comparison} (?, ?)", tuple(row))


def _candidates(call: Call, condition: Sql, *, ascending: bool) -> Iterator[Node]:
    direction = "ASC" if ascending else "DESC"
    order = f"n.edited_at {direction}, n.number {direction}"
    return nodes.matching(call.db, condition, order)


def _answer(call: Call, node: Node) -> dict[str, Any]:
    if node.kind == "data_source":
        return data_sources.answer(call, tables.load(call, node))
    return pages.answers(call, [node.number], pages.table_of(call, node))[0]


@dataclass(frozen=True, slots=True)
class _Seen:
    in_trash: bool
    is_visible: bool


class _Sight:
    """Whether objects are shared and out of the trash; each place above them is asked once."""

    def __init__(self, call: Call) -> None:
        self._db = call.db
        self._above: dict[int | None, _Seen] = {
            None: _Seen(in_trash=False, is_visible=call.caller.bot_id is None)
        }
        self._shared = nodes.shared_with(call.db, call.caller.bot_id)

    def of(self, node: Node) -> _Seen:
        if node.parent not in self._above:
            self._above[node.parent] = self.of(nodes.by_number(self._db, node.parent or 0))
        above = self._above[node.parent]
        return _Seen(
            in_trash=node.in_trash or above.in_trash,
            is_visible=node.number in self._shared or above.is_visible,
        )
