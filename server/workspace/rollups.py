"""Rollups: each function as one SQL expression over relation cells and the cells behind them.

The same expression is shown, filtered by and sorted by. What counts, and what nothing amounts to:

* Related pages count unless they lie in the trash, or their data source does. Where that is not
  shared with the caller, a rollup is that of an empty relation.
* `count` counts pages; `count_values` and `unique` count values, so that a page with two options
  counts twice; texts that differ by case alone are one value; a checkbox always has a value.
* `empty` and `not_empty` count pages. Shares are fractions from 0 to 1.
* Of nothing, counts, shares and `sum` are 0; `average`, `median`, `min`, `max`, `range` and
  dates are null.
* The latest date looks at the ends of spans.
* `count_per_group` and `percent_per_group` are about the pages whose status is in the group
  Complete: the API has no place to name another group.
* A function that does not fit the rolled property gives `unsupported`. The value of a formula is
  not known here, so that it counts as empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.workspace import nodes, relations, tables
from server.workspace.call import Call
from server.workspace.tables import NODE_FIELDS, Property, Table

Kind = Literal["number", "date", "array"]
Group = Literal["any", "numbers", "dates", "checks", "groups"]

_FITTING: Final[Mapping[Group, tuple[str, ...]]] = {
    "numbers": ("number", "formula"),
    "dates": ("date", "created_time", "last_edited_time", "formula"),
    "checks": ("checkbox", "formula"),
    "groups": ("status",),
}
_OF_ROW: Final = " AND r.node = n.number"
_PAGES: Final = "count(DISTINCT t.number)"
_FULL: Final = "count(DISTINCT CASE WHEN {v} IS NOT NULL THEN t.number END)"
_EMPTY: Final = f"{_PAGES} - {_FULL}"
_TICKED: Final = "count(CASE WHEN {v} = 1 THEN 1 END)"
_UNTICKED: Final = "count(CASE WHEN {v} = 0 THEN 1 END)"
_DONE: Final = "count(DISTINCT CASE WHEN c.number IN ({done}) THEN t.number END)"


def _share(counted: str) -> str:
    return f"ifnull(1.0 * ({counted}) / nullif({_PAGES}, 0), 0.0)"


_NUMBERS: Final[Mapping[str, tuple[Group, str]]] = {
    "count": ("any", _PAGES),
    "count_values": ("any", "count({v})"),
    "empty": ("any", _EMPTY),
    "not_empty": ("any", _FULL),
    "unique": ("any", "count(DISTINCT {v})"),
    "percent_empty": ("any", _share(_EMPTY)),
    "percent_not_empty": ("any", _share(_FULL)),
    "sum": ("numbers", "ifnull(sum({v}), 0)"),
    "average": ("numbers", "avg({v})"),
    "min": ("numbers", "min({v})"),
    "max": ("numbers", "max({v})"),
    "range": ("numbers", "max({v}) - min({v})"),
    "checked": ("checks", _TICKED),
    "unchecked": ("checks", _UNTICKED),
    "percent_checked": ("checks", _share(_TICKED)),
    "percent_unchecked": ("checks", _share(_UNTICKED)),
    "count_per_group": ("groups", _DONE),
    "percent_per_group": ("groups", _share(_DONE)),
}
"""Aggregates over the related pages `t` and their values `{v}`."""

DATES: Final = ("earliest_date", "latest_date", "date_range")
ARRAYS: Final = ("show_original", "show_unique")
FUNCTIONS: Final = (*_NUMBERS, "median", *DATES, *ARRAYS)


@dataclass(frozen=True, slots=True)
class Rollup:
    """A rollup with what it looks at: a column of references, and a property behind them.

    `is_shared` tells whether the caller may know of both.
    """

    function: str
    relation: Property
    rolled: Property
    is_shared: bool
    is_trashed: bool

    @property
    def kind(self) -> Kind:
        """The type of its value."""
        return kind_of(self.function)

    @property
    def fits(self) -> bool:
        """Whether the function can be applied to the rolled property."""
        group = _group(self.function)
        return group == "any" or self.rolled.type in _FITTING[group]

    def rows(self, page: str, cells: str = "") -> str:
        """FROM and WHERE of all references `r` to related pages of that name, joined to cells."""
        seen = "" if self.is_shared and not self.is_trashed else " AND 0"
        return (
            f"FROM cells r JOIN nodes {page} ON {page}.number = r.number AND {page}.in_trash = 0"
            f"{cells} WHERE r.column = {self.relation.column}{seen}"
        )

    def value(self) -> str:
        """What it is filtered and sorted by: a number, an instant in milliseconds, or a text."""
        if not self.fits:
            return "NULL"
        match self.function:
            case "median":
                return self._median()
            case "earliest_date" | "date_range":
                return self.extremum(_moment(self.rolled), is_last=False)
            case "latest_date":
                return self.extremum(_moment(self.rolled), is_last=True)
            case "show_original" | "show_unique":
                return self._first()
            case _:
                done = ", ".join(str(rank) for rank in _complete_ranks(self.rolled))
                aggregate = _NUMBERS[self.function][1].format(v=_value(self.rolled), done=done)
                return f"(SELECT {aggregate} {self._values()})"

    def extremum(self, shown: str, *, is_last: bool) -> str:
        """An expression over the cell `c` or page `t` with the earliest or the latest date."""
        moment, order = _moment(self.rolled), "DESC" if is_last else "ASC"
        return (
            f"(SELECT {shown} {self._values()} AND {moment} IS NOT NULL"
            f" ORDER BY {moment} {order} LIMIT 1)"
        )

    def chosen(self, page: str) -> str:
        """Positions of the references of a page that stand in its array, in order.

        Of those to equal values the first; values are equal when filters take them for equal.
        """
        rows = f"{self.rows('t')} AND r.node = {page}"
        if self.function == "show_original":
            return f"SELECT r.position {rows} ORDER BY r.position"
        return f"SELECT min(r.position) {rows} GROUP BY {_whole(self.rolled)} ORDER BY 1"

    def _values(self) -> str:
        return self.rows("t", _cells_of(self.rolled)) + _OF_ROW

    def _median(self) -> str:
        value = _value(self.rolled)
        return (
            f"(SELECT avg(v) FROM (SELECT {value} AS v, row_number() OVER (ORDER BY {value}) AS i,"  # noqa: S608 - our own words
            f" count(*) OVER () AS size {self._values()} AND {value} IS NOT NULL)"
            " WHERE i IN ((size + 1) / 2, (size + 2) / 2))"
        )

    def _first(self) -> str:
        value = "c.number" if self.rolled.options else _value(self.rolled)
        return f"(SELECT {value} {self._values()} ORDER BY r.position, c.position LIMIT 1)"


def kind_of(function: str) -> Kind:
    """The type of the value that a function gives."""
    if function in ARRAYS:
        return "array"
    return "date" if function in DATES else "number"


def resolve(call: Call, table: Table, prop: Property) -> Rollup | None:
    """What a rollup looks at; None when its relation or the rolled property is gone."""
    relation = table.by_id(prop.config["relation_property_id"])
    if relation is None or relation.type != "relation":
        return None
    other = tables.related(call, relation, table)
    rolled = other.by_id(prop.config["rollup_property_id"])
    if rolled is None or rolled.type == "rollup":
        return None
    return Rollup(
        prop.config["function"],
        relation,
        rolled,
        is_shared=nodes.is_visible(call, other.node.number)
        and (rolled.type != "relation" or relations.is_shared(call, rolled)),
        is_trashed=nodes.is_trashed(call.db, other.node.number),
    )


def value_of(call: Call, table: Table, prop: Property) -> str:
    """The SQL expression of a rollup's value for a row `n`."""
    rollup = resolve(call, table, prop)
    return rollup.value() if rollup else "NULL"


