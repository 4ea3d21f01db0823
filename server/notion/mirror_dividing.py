"""What divides rows that were created in one minute: a property by which a query tells them apart.

A division is a condition and its opposite. The opposite asks for empty values as well, so each row
meets at least one of the two, whatever Notion takes an empty value for.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, TypeAlias

from server.notion.answers import JSON

_Value: TypeAlias = str | float

_IN_ORDER: Final = {
    "number": ("less_than", "greater_than_or_equal_to"),
    "unique_id": ("less_than", "greater_than_or_equal_to"),
    "date": ("before", "on_or_after"),
}
"""What asks for values below one, and for the others."""

_ONE_BY_ONE: Final = {
    **dict.fromkeys(("select", "status", "checkbox"), ("equals", "does_not_equal")),
    **dict.fromkeys(("multi_select", "people", "relation"), ("contains", "does_not_contain")),
    **dict.fromkeys(("title", "rich_text"), ("contains", "does_not_contain")),
}
"""What asks for one value, and for the others; of texts, for one letter or digit."""

_OPERATORS: Final = _IN_ORDER | _ONE_BY_ONE


class Division(NamedTuple):
    """Two filters, one of which at least each row meets."""

    some: JSON
    others: JSON


class _Cut(NamedTuple):
    """Where a property can be cut, and how many of the rows seen are in the smaller part."""

    smaller_count: int
    name: str
    kind: str
    value: _Value

    def division(self) -> Division:
        some, others = (
            {"property": self.name, self.kind: {operator: self.value}}
            for operator in _OPERATORS[self.kind]
        )
        if self.kind == "checkbox":
            return Division(some, others)  # it is never empty, nor may one ask
        empty = {"property": self.name, self.kind: {"is_empty": True}}
        return Division(some, {"or": [others, empty]})


class Tally:
    """How often each value came among rows, as pages of Notion."""

    def __init__(self) -> None:
        self.rows_count = 0
        self._values: defaultdict[tuple[str, str], Counter[_Value]] = defaultdict(Counter)

    def add(self, pages: Iterable[JSON]) -> None:
        """Count the values of the pages."""
        for page in pages:
            self.rows_count += 1
            for name, raw in page["properties"].items():
                kind: str = raw["type"]
                if kind in _READERS and raw[kind] is not None:
                    self._values[name, kind].update(_READERS[kind](raw[kind]))

    def division(self, known: Sequence[Mapping[str, Any]]) -> Division | None:
        """What cuts the rows best into two; None where nothing tells them apart.

        Never one that is `known`: a condition that they meet already.
        """
        for cut in sorted(self._cuts(), key=lambda each: each.smaller_count, reverse=True):
            division = cut.division()
            if division.some not in known and division.others not in known:
                return division
        return None

    def _cuts(self) -> Iterator[_Cut]:
        for (name, kind), counts in self._values.items():
            for value, count in _in_order(counts) if kind in _IN_ORDER else counts.items():
                smaller_count = min(count, self.rows_count - count)
                if smaller_count:
                    yield _Cut(smaller_count, name, kind, value)


def _in_order(counts: Counter[Any]) -> Iterator[tuple[_Value, int]]:
    """Each value with how many are below it."""
    values = sorted(counts)
    return zip(values, accumulate((counts[value] for value in values), initial=0), strict=False)


def _signs(content: Sequence[JSON]) -> set[_Value]:
    text = "".join(part["plain_text"] for part in content)
    return {sign for sign in text.lower() if sign.isascii() and sign.isalnum()}


def _under(key: str) -> Callable[[JSON], tuple[_Value, ...]]:
    return lambda content: () if content[key] is None else (content[key],)


def _each_under(key: str) -> Callable[[Sequence[JSON]], set[_Value]]:
    return lambda items: {item[key] for item in items}


_READERS: Final[Mapping[str, Callable[[Any], Iterable[_Value]]]] = {
    "number": lambda content: (content,),
    "checkbox": lambda content: (content,),
    "unique_id": _under("number"),
    "date": _under("start"),
    "select": _under("name"),
    "status": _under("name"),
    "multi_select": _each_under("name"),
    "people": _each_under("id"),
    "relation": _each_under("id"),
    "title": _signs,
    "rich_text": _signs,
}
"""The values of a property that is not empty, each once."""
