"""The sort compiler: sorts as sent become keys, an order, and the condition of what follows a row.

Empty values come last in both directions; rows that tie keep the order of their creation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.workspace import indexes, knowing, rollups
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.indexes import Index
from server.workspace.inputs import Input
from server.workspace.sql import Sql, joined
from server.workspace.tables import Property, Table

MAX_SORTS = 50
"""SQLite joins no more than 64 tables at once."""

_FIELDS: Final = {"created_time": "created_at", "last_edited_time": "edited_at"}
_TEXT_TYPES: Final = frozenset(
    ("title", "rich_text", "url", "email", "phone_number", "files", "place")
)
_PERSON_NAME: Final = "(SELECT name FROM users u WHERE u.id = {user})"
_TITLE: Final = "(SELECT title FROM nodes t WHERE t.number = {alias}.number)"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing to sort by: an expression over n and perhaps a joined cell.

    `index` gives the rows in this order without looking at them all, where there is one.
    """

    expression: str
    descending: bool
    join: Sql | None = None
    index: Index | None = None

    @property
    def direction(self) -> str:
        """The word behind ORDER BY."""
        return "DESC" if self.descending else "ASC"

    def beyond(self, expression: str, value: Any) -> Sql:
        """Holds where the expression comes after a value in this order."""
        return Sql(f"{expression} {'<' if self.descending else '>'} ?", (value,))


def compile_sorts(call: Call, table: Table, source: Input) -> list[Key]:
    """The keys, most important first; 400 when a property does not exist."""
    if source.absent:
        return []
    return [_key(call, table, each, f"k{i}") for i, each in enumerate(source.items(MAX_SORTS))]


def order_by(keys: Sequence[Key]) -> str:
    """What stands behind ORDER BY."""
    parts = [f"{key.expression} {key.direction} NULLS LAST" for key in keys]
    return ", ".join([*parts, "n.number"])


def joins(keys: Sequence[Key]) -> Sql:
    """The cells that the keys look at."""
    needed = [key.join for key in keys if key.join]
    return Sql(
        " ".join(join.text for join in needed),
        tuple(value for join in needed for value in join.parameters),
    )


def following(keys: Sequence[Key], values: Sequence[Any], number: int) -> Sql:
    """Holds for the rows that come after one with these values of the keys."""
    same: list[Sql] = []
    after: list[Sql] = []
    for key, value in zip(keys, values, strict=True):
        later = _later(key, value)
        if later:
            after.append(joined("AND", [*same, later]))
        same.append(Sql(f"{key.expression} IS ?", (value,)))
    # Side by side, not within each other: SQLite reads no more than a few dozen levels.
    return joined("OR", [*after, joined("AND", [*same, Sql("n.number > ?", (number,))])])


def _later(key: Key, value: Any) -> Sql | None:
    if value is None:
        return None
    beyond = key.beyond(key.expression, value)
    return joined("OR", [beyond, Sql(f"{key.expression} IS NULL")])


def _key(call: Call, table: Table, source: Input, alias: str) -> Key:
    source.only("property", "timestamp", "direction")
    direction = source.get("direction")
    descending = not direction.absent and (
        direction.choice(("ascending", "descending")) == "descending"
    )
    if source.get("timestamp").given:
        name = source.get("timestamp").choice(tuple(_FIELDS))
        return _field_key(table, name, descending=descending)
    name = source.need("property").text()
    prop = knowing.find(call, table, name)
    if prop is None:
        raise invalid(f"Could not find sort property with name or id: {name}")
    if prop.type in _FIELDS:
        return _field_key(table, prop.type, descending=descending)
    if prop.type == "rollup":
        return Key(rollups.value_of(call, table, prop), descending)
    return _property_key(prop, alias, descending=descending)


def _field_key(table: Table, name: str, *, descending: bool) -> Key:
    field = _FIELDS[name]
    index = indexes.by_field(table.node.number, field)
    return Key(f"n.{field}", descending, index=index)


def _property_key(prop: Property, alias: str, *, descending: bool) -> Key:
    if prop.type in ("created_by", "last_edited_by"):
        field = "n.created_by" if prop.type == "created_by" else "n.edited_by"
        return Key(_PERSON_NAME.format(user=field), descending)
    # A relation whose first page was taken away from the other side starts behind 0.
    first = (
        "(SELECT min(position) FROM cells WHERE node = n.number AND column = ?)"
        if prop.type == "relation"
        else "0"
    )
    join = Sql(
        f"LEFT JOIN cells {alias} ON {alias}.node = n.number AND {alias}.column = ?"
        f" AND {alias}.position = {first}",
        (prop.column,) * (1 + first.count("?")),
    )
    return Key(_cell_expression(prop, alias), descending, join, _index(prop))


def _index(prop: Property) -> Index | None:
    if prop.type == "relation":
        return None
    if prop.type == "people":
        return indexes.by_person(prop.column)
    if prop.type == "checkbox":
        return indexes.by_cell(prop.column, "number", absent="lowest")
    field: Literal["text", "number"] = "text" if prop.type in _TEXT_TYPES else "number"
    is_single = prop.type not in ("multi_select", "files")
    return indexes.by_cell(prop.column, field, is_single=is_single)


def _cell_expression(prop: Property, alias: str) -> str:
    if prop.type in _TEXT_TYPES:
        return f"{alias}.text"
    match prop.type:
        case "people":
            return _PERSON_NAME.format(user=f"{alias}.text")
        case "relation":
            return _TITLE.format(alias=alias)
        case "checkbox":
            return f"ifnull({alias}.number, 0)"
        case _:
            return f"{alias}.number"
