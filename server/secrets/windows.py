"""Contents too large for one piece, as windows that overlap by the longest match."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

WINDOW_BYTES: Final = 4 << 20
"""Contents up to here are looked at in one piece."""

OVERLAP_BYTES: Final = 256 << 10
"""No match that a rule allows is longer."""

_SEEK_DATA: Final = getattr(os, "SEEK_DATA", None)
_SEEK_HOLE: Final = getattr(os, "SEEK_HOLE", None)


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a content; what begins within `first` to `last` (offsets in it) is its own.

    What lies around is context, and belongs to its neighbours. `lines` and `column` say how many
    line ends and, since the last of them, how many characters come before `data`.
    """

    data: bytes
    first: int
    last: int
    lines: int = 0
    column: int = 0


def windows(chunks: Iterator[bytes]) -> Iterator[Window]:
    """The chunks (each of WINDOW_BYTES, but the last) as windows: each offset is one's own."""
    kept, first, lines, column = b"", 0, 0, 0
    chunk = next(chunks, b"")
    while chunk:
        following = next(chunks, b"")
        data = kept + chunk
        last = len(data) - OVERLAP_BYTES if following else len(data)
        yield Window(data, first, max(first, last), lines, column)
        cut = max(0, last - OVERLAP_BYTES)
        lines, column = _moved(data[:cut], lines, column)
        kept, first, chunk = data[cut:], max(first, last) - cut, following


def read_chunks(read: Callable[[int], bytes], bytes_count: int) -> Iterator[bytes]:
    """`bytes_count` bytes in chunks of WINDOW_BYTES; ends early where `read` does."""
    left = bytes_count
    while left > 0:
        chunk = read_fully(read, min(left, WINDOW_BYTES))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def read_fully(read: Callable[[int], bytes], bytes_count: int) -> bytes:
    """Up to `bytes_count` bytes; fewer only at the end."""
    first = read(bytes_count)
    if len(first) == bytes_count or not first:
        return first
    parts, left = [first], bytes_count - len(first)
    while left and (part := read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def data_chunks(fd: int, size: int) -> Iterator[bytes]:
    """The file's bytes in chunks of about WINDOW_BYTES; of a hole one byte parts what is around.

    Short stretches are gathered: a file of a million of them costs no more than its data.
    """
    gathered: list[bytes] = []
    gathered_bytes = 0
    for piece in _pieces(fd, size):
        gathered.append(piece)
        gathered_bytes += len(piece)
        if gathered_bytes >= WINDOW_BYTES:
            yield b"".join(gathered)
            gathered, gathered_bytes = [], 0
    if gathered:
        yield b"".join(gathered)


def _pieces(fd: int, size: int) -> Iterator[bytes]:
    position = 0
    for start, end in _stretches(fd, size):
        if start > position:
            yield b"\0"
        os.lseek(fd, start, os.SEEK_SET)
        yield from read_chunks(lambda count: os.read(fd, count), end - start)
        position = end


def _stretches(fd: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a sparse file holds data; all of it where the system cannot tell."""
    if _SEEK_DATA is None or _SEEK_HOLE is None:
        yield 0, size
        return
    position = 0
    while position < size:
        try:
            start = os.lseek(fd, position, _SEEK_DATA)
            position = os.lseek(fd, start, _SEEK_HOLE)
        except OSError:
            return
        yield start, position


def _moved(passed: bytes, lines: int, column: int) -> tuple[int, int]:
    ends = passed.count(b"\n")
    if not ends:
        return lines, column + characters_count(passed)
    return lines + ends, characters_count(passed[passed.rfind(b"\n") + 1 :])


def characters_count(data: bytes) -> int:
    """The code points of UTF-8, each counted where it begins; any other byte is one."""
    return len(data) if data.isascii() else len(data.translate(None, _CONTINUATION))


_CONTINUATION: Final = bytes(range(0x80, 0xC0))
