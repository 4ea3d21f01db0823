"""Text in UTF-16, made one byte a unit so that the same rules read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BOMS: Final = {b"\xff\xfe": 0, b"\xfe\xff": 1}
"""The mark at the start, and where the low byte of each unit is."""

_SAMPLE_BYTES: Final = 4096
_SAMPLE_LEAST_BYTES: Final = 40
_KINDS: Final = b"0" + b"x" * 32 + b"p" * 94 + b"x" * 129
_STRETCH: Final = b"p0" * 16
"""What sixteen letters look like by the kinds of their bytes: few tokens are shorter."""

_OTHER: Final = bytes([0]) + bytes([255]) * 255
"""A unit beyond Latin-1 becomes 255, which is part of no secret."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The text; its byte i was the two bytes from 2 * i + `skipped` on."""

    text: bytes
    skipped: int

    def offset(self, position: int) -> int:
        """Where a position of the text was in the original."""
        return 2 * position + self.skipped


def narrowed(data: bytes) -> Narrowed | None:
    """The text of UTF-16 data, known by its mark or by zeros in every other byte; else None."""
    low_at = _BOMS.get(data[:2])
    skipped = 0 if low_at is None else 2
    if low_at is None:
        low_at = _low_at(data[:_SAMPLE_BYTES])
    if low_at is None:
        return None
    return narrowed_at(data, low_at, skipped)


def stretches(data: bytes) -> Iterator[Narrowed]:
    """The texts of UTF-16 that other data may hold, wherever one begins; nothing without zeros."""
    # A search from the end is the quick one in programs, which are full of zeros.
    if b"\0" in data and data.translate(_KINDS).rfind(_STRETCH) >= 0:
        yield narrowed_at(data, 0, 0)
        yield narrowed_at(data, 0, 1)


def narrowed_at(data: bytes, low_at: int, skipped: int) -> Narrowed:
    """Its text as if it were one of UTF-16 from `skipped` on, each low byte at `low_at`."""
    end = skipped + (len(data) - skipped) // 2 * 2
    low = data[skipped + low_at : end : 2]
    high = data[skipped + 1 - low_at : end : 2]
    other = int.from_bytes(high.translate(_OTHER))
    return Narrowed((int.from_bytes(low) | other).to_bytes(len(low)), skipped)


def _low_at(sample: bytes) -> int | None:
    """Whether zeros stand behind (0) or before (1) the other bytes; None when they do not."""
    half = len(sample) // 2
    if len(sample) < _SAMPLE_LEAST_BYTES or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.7 and even < half * 0.1:
        return 0
    if even > half * 0.7 and odd < half * 0.1:
        return 1
    return None
