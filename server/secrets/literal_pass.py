"""The first pass by the standard library: every literal in any case. Slow, and always there."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Final

from server.secrets.base64_windows import ANCHOR_LEAST_BYTES, RUN_LEAST_BYTES
from server.secrets.beginnings import Beginnings
from server.secrets.looking import Hit, Sought

_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % RUN_LEAST_BYTES)


class LiteralPass:
    """One thread's scanner."""

    def __init__(self, sought: tuple[Sought, ...]) -> None:
        self._plain = _plain(sought)
        self._beginnings = Beginnings.of(sought)
        self._encoded = frozenset(
            each.literal[:ANCHOR_LEAST_BYTES] for each in sought if each.shift is not None
        )

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Where something sought may begin."""
        lowered = data.lower()
        found = self._plain.search(lowered)
        while found is not None:
            yield from self._beginnings.at(data, found.start())
            found = self._plain.search(lowered, found.start() + 1)
        # Few stretches are long enough to be base64 with a token in it.
        for run in _ENCODED.finditer(data):
            yield from self._in_run(data, run.start(), run.end())

    def _in_run(self, data: bytes, start: int, end: int) -> Iterator[Hit]:
        for at in range(start, end - ANCHOR_LEAST_BYTES + 1):
            if data[at : at + ANCHOR_LEAST_BYTES] in self._encoded:
                yield from self._beginnings.at(data, at)


@cache
def _plain(sought: tuple[Sought, ...]) -> re.Pattern[bytes]:
    """The literals in lower case, by their first letters: `re` tries alternatives one by one."""
    rests: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for each in sought:
        if each.shift is None:
            literal = each.literal.lower()
            rests[literal[:1]].add(re.escape(literal[1:]))
    groups = (re.escape(first) + b"(?:" + b"|".join(sorted(rests[first])) + b")" for first in rests)
    return re.compile(b"|".join(groups))
