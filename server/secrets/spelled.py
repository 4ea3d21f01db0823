"""Secrets whose underscores are written as Markdown, addresses and JSON may write them."""

import re
from dataclasses import dataclass
from typing import Final

_SPELLINGS: Final = (rb"\_", b"%5F", b"%5f", rb"\u005F", rb"\u005f")
_SPELLED: Final = re.compile(rb"\\_|%5[Ff]|\\u005[Ff]")
_ROOM_BYTES: Final = 256
"""So many bytes more than a secret has are read, for its spellings."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A stretch with its underscores: its `text`, and where the beginning is in that.

    `places` are where each byte began, and where the last one ended.
    """

    text: bytes
    anchor_at: int
    places: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The bytes that stand for the text's `start` to `end`."""
        return self.places[start], self.places[end]


def spelled_anchors(anchor: bytes, *, ignore_case: bool) -> list[bytes]:
    """How a beginning with underscores may look; none for one without."""
    if b"_" not in anchor:
        return []
    written = {anchor.replace(b"_", spelling) for spelling in _SPELLINGS}
    return sorted({each.lower() for each in written} if ignore_case else written)


def plain_window(data: bytes, position: int, *, before: int, longest: int) -> Plain:
    """What stands around a beginning at `position`, its underscores plain."""
    start = max(0, position - before - _ROOM_BYTES)
    end = min(len(data), position + longest + _ROOM_BYTES)
    places: list[int] = []
    at = start
    for found in _SPELLED.finditer(data, start, end):
        places += range(at, found.start() + 1)
        at = found.end()
    places += range(at, end + 1)
    return Plain(_SPELLED.sub(b"_", data[start:end]), places.index(position), places)
