"""Compressed streams (xz, bzip2, zstd) inflated bit by bit, so that none costs more than asked."""

import bz2
import lzma
from collections.abc import Callable, Mapping
from typing import Any, Final

import zstandard

_PIECE_BYTES: Final = 256
"""Even the densest stream makes only a few megabytes of so much."""

_MEMORY_BYTES: Final = 128 << 20
"""A stream that asks for a larger window is not opened."""

_MARK_BYTES: Final = 10
_BZIP2, _BZIP2_BLOCK = b"BZh", b"1AY&SY"

_OPENERS: Final[Mapping[bytes, Callable[[], Any]]] = {
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES),
    _BZIP2: bz2.BZ2Decompressor,
    b"\x28\xb5\x2f\xfd": lambda: zstandard.ZstdDecompressor(
        max_window_size=_MEMORY_BYTES
    ).decompressobj(),
}
_ERRORS: Final = (OSError, EOFError, ValueError, lzma.LZMAError, zstandard.ZstdError)


class StreamDamaged(Exception):
    """It ends too early, or what it holds cannot be inflated."""


def stream_kind(content: bytes) -> Callable[[], Any] | None:
    """What inflates the content, told by its beginning."""
    if content.startswith(_BZIP2) and content[4:10] != _BZIP2_BLOCK:
        return None
    return next((opener for mark, opener in _OPENERS.items() if content.startswith(mark)), None)


class Stream:
    """One content, made of one or more streams after each other."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._at = 0
        self._inflater: Any = None
        self._damaged = False

    def read(self, size: int, /) -> bytes:
        """The first `size` bytes, fewer where there are not so many; what is damaged ends it."""
        inflated = bytearray()
        try:
            while self._at < len(self._content) and len(inflated) < size:
                inflated += self._next()
        except _ERRORS:
            self._damaged = True
        return bytes(inflated[:size])

    def must_be_whole(self) -> None:
        """After all was read.

        Raises:
            StreamDamaged: it ended before its end, or could not be inflated.
        """
        ended = self._at == len(self._content)
        if self._damaged or (ended and self._inflater is not None):
            raise StreamDamaged

    def _next(self) -> bytes:
        if self._inflater is None:
            opener = stream_kind(bytes(self._content[self._at : self._at + _MARK_BYTES]))
            if opener is None:
                return self._trailing()
            self._inflater = opener()
        piece = bytes(self._content[self._at : self._at + _PIECE_BYTES])
        self._at += len(piece)
        inflated: bytes = self._inflater.decompress(piece)
        if self._inflater.eof:
            self._at -= len(self._inflater.unused_data)
            self._inflater = None
        return inflated

    def _trailing(self) -> bytes:
        """Zeros pad a stream; anything else is no part of it."""
        self._damaged = any(self._content[self._at :])
        self._at = len(self._content)
        return b""
