"""The first rows of a question, found without reading the whole table where that can be.

Three ways, each but the last bounded in how many entries of an index it looks at:

* a few: a condition is so narrow that its rows are listed, checked and sorted;
* a walk: the index of the first key is read in its order until enough rows have passed the
  conditions. The rows of the last value seen are a group that the next key puts in order, and so
  is the group without a value, so the walk goes on within that group by the next key;
* at once: one statement over all rows.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from server.workspace import sorts
from server.workspace.indexes import Index, by_creation, with_cell
from server.workspace.sorts import Key
from server.workspace.sql import Sql, joined

LOOK_AT = 5_000
"""A few milliseconds of looking."""

_MAX_GROUPS = 3
"""A walk goes no deeper into groups within groups."""


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of a data source: which ones, in what order, and behind which one.

    `condition` is over `nodes n`. `after` holds the values of the keys and the number of a row.
    `pins` are keys that have one value for all rows. `look_at` is how many entries of an index
    are looked at before another way is tried.
    """

    data_source: int
    condition: Sql
    keys: tuple[Key, ...] = ()
    after: tuple[Any, ...] | None = None
    pins: tuple[tuple[Key, Any], ...] = ()
    look_at: int = LOOK_AT

    def group(self, value: Any, after: tuple[Any, ...] | None = None) -> "Question":
        """The rows with that value of the first key."""
        pins = (*self.pins, (self.keys[0], value))
        return replace(self, keys=self.keys[1:], pins=pins, after=after)


class _TooFar(Exception):
    """More entries would have to be looked at."""


Part: TypeAlias = Callable[[sqlite3.Connection, Question, int], list[int]]


def numbers(db: sqlite3.Connection, question: Question, limit: int) -> list[int]:
    """The numbers of the first `limit` rows, in order."""
    listed = _few(db, question)
    try:
        found = json.dumps(_first(db, question, limit)) if listed is None else listed
    except _TooFar:
        return _ordered(db, question, Sql("nodes n"), limit)
    return _sorted(db, question, found, limit)


def _first(db: sqlite3.Connection, question: Question, limit: int) -> list[int]:
    """The first rows, in any order."""
    if not question.keys:
        rows = _walk(db, question, _as_created(question), limit)
        return [row["number"] for row in rows]
    parts = _parts(question)
    found: list[int] = []
    if question.after is not None:
        value, *rest = question.after
        found = _group(db, question.group(value, tuple(rest)), limit)
    for part in parts:
        if len(found) < limit:
            found += part(db, question, limit - len(found))
    return found


def _parts(question: Question) -> Sequence[Part]:
    """How to find, one after the other, the rows behind those with the first value of `after`."""
    key, index = question.keys[0], _index(question)
    parts = [_with_value]
    if index.absent != "never":
        comes_first = index.absent == "lowest" and not key.descending
        parts.insert(0 if comes_first else 1, _without_value)
    if question.after is None:
        return parts
    if question.after[0] == index.missing:
        return parts[parts.index(_without_value) + 1 :]
    return parts[parts.index(_with_value) :]


def _with_value(db: sqlite3.Connection, question: Question, limit: int) -> list[int]:
    key, index = question.keys[0], _index(question)
    same = _on_column(question.condition, index.column)
    if question.after is not None:
        same.append(key.beyond(index.value, question.after[0]))
    listing = index.listing(*same, order=f"value {key.direction}")
    rows = _walk(db, question, listing, limit)
    if len(rows) < limit:
        return [row["number"] for row in rows]
    border = rows[-1]["value"]
    before = [row["number"] for row in rows if row["value"] != border]
    return before + _group(db, question.group(border), limit - len(before))


def _on_column(condition: Sql, column: int | None) -> list[Sql]:
    """What the condition asks of the cells of a column, of which a row has one at most."""
    return [
        any_of[0].condition
        for any_of in condition.narrowed
        if len(any_of) == 1 and any_of[0].column == column
    ]


def _without_value(db: sqlite3.Connection, question: Question, limit: int) -> list[int]:
    return _group(db, question.group(_index(question).missing), limit)


