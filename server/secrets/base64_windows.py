"""Secrets inside base64: found by how their beginning looks encoded, and decoded around it."""

import binascii
import re
from dataclasses import dataclass
from typing import Final

ANCHOR_LEAST_BYTES: Final = 4
"""Shorter beginnings would be found in all base64."""

RUN_LEAST_BYTES: Final = 24
"""Less base64 in one stretch holds no token."""

_CHARACTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]*")
_WRAPPED: Final = re.compile(rb"[A-Za-z0-9+/_-]*(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*")
_FRONT_GROUPS: Final = 4
"""So many groups of four before the beginning are decoded too, for what may stand in front."""

_BREAKS: Final = b"\r\n\t "


@dataclass(frozen=True, slots=True)
class Decoded:
    """A stretch of what was encoded: its `text`, and where the beginning is in that.

    `places` are those of the encoded characters.
    """

    text: bytes
    anchor_at: int
    places: range | list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The encoded bytes that hold the text's `start` to `end`."""
        return self.places[start * 8 // 6], self.places[(end * 8 - 1) // 6] + 1


def encoded_anchors(anchor: bytes) -> list[tuple[int, bytes]]:
    """How it looks in base64, either alphabet, when k = 0, 1, 2 bytes of three stand before it."""
    shifts = range(3) if len(anchor) >= ANCHOR_LEAST_BYTES else ()
    found: set[tuple[int, bytes]] = set()
    for k in shifts:
        encoded = binascii.b2a_base64(b"\0" * k + anchor)
        literal = encoded[-(-8 * k // 6) : 8 * (k + len(anchor)) // 6]
        found |= {(k, literal), (k, literal.translate(_URL_SAFE))}
    return sorted(found)


def decoded_windows(
    data: bytes, position: int, shift: int, *, before: int, longest: int
) -> list[Decoded]:
    """What stands around an encoded beginning at `position`: of one line, and across lines.

    It holds `before` bytes more in front, where there are so many, and `longest` behind.
    """
    group = position - -(-8 * shift // 6)
    if group < 0 or data[group:position].strip(_CHARACTERS):
        return []
    front = _front_length(data, group, before)
    most = front + (longest + 8) * 4 // 3 + 4
    start = group - front
    line = _RUN.match(data, position, start + most)
    if line is None or not _long_enough(data, position, line.end()):
        return []
    windows = [_decoded(data, start, line.end(), front, shift)]
    if line.end() < start + most:
        wrapped = _WRAPPED.match(data, position, start + most + most // 16)
        if wrapped is not None and wrapped.end() > line.end():
            windows.append(_decoded(data, start, wrapped.end(), front, shift))
    return windows


def _front_length(data: bytes, group: int, needed: int) -> int:
    """The encoded bytes right before, in whole groups: as many as needed, and a few."""
    before = data[max(0, group - 4 * (_FRONT_GROUPS + needed // 3)) : group]
    return (len(before) - len(before.rstrip(_CHARACTERS))) // 4 * 4


def _long_enough(data: bytes, position: int, end: int) -> bool:
    """Whether the encoded stretch of this line could hold a token."""
    before = data[max(0, position - RUN_LEAST_BYTES) : position]
    return end - position + len(before) - len(before.rstrip(_CHARACTERS)) >= RUN_LEAST_BYTES


def _decoded(data: bytes, start: int, end: int, front: int, shift: int) -> Decoded:
    """The decoded stretch; bits beyond the last whole byte are dropped."""
    raw = data[start:end]
    places: range | list[int] = range(start, end)
    if b"\n" in raw:
        places = [start + i for i, each in enumerate(raw) if each not in _BREAKS]
        raw = raw.translate(None, _BREAKS)
    raw = raw.translate(_STANDARD)
    raw = raw[: len(raw) - (len(raw) % 4 == 1)]
    text = binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    return Decoded(text, front // 4 * 3 + shift, places)
