"""Files, read by a few threads and looked through: small ones joined, huge ones in windows."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.secrets.closely import Closely, Joined
from server.secrets.found import Found, Place, Source, Tally, shown_path
from server.secrets.reading import NotRegular, opened
from server.secrets.windows import WINDOW_BYTES, data_chunks, read_fully, windows

if TYPE_CHECKING:
    from server.secrets.archives import Archives

JOINED_BYTES: Final = 1 << 20
"""Small files are joined up to here: one call of the engine, which frees the GIL, for many."""

BATCH_COUNT: Final = 128
"""A worker takes so many files at a time."""

SEPARATOR: Final = b"\n\x01\n"
"""Between joined files: what spans it is no match, and both sides are looked at again apart."""

_SIZELESS_BYTES: Final = 64 << 10
"""Read of a file that says it is empty, as those of /proc do."""

_HEAD_BYTES: Final = 512
"""Enough to tell an archive by."""

_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class FileWorker:
    """One thread's share: looks through batches of paths, shown from `top` on, behind `prefix`."""

    closely: Closely
    tally: Tally
    top: Path
    source: Source = "file"
    archives: "Archives | None" = None
    prefix: str = ""
    _paths: list[str] = field(default_factory=list[str])
    _contents: list[bytes] = field(default_factory=list[bytes])
    _bytes: int = 0

    def __call__(self, paths: Sequence[str]) -> None:
        """Look through these files; each that cannot be read is counted as left out."""
        for path in paths:
            try:
                self._read(path)
            except NotRegular:
                self.tally.skip("special", path)
            except OSError:
                self.tally.skip("unreadable", path)
        self._look_through_joined()

    def _read(self, path: str) -> None:
        with opened(path) as (fd, size):
            if size > WINDOW_BYTES:
                self._look_through_huge(path, fd, size)
                return
            content = read_fully(lambda count: os.read(fd, count), size or _SIZELESS_BYTES)
        if needs_own_look(content):
            self._look_closely(path, content)
        else:
            self._join(path, content)
        self._look_inside(path, content)

    def _join(self, path: str, content: bytes) -> None:
        self._paths.append(path)
        self._contents.append(content)
        self._bytes += len(content)
        if self._bytes >= JOINED_BYTES:
            self._look_through_joined()

    def _look_through_joined(self) -> None:
        paths, contents, bytes_count = self._paths, self._contents, self._bytes
        if not paths:
            return
        self._paths, self._contents, self._bytes = [], [], 0
        for part in joined(contents).touched(self.closely.matcher):
            self._keep(self.closely.whole(contents[part], self.source, self._place(paths[part])))
        self.tally.count_files(len(paths), bytes_count)

    def _look_closely(self, path: str, content: bytes) -> None:
        self._keep(self.closely.whole(content, self.source, self._place(path)))
        self.tally.count_files(1, len(content))

    def _look_through_huge(self, path: str, fd: int, size: int) -> None:
        pieces = windows(data_chunks(fd, size))
        self._keep(self.closely.windows(pieces, self.source, self._place(path)))
        self.tally.count_files(1, size)
        os.lseek(fd, 0, os.SEEK_SET)
        if self.archives is not None and self.archives.packed(path, os.read(fd, _HEAD_BYTES)):
            self.tally.skip("too large", path)

    def _look_inside(self, path: str, content: bytes) -> None:
        if self.archives is None or not self.archives.packed(path, content):
            return
        for name, inner in self.archives.members(path, content):
            if self.closely.cancelled():
                return
            place = self._place(f"{path}!{name}")
            self._keep(self.closely.whole(inner, self.source, place))

    def _keep(self, found: Sequence[Found]) -> None:
        if found:
            self.tally.add(found)

    def _place(self, path: str) -> Place:
        inside = path.removeprefix(f"{self.top}{os.sep}")
        name = self.prefix + inside.replace(os.sep, "/")
        return Place(shown_path(name), os.fsencode(name))


def needs_own_look(content: bytes) -> bool:
    """Whether it may be UTF-16, which the engine tells by a content's beginning."""
    return content.startswith(_WIDE) or b"\0" in content


def joined(contents: Sequence[bytes]) -> Joined:
    """The contents as one, parted by what no secret holds."""
    ends = list(accumulate(len(each) + len(SEPARATOR) for each in contents))
    return Joined(SEPARATOR.join(contents), ends)


def batches(paths: Iterator[str]) -> Iterator[tuple[str, ...]]:
    """The paths, BATCH_COUNT at a time."""
    while batch := tuple(islice(paths, BATCH_COUNT)):
        yield batch
