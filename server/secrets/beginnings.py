"""What begins at a place, for engines that tell only that something does."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from server.secrets.looking import Hit, Sought


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The indexes of what was sought by its literal, as it is and in lower case."""

    lengths: tuple[int, ...]
    exact: Mapping[bytes, list[int]]
    any_case: Mapping[bytes, list[int]]

    @classmethod
    @cache
    def of(cls, sought: tuple[Sought, ...]) -> Self:
        """For so much; made once."""
        exact: defaultdict[bytes, list[int]] = defaultdict(list)
        any_case: defaultdict[bytes, list[int]] = defaultdict(list)
        for index, each in enumerate(sought):
            (any_case if each.ignore_case else exact)[each.literal].append(index)
        lengths = tuple(sorted({len(each.literal) for each in sought}))
        return cls(lengths, dict(exact), dict(any_case))

    def at(self, data: bytes, start: int) -> Iterator[Hit]:
        """All whose literal stands there."""
        for length in self.lengths:
            literal = data[start : start + length]
            for index in self.exact.get(literal, ()):
                yield index, start
            for index in self.any_case.get(literal.lower(), ()):
                yield index, start
