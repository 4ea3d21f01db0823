"""The columns of a table as a snapshot has them beside those that are there now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.semantic_diff import comparable
from playbooks.snapshot import Json
from playbooks.targets import Target
from playbooks.text import shown

PROPERTY: Final = "property "
"""How the place of a column or of a value begins; its name follows."""

_LATER: Final[Mapping[str, int]] = {"rollup": 1, "formula": 2}
"""Columns that need others."""

_UNMADE: Final = frozenset({"location", "last_visited_time", "button", "verification"})
"""Types of which the API does not surely take a new column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """By their places in the snapshot: where each is now, and what came of the others.

    `gone` ones could come back, `unmade` ones cannot; `renamed` ones are among those that are
    there. `changed` ones have other options or another format. `added` ones, by their places now,
    are not in the snapshot.
    """

    there: Mapping[str, str]
    gone: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def names(self, place: str) -> frozenset[str]:
        """What the column was called, and is called now."""
        return frozenset({name_of(place), name_of(self.there.get(place, place))})


def paired(old: Essence, new: Essence) -> Columns:
    """Each column of the old table with that of the new one of its id, else of its name."""
    now = {place: _now(place, old, new) for place in old.keys}
    there = {place: found for place, found in now.items() if found is not None}
    missing = [place for place in old.keys if place not in there]
    missing.sort(key=lambda place: _LATER.get(_type(old, place), 0))
    retyped = {place for place, found in there.items() if _type(old, place) != _type(new, found)}
    gone = tuple(each for each in missing if _can_come_back(each, old, new))
    return Columns(
        there={place: found for place, found in there.items() if place not in retyped},
        gone=gone,
        unmade=tuple(each for each in missing if each not in gone),
        retyped=tuple(place for place in there if place in retyped),
        renamed=tuple(place for place, found in there.items() if place != found),
        changed=tuple(
            place
            for place, found in there.items()
            if place not in retyped and _config(old, place) != _config(new, found)
        ),
        added=tuple(place for place in new.keys if place not in there.values()),
    )


def name_of(place: str) -> str:
    """The name of the column."""
    return place.removeprefix(PROPERTY)


def other_side(column: Json) -> tuple[str, str] | None:
    """Of a two-way relation the table and the column on its other side."""
    match column:
        case {
            "relation": {
                "data_source_id": str(table),
                "dual_property": {"synced_property_name": str(name)},
            }
        }:
            return table, name
        case _:
            return None


def one_way(column: Json) -> Json:
    """The relation without its other side."""
    table: str = column["relation"]["data_source_id"]
    return {**column, "relation": {"data_source_id": table, "single_property": {}}}


def column_back(table_id: str, place: str, column: Json) -> Change:
    """The change that makes the column again, by its name: its id is gone."""
    name = name_of(place)
    target = str(Target("column", (table_id, name)))
    return Change(target=target, before=None, after=column, shown=f"column {shown(name)}")


def value_back(row_id: str, place: str, row: Essence, column: Json) -> Change | None:
    """The change that puts the row's value into the column that is made before it, by its name."""
    value: Json = row.values.get(place)
    fresh: Any = {"checkbox": False} if "checkbox" in column else None
    if place in row.beyond or value == fresh:
        return None
    return Change(
        target=str(Target("cell", (row_id, name_of(place)))),
        before=fresh,
        after=value,
        shown=f"{shown(row.title)} {name_of(place)}",
    )


def _now(place: str, old: Essence, new: Essence) -> str | None:
    key = old.keys[place]
    by_id = next((found for found, its_key in new.keys.items() if its_key == key), None)
    is_same_name = place in new.keys and new.keys[place] not in old.keys.values()
    return by_id or (place if is_same_name else None)


def _can_come_back(place: str, old: Essence, new: Essence) -> bool:
    """Whether Notion makes such a column, and nothing else answers to its name."""
    is_taken = place in new.keys or name_of(place) in new.keys.values()
    return _type(old, place) not in _UNMADE and not is_taken


def _type(table: Essence, place: str) -> str:
    column: Mapping[str, Json] = table.values[place]
    return next(key for key in column if key not in {"name", "description"})


def _config(table: Essence, place: str) -> Json:
    """What of a column has other words for the same: computed ones tell names, which may change."""
    kind = _type(table, place)
    column: Json = table.values[place]
    return None if kind in _LATER or kind == "relation" else comparable(column[kind], {})