def _group(db: sqlite3.Connection, question: Question, limit: int) -> list[int]:
    """The first rows of a group, in any order."""
    if len(question.pins) > _MAX_GROUPS:
        raise _TooFar
    listing = _pinned(question) if question.keys else None
    members = None if listing is None else _whole(db, listing, question.look_at)
    if members is not None:
        return _sorted(db, question, members, limit)
    return _first(db, question, limit)


def _index(question: Question) -> Index:
    index = question.keys[0].index
    if index is None:
        raise _TooFar
    return index


def _as_created(question: Question) -> Sql:
    """A listing of all rows that may be meant, in the order of their creation."""
    return _pinned(question) or _created_behind(question, by_creation(question.data_source))


def _pinned(question: Question) -> Sql | None:
    """A listing of the group that was entered last, where an index knows its members."""
    for key, value in reversed(question.pins):
        if key.index is not None and value != key.index.missing:
            return _created_behind(question, key.index, Sql(f"{key.index.value} = ?", (value,)))
    return None


def _created_behind(question: Question, index: Index, *conditions: Sql) -> Sql:
    if question.after is not None and not question.keys:
        conditions = (*conditions, Sql(f"{index.row} > ?", question.after))
    return index.listing(*conditions, order=index.row)


def _few(db: sqlite3.Connection, question: Question) -> str | None:
    """All rows that may be meant, as JSON, if there are only a few."""
    listings = [
        by_creation(question.data_source).listing(order="number"),
        *(with_cell(any_of) for any_of in question.condition.narrowed),
    ]
    wholes = (_whole(db, listing, question.look_at) for listing in listings)
    return next((whole for whole in wholes if whole is not None), None)


def _whole(db: sqlite3.Connection, listing: Sql, look_at: int) -> str | None:
    """Every row of a listing, as JSON, or None when it is longer than is looked at."""
    count, members = db.execute(
        f"SELECT count(*), json_group_array(number) FROM ({listing.text})",  # noqa: S608 - compiled
        (*listing.parameters, look_at + 1),
    ).fetchone()
    return None if count > look_at else members


def _walk(
    db: sqlite3.Connection, question: Question, listing: Sql, limit: int
) -> list[sqlite3.Row]:
    """The first rows of a listing that are meant, in its order."""
    joins = sorts.joins([key for key, _ in question.pins])
    condition = joined("AND", [question.condition.row_by_row(), *_pins(question)])
    # CROSS JOIN keeps the order of the listing, and ends it as soon as there are enough.
    rows = db.execute(
        f"SELECT w.number, w.value FROM ({listing.text}) w"  # noqa: S608 - compiled
        f" CROSS JOIN nodes n ON n.number = w.number {joins.text} WHERE {condition.text} LIMIT ?",
        (*listing.parameters, question.look_at, *joins.parameters, *condition.parameters, limit),
    ).fetchall()
    if len(rows) < limit and _whole(db, listing, question.look_at) is None:
        raise _TooFar
    return rows


def _sorted(db: sqlite3.Connection, question: Question, candidates: str, limit: int) -> list[int]:
    """The first rows among some, each perhaps named twice, in order."""
    source = Sql(
        "(SELECT DISTINCT value FROM json_each(?)) w CROSS JOIN nodes n ON n.number = w.value",
        (candidates,),
    )
    meant = replace(question, condition=question.condition.row_by_row())
    return _ordered(db, meant, source, limit)


def _ordered(db: sqlite3.Connection, question: Question, source: Sql, limit: int) -> list[int]:
    keys = question.keys
    joins = sorts.joins([*(key for key, _ in question.pins), *keys])
    conditions = [question.condition, *_pins(question)]
    if question.after is not None:
        conditions.append(sorts.following(keys, question.after[:-1], question.after[-1]))
    where = joined("AND", conditions)
    rows = db.execute(
        f"SELECT n.number FROM {source.text} {joins.text} WHERE {where.text}"  # noqa: S608 - compiled
        f" ORDER BY {sorts.order_by(keys)} LIMIT ?",
        (*source.parameters, *joins.parameters, *where.parameters, limit),
    )
    return [row[0] for row in rows]


def _pins(question: Question) -> list[Sql]:
    return [Sql(f"{key.expression} IS ?", (value,)) for key, value in question.pins]
