"""Fragments of SQL with their parameters, so that no value ever stands in the text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

_AMONG = "n.number IN (SELECT node FROM cells WHERE"
# By their primary key: SQLite would take the index by value, and read all of its matches.
_EACH = "EXISTS (SELECT 1 FROM cells INDEXED BY sqlite_autoindex_cells_1 WHERE node = n.number AND"

_MAX_ALTERNATIVES = 100
"""Rows are not listed by more kinds of cells than this: SQLite unites no more than 500 lists."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and what its question marks stand for, in order.

    `narrowed` tells of the rows for which it holds: each has one of these cells, and one of
    those, and so on.
    """

    text: str
    parameters: tuple[Any, ...] = ()
    narrowed: tuple[tuple["Cells", ...], ...] = ()

    def negated(self) -> "Sql":
        """True where this is not."""
        return Sql(f"NOT ({self.text})", self.parameters)

    def row_by_row(self) -> "Sql":
        """The same, fast to ask of one row; as it stands it is fast for all rows together."""
        return replace(self, text=self.text.replace(_AMONG, _EACH))


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a column for which a condition over `text` and `number` holds."""

    column: int
    condition: Sql


TRUE = Sql("1")
FALSE = Sql("0")


def having_cell(column: int, condition: Sql) -> Sql:
    """Holds for a row of `nodes n` with a cell of that column for which the condition holds."""
    return Sql(
        f"{_AMONG} column = ? AND ({condition.text}))",
        (column, *condition.parameters),
        ((Cells(column, condition),),),
    )


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """All parts, joined by AND or OR."""
    text = f" {word} ".join(f"({part.text})" for part in parts)
    values = tuple(value for part in parts for value in part.parameters)
    narrowed = [part.narrowed for part in parts]
    if word == "AND":
        return Sql(text, values, tuple(any_of for each in narrowed for any_of in each))
    if not all(narrowed):
        return Sql(text, values)
    any_of = tuple(cells for each in narrowed for cells in each[0])
    return Sql(text, values, (any_of,) if len(any_of) <= _MAX_ALTERNATIVES else ())
