"""The values of rollups as answers show them, read for a whole page of rows at once."""

import json
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
    rows = _shown_rows(call, rollup, [page], at_most=None)[page]
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
    for page, rows in _shown_rows(call, rollup, pages, at_most=CUT).items():
        shown = [_array_item(row, rollup.rolled) for row in rows]
        yield page, {"type": "array", "array": shown}


def _shown_rows(
    call: Call, rollup: Rollup, pages: Sequence[int], *, at_most: int | None
) -> Mapping[int, list[Row]]:
    """The first related rows that stand in the array of each page, in order."""
    related: dict[int, list[int]] = {page: [] for page in pages}
    chosen = call.db.execute(
        "SELECT n.value, r.number FROM json_each(?) n CROSS JOIN cells r ON r.node = n.value"  # noqa: S608 - compiled
        f" AND r.column = ? AND r.position IN ({rollup.chosen('n.value')} LIMIT ?)"
        " ORDER BY n.value, r.position",
        (json.dumps(list(pages)), rollup.relation.column, -1 if at_most is None else at_most),
    )
    for page, target in chosen:
        related[page].append(target)
    numbers = list(dict.fromkeys(each for targets in related.values() for each in targets))
    rows = _rows(call, rollup.rolled, numbers)
    return {page: [rows[each] for each in targets] for page, targets in related.items()}


def _rows(call: Call, rolled: Property, numbers: Sequence[int]) -> Mapping[int, Row]:
    found: dict[int, Row] = {}
    for i in range(0, len(numbers), _AT_ONCE):
        part = numbers[i : i + _AT_ONCE]
        related = relations.read(call, part, [rolled], at_most=None)
        for node, document in nodes.load(call.db, part):
            found[node.number] = Row(call, node, document["properties"], related[node.number])
    return found


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
