"""Where rows stand in order: the indexes of nodes and cells, as statements to be read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.workspace.sql import Cells, Sql, joined


@dataclass(frozen=True, slots=True)
class Index:
    """The rows of a data source in the order of one value, at most one entry a row.

    `absent` tells how the rows rank that have no entry. `column` is that of the cells, where a
    row has no more than one of them.
    """

    source: str
    row: str
    value: str
    entries: Sql
    absent: Literal["never", "last", "lowest"] = "never"
    column: int | None = None

    @property
    def missing(self) -> int | None:
        """The value that rows without an entry are sorted by."""
        return 0 if self.absent == "lowest" else None

    def listing(self, *conditions: Sql, order: str) -> Sql:
        """A statement for (number, value) of these entries; its last parameter is how many."""
        where = joined("AND", [self.entries, *conditions])
        return Sql(
            f"SELECT {self.row} AS number, {self.value} AS value FROM {self.source}"  # noqa: S608 - our own words
            f" WHERE {where.text} ORDER BY {order} LIMIT ?",
            where.parameters,
        )


def by_creation(data_source: int) -> Index:
    """Every row, as they were made."""
    # Rows all stand at position 0, so that the index of children gives them as created.
    where = Sql("parent = ? AND position = 0", (data_source,))
    return Index("nodes", "number", "number", where)


def by_field(data_source: int, field: str) -> Index:
    """Every row, by an instant of its own."""
    return Index("nodes", "number", field, Sql("parent = ?", (data_source,)))


def by_cell(
    column: int,
    field: Literal["text", "number"],
    *,
    absent: Literal["last", "lowest"] = "last",
    is_single: bool = True,
) -> Index:
    """The rows with a value, by their first cell."""
    where = Sql(f"column = ? AND {field} IS NOT NULL AND position = 0", (column,))
    return Index("cells", "node", field, where, absent, column if is_single else None)


def by_person(column: int) -> Index:
    """The rows with people, by the name of the first."""
    where = Sql("c.column = ? AND c.text = u.id AND c.position = 0", (column,))
    # CROSS JOIN keeps the users outside, in the order of their index.
    return Index("users u CROSS JOIN cells c", "c.node", "u.name", where, "last")


def with_cell(any_of: Sequence[Cells]) -> Sql:
    """A statement for the rows with one of these cells; its last parameter is how many."""
    each = [_having(cells) for cells in any_of]
    return Sql(
        f"{' UNION ALL '.join(part.text for part in each)} LIMIT ?",
        tuple(value for part in each for value in part.parameters),
    )


def _having(cells: Cells) -> Sql:
    condition = cells.condition
    return Sql(
        f"SELECT node AS number FROM cells WHERE column = ? AND ({condition.text})",  # noqa: S608 - compiled
        (cells.column, *condition.parameters),
    )