def _group(function: str) -> Group:
    if function in _NUMBERS:
        return _NUMBERS[function][0]
    if function == "median":
        return "numbers"
    return "dates" if function in DATES else "any"


def _cells_of(rolled: Property) -> str:
    return f" LEFT JOIN cells c ON c.node = t.number AND c.column = {rolled.column}"


def _value(rolled: Property) -> str:
    if rolled.type in NODE_FIELDS:
        return f"t.{NODE_FIELDS[rolled.type]}"
    match rolled.type:
        case "checkbox":
            return "ifnull(c.number, 0)"
        case "number" | "unique_id" | "date" | "relation" | "verification":
            return "c.number"
        case "formula" | "button":
            return "NULL"
        case _:
            return "c.text"


def _whole(rolled: Property) -> str:
    """All that a page `t` has as its value: a field of its own, or its cells."""
    if rolled.type in NODE_FIELDS:
        return f"t.{NODE_FIELDS[rolled.type]}"
    return (
        "(SELECT json_group_array(json_array(text, number)) FROM (SELECT text, number FROM cells"  # noqa: S608 - a number of ours
        f" WHERE node = t.number AND column = {rolled.column} ORDER BY position))"
    )


def _moment(rolled: Property) -> str:
    """The start of a date, or its end, which is a cell of its own."""
    return "ifnull(c.number, c.text + 0)" if rolled.type == "date" else _value(rolled)


def _complete_ranks(rolled: Property) -> list[int]:
    groups = rolled.config.get("groups", [])
    return [rolled.rank(option_id) for group in groups[2:] for option_id in group["option_ids"]]
