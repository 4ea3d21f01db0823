"""The values of rollups as answers show them, read for a whole page of rows at once."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.workspace import nodes, properties, relations, rollups, times
from server.workspace.call import Call
from server.workspace.properties import CUT, Row
from server.workspace.rollups import Rollup
from server.workspace.tables import NODE_FIELDS, Property, Table

Rolled = Mapping[int, Mapping[int, Any]]
"""Values as pages show them, arrays cut at 25, by page row and column of the rollup."""

_AT_ONCE = 10_000
"""SQLite takes no more than 32,766 parameters in one statement."""


def read(
    call: Call, table: Table | None, props: Iterable[Property], pages: Sequence[int]
) -> Rolled:
    """The values of those of the properties that are rollups, on these pages."""
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for prop in props:
        if prop.type == "rollup" and table is not None:
            for page, value in _values(call, table, prop, pages):
                found[page][prop.column] = value | {"function": prop.config["function"]}
    return found


def items(call: Call, table: Table, prop: Property, page: int) -> list[dict[str, Any]]:
    """What an array rollup shows of one page, one by one, as the property endpoint lists it."""
    rollup = rollups.resolve(call, table, prop)
    if rollup is None:
        return []
    rows = _shown_rows(call, rollup, _related(call, rollup, [page]))[page]
    return [item for row in rows for item in properties.items(row, rollup.rolled)]


def _values(
    call: Call, table: Table, prop: Property, pages: Sequence[int]
) -> Iterable[tuple[int, dict[str, Any]]]:
    rollup = rollups.resolve(call, table, prop)
    if rollup is None or not rollup.fits:
        return ((page, {"type": "unsupported", "unsupported": {}}) for page in pages)
    match rollup.kind:
        case "number":
            return _numbers(call, rollup, pages)
        case "date":
            return _dates(call, rollup, pages)
        case "array":
            return _arrays(call, rollup, pages)


def _numbers(
    call: Call, rollup: Rollup, pages: Sequence[int]
) -> Iterable[tuple[int, dict[str, Any]]]:
    for page, number in _select(call, [rollup.value()], pages):
        yield page, {"type": "number", "number": _json_number(number)}


def _dates(
    call: Call, rollup: Rollup, pages: Sequence[int]
) -> Iterable[tuple[int, dict[str, Any]]]:
    written = _written(rollup.rolled)
    ends = {
        "earliest_date": [False],
        "latest_date": [True],
        "date_range": [False, True],
    }[rollup.function]
    expressions = [rollup.extremum(written, is_last=is_last) for is_last in ends]
    for page, *found in _select(call, expressions, pages):
        start, end = _iso(found[0]), _iso(found[1]) if len(found) > 1 else None
        date = None if start is None else {"start": start, "end": end, "time_zone": None}
        yield page, {"type": "date", "date": date}


def _arrays(
    call: Call, rollup: Rollup, pages: Sequence[int]
) -> Iterable[tuple[int, dict[str, Any]]]:
    related = _related(call, rollup, pages)
    if rollup.function == "show_original":
        # What the cut leaves out need not be read.
        related = {page: targets[:CUT] for page, targets in related.items()}
    for page, rows in _shown_rows(call, rollup, related).items():
        shown = [_array_item(row, rollup.rolled) for row in rows[:CUT]]
        yield page, {"type": "array", "array": shown}


def _shown_rows(
    call: Call, rollup: Rollup, related: Mapping[int, Sequence[int]]
) -> Mapping[int, list[Row]]:
    """The related rows that stand in the array of each page, in order."""
    numbers = list(dict.fromkeys(each for targets in related.values() for each in targets))
    rows = _rows(call, rollup.rolled, numbers)
    shown = {page: [rows[each] for each in targets] for page, targets in related.items()}
    if rollup.function == "show_original":
        return shown
    return {page: _distinct(each, rollup.rolled) for page, each in shown.items()}


def _related(call: Call, rollup: Rollup, pages: Sequence[int]) -> Mapping[int, list[int]]:
    related: dict[int, list[int]] = {page: [] for page in pages}
    rows = call.db.execute(
        "SELECT r.node, r.number FROM cells r JOIN nodes t ON t.number = r.number"  # noqa: S608 - marks only
        f" WHERE r.node IN ({relations.marks(pages)}) AND r.column = ?"
        " AND t.in_trash = 0 AND ? ORDER BY r.node, r.position",
        (*pages, rollup.relation.column, rollup.is_visible),
    )
    for page, target in rows:
        related[page].append(target)
    return related


def _rows(call: Call, rolled: Property, numbers: Sequence[int]) -> Mapping[int, Row]:
    found: dict[int, Row] = {}
    for i in range(0, len(numbers), _AT_ONCE):
        part = numbers[i : i + _AT_ONCE]
        related = relations.read(
            call.db, part, [rolled.column] if rolled.type == "relation" else []
        )
        for node, document in nodes.load(call.db, part):
            found[node.number] = Row(call, node, document["properties"], related[node.number])
    return found


def _distinct(rows: Sequence[Row], rolled: Property) -> list[Row]:
    """The first row of each value; values are the same when filters take them for the same."""
    first: dict[str, Row] = {}
    for row in rows:
        kept = row.value(rolled)
        known = properties.cells(rolled, kept) or properties.whole(row, rolled)
        first.setdefault(repr(known), row)
    return list(first.values())


def _array_item(row: Row, rolled: Property) -> dict[str, Any]:
    shown = properties.answer(row, rolled)
    return {"type": rolled.type, rolled.type: shown[rolled.type]}


def _select(
    call: Call, expressions: Sequence[str], pages: Sequence[int]
) -> Iterable[tuple[Any, ...]]:
    return call.db.execute(
        f"SELECT n.number, {', '.join(expressions)} FROM nodes n"  # noqa: S608 - compiled
        f" WHERE n.number IN ({relations.marks(pages)})",
        tuple(pages),
    )


def _written(rolled: Property) -> str:
    """How the date of a cell `c` or page `t` was written; an instant where nobody wrote it."""
    if rolled.type in NODE_FIELDS:
        return f"t.{NODE_FIELDS[rolled.type]}"
    path = f'$.properties."{rolled.column}"'
    return (
        f"(SELECT json_extract(document, iif(c.position = 0, '{path}.start', '{path}.end'))"  # noqa: S608 - a number of ours
        " FROM documents WHERE node = t.number)"
    )


def _iso(found: Any) -> str | None:
    return times.minute(found) if isinstance(found, int) else found


def _json_number(number: float | None) -> float | None:
    """Whole numbers without a fraction, as JavaScript writes them; null when it is none."""
    if number is None or not math.isfinite(number):
        return None
    return int(number) if number == int(number) else number
