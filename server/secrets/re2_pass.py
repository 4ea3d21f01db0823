"""The first pass by google-re2: one alternation, some ten times slower than hyperscan."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final

from server.secrets.beginnings import Beginnings
from server.secrets.looking import Hit, Sought

# It has no types.
re2: Any = import_module("re2")

_MEMORY_BYTES: Final = 256 << 20


class Re2Pass:
    """One thread's scanner."""

    def __init__(self, sought: tuple[Sought, ...]) -> None:
        self._any = _alternation(sought)
        self._beginnings = Beginnings.of(sought)

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Where something sought may begin."""
        found = self._any.search(data)
        while found is not None:
            start = found.start()
            yield from self._beginnings.at(data, start)
            found = self._any.search(data, start + 1)


@cache
def _alternation(sought: tuple[Sought, ...]) -> Any:
    """The one expression of all."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    options.dot_nl = True
    options.never_capture = True
    marked = (f"(?i:{e.expression})" if e.ignore_case else e.expression for e in sought)
    return re2.compile("|".join(dict.fromkeys(marked)).encode(), options)
