"""The first pass by google-re2: one alternation, about ten times slower than hyperscan."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import re2

from server.secrets.looking import Hit, Sought

_MEMORY_BYTES: Final = 256 << 20


class Re2Pass:
    """One thread's scanner."""

    def __init__(self, sought: tuple[Sought, ...]) -> None:
        self._any = _alternation(sought)
        self._by_literal = _by_literal(sought)
        self._lengths = sorted({len(literal) for literal, _ in self._by_literal})

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Where something sought may begin."""
        found = self._any.search(data)
        while found is not None:
            start = found.start()
            yield from self._beginning_at(data, start)
            found = self._any.search(data, start + 1)

    def _beginning_at(self, data: bytes, start: int) -> Iterator[Hit]:
        """All whose literal stands there: the alternation told only the first."""
        for length in self._lengths:
            literal = data[start : start + length]
            for index in self._by_literal.get((literal, False), ()):
                yield index, start
            for index in self._by_literal.get((literal.lower(), True), ()):
                yield index, start


@cache
def _alternation(sought: tuple[Sought, ...]) -> Any:
    """The one expression; foreign code without types."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    options.dot_nl = True
    options.never_capture = True
    marked = (f"(?i:{e.expression})" if e.ignore_case else e.expression for e in sought)
    return re2.compile("|".join(dict.fromkeys(marked)).encode(), options)


@cache
def _by_literal(sought: tuple[Sought, ...]) -> dict[tuple[bytes, bool], list[int]]:
    """What begins with a literal, and whether in any case."""
    indexes: defaultdict[tuple[bytes, bool], list[int]] = defaultdict(list)
    for index, each in enumerate(sought):
        indexes[each.literal, each.ignore_case].append(index)
    return dict(indexes)
