"""Whether what was made again means the same as what it was made from.

Ids are read through the map of what was made, lists of ids without their order. What nobody can
make again is not compared but named; so is a difference that has a cause which nobody can mend.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from playbooks.essence import Essence
from playbooks.object_ids import dashed
from playbooks.snapshot import Json

_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEXES: Final = re.compile(r"[0-9a-f]{32}")
_MOST_ITEMS: Final = 100

ELSEWHERE: Final = "it names what was not made again and is there no more"
ONE_SIDE: Final = "a two-way relation to a table that was not made again becomes a one-way one"
PREFIX: Final = "no two tables share the prefix of their numbers"
TOO_LONG: Final = f"Notion takes {_MOST_ITEMS} items of such a list"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of one object that is not as it was; `why` None: it should be."""

    original_id: str
    place: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing objects: values that could be the same, and those that are.

    `lost` are original ids of what is not there, `doubled` new ids of what nothing stands for.
    """

    values_count: int = 0
    equal_count: int = 0
    differences: tuple[Difference, ...] = ()
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()

    @property
    def match_percent(self) -> float | None:
        """The share of values that are the same; None for none."""
        if not self.values_count:
            return None
        return 100 * self.equal_count / self.values_count

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """The differences that should not be."""
        return tuple(each for each in self.differences if each.why is None)


def compare(
    original_id: str, before: Essence, after: Essence | None, ids: Mapping[str, str]
) -> Comparison:
    """One object; `ids` are new ids by original ones, `after` None when it is not there."""
    beyond = tuple(Difference(original_id, place, why) for place, why in before.beyond.items())
    places = [place for place in before.values if place not in before.beyond]
    if after is None:
        return Comparison(len(places), 0, beyond, lost=(original_id,))
    known = {*before.values, *before.beyond}
    extra = [place for place in after.values if place not in known]
    equal_count, found = 0, list(beyond)
    for place in (*places, *extra):
        old, new = before.values.get(place), after.values.get(place)
        if comparable(old, ids) == comparable(new, {}):
            equal_count += 1
        else:
            found.append(Difference(original_id, place, _why(old, new, ids)))
    explained_count = sum(each.why is not None for each in found[len(beyond) :])
    return Comparison(len(places) + len(extra) - explained_count, equal_count, tuple(found))


def together(parts: Iterable[Comparison]) -> Comparison:
    """What came of all of them."""
    all_parts = tuple(parts)
    return Comparison(
        sum(part.values_count for part in all_parts),
        sum(part.equal_count for part in all_parts),
        tuple(each for part in all_parts for each in part.differences),
        tuple(each for part in all_parts for each in part.lost),
        tuple(each for part in all_parts for each in part.doubled),
    )


def comparable(value: Json, ids: Mapping[str, str]) -> Json:
    """The value with new ids in the place of original ones, lists of ids sorted."""
    match value:
        case str():
            return _renamed(value, ids)
        case list():
            items = [comparable(each, ids) for each in cast("list[object]", value)]
            return sorted(items, key=str) if items and all(map(_is_reference, items)) else items
        case dict():
            members = cast("dict[str, Any]", value).items()
            return {key: comparable(each, ids) for key, each in members}
        case _:
            return value


def _renamed(text: str, ids: Mapping[str, str]) -> str:
    if _ID.fullmatch(text):
        return ids.get(text, text)
    return _HEXES.sub(lambda found: _renamed(dashed(found[0]), ids).replace("-", ""), text)


def _names_only(value: Any, object_ids: frozenset[str]) -> bool:
    return _is_reference(value) and value["id"] in object_ids


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "id" in value
        and set(cast("Json", value))
        <= {
            "id",
            "object",
        }
    )


def _why(old: Json, new: Json, ids: Mapping[str, str]) -> str | None:
    """The cause that nobody can mend, if there is one."""
    match old, new:
        case {"relation": {"dual_property": _, "data_source_id": str(target)}}, _:
            return None if target in ids else ONE_SIDE
        case {"unique_id": _}, {"unique_id": _}:
            return PREFIX
        case _:
            pass
    if is_too_long(old):
        return TOO_LONG
    elsewhere = frozenset(_ids_in(old)) - ids.keys() - frozenset(_ids_in(new))
    return ELSEWHERE if elsewhere and _is_rest(old, new, elsewhere, ids) else None


def _is_rest(old: Json, new: Json, elsewhere: frozenset[str], ids: Mapping[str, str]) -> bool:
    """Whether nothing but what it names elsewhere is missing; a text tells it in other words."""
    rest = comparable(_pruned(old, elsewhere), ids)
    return bool(frozenset(_ids_in(rest)) & elsewhere) or (rest or None) == comparable(new, {})


def _pruned(value: Json, elsewhere: frozenset[str]) -> Json:
    match value:
        case list():
            items = cast("list[object]", value)
            return [each for each in items if not _names_only(each, elsewhere)]
        case dict():
            members = cast("dict[str, Any]", value).items()
            pruned = {key: _pruned(each, elsewhere) for key, each in members}
            return None if list(pruned.values()) == [[]] else pruned
        case _:
            return value


def _ids_in(value: Json) -> Iterable[str]:
    match value:
        case str() if _ID.fullmatch(value):
            yield value
        case list():
            for each in cast("list[object]", value):
                yield from _ids_in(each)
        case dict():
            for each in cast("dict[str, Any]", value).values():
                yield from _ids_in(each)
        case _:
            return


def is_too_long(value: Json) -> bool:
    """Whether it is, or holds, a longer list than Notion takes in one request."""
    return _longest(value) > _MOST_ITEMS


def _longest(value: Json) -> int:
    match value:
        case list():
            items = cast("list[object]", value)
            return max([len(items), *map(_longest, items)])
        case dict():
            return max(map(_longest, cast("dict[str, Any]", value).values()), default=0)
        case _:
            return 0
