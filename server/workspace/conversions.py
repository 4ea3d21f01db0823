"""What becomes of the values of a property that gets another type.

Kept are options (from select, multi_select and status to select and multi_select; the first of
several) and words (from number and each text type but the title to each such text type). All
other values are lost, as they are when a property is removed.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, cast

from server.workspace import nodes, richtext, tables
from server.workspace.call import Call
from server.workspace.inputs import Input
from server.workspace.properties import cells
from server.workspace.tables import Property, Table

OPTIONS: Final = frozenset(("select", "multi_select", "status"))
_WORDS: Final = frozenset(("rich_text", "url", "email", "phone_number"))
_ROWS_AT_ONCE: Final = 1000

Conversion: TypeAlias = Callable[[Call, Property, Any], Any]
"""From a kept value to the one to keep, or None."""


def carry_over(call: Call, table: Table, before: Property, after: Property) -> None:
    """Move the values of all rows from one column to the other, as far as they can be kept."""
    convert = _conversion(before.type, after.type)
    if convert is None:
        return
    for number, document in _rows(call, table):
        kept = document["properties"].pop(str(before.column), None)
        if kept is not None:
            value = convert(call, after, kept)
            document["properties"][str(after.column)] = value
            nodes.write_document(call.db, number, document)
            tables.write_cells(call.db, number, after.column, cells(after, value))


def _rows(call: Call, table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every row with its document, those in the trash too; never the whole table at once."""
    last = 0
    while found := call.db.execute(
        "SELECT n.number, d.document FROM nodes n JOIN documents d ON d.node = n.number"
        " WHERE n.parent = ? AND n.position = 0 AND n.number > ? ORDER BY n.number LIMIT ?",
        (table.node.number, last, _ROWS_AT_ONCE),
    ).fetchall():
        yield from ((row[0], json.loads(row[1])) for row in found)
        last = found[-1][0]


def _conversion(before: str, after: str) -> Conversion | None:
    if before in OPTIONS and after == "select":
        return lambda _call, prop, kept: next(iter(_present(prop, kept)), None)
    if before in OPTIONS and after == "multi_select":
        return lambda _call, prop, kept: _present(prop, kept) or None
    if before in (*_WORDS, "number") and after == "rich_text":
        return _as_rich_text
    if before in (*_WORDS, "number") and after in _WORDS:
        return lambda _call, _prop, kept: _plain(kept)
    return None


def _present(prop: Property, kept: Any) -> list[str]:
    """Those of the chosen options that the new configuration still has."""
    chosen = cast("list[str]", kept if isinstance(kept, list) else [kept])
    return [option_id for option_id in chosen if prop.option(option_id)]


def _as_rich_text(call: Call, _prop: Property, kept: Any) -> Any:
    return richtext.parse(call, Input([{"text": {"content": _plain(kept)}}], "body"))


def _plain(kept: Any) -> str:
    is_rich = isinstance(kept, list)
    return richtext.plain(cast("list[dict[str, Any]]", kept)) if is_rich else str(kept)
