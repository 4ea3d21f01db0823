"""The first pass by the standard library: each literal in turn. Slow, and always there."""

import re
from collections.abc import Iterator
from typing import Final

from server.secrets.base64_windows import RUN_LEAST_BYTES
from server.secrets.looking import Hit, Sought

_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % RUN_LEAST_BYTES)


class LiteralPass:
    """One thread's scanner."""

    def __init__(self, sought: tuple[Sought, ...]) -> None:
        self._plain: dict[tuple[bytes, bool], list[int]] = {}
        self._encoded: dict[bytes, list[int]] = {}
        for index, each in enumerate(sought):
            if each.shift is None:
                self._plain.setdefault((each.literal, each.ignore_case), []).append(index)
            else:
                self._encoded.setdefault(each.literal, []).append(index)

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Where something sought may begin."""
        lowered = data.lower()
        for (literal, ignore_case), indexes in self._plain.items():
            for start in _places(lowered if ignore_case else data, literal):
                yield from ((index, start) for index in indexes)
        # Few stretches are long enough to be base64 with a token in it.
        for run in _ENCODED.finditer(data):
            yield from self._in_run(run[0], run.start())

    def _in_run(self, run: bytes, offset: int) -> Iterator[Hit]:
        for literal, indexes in self._encoded.items():
            for start in _places(run, literal):
                yield from ((index, offset + start) for index in indexes)


def _places(data: bytes, literal: bytes) -> Iterator[int]:
    """Every place of the literal, overlapping ones too."""
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)
