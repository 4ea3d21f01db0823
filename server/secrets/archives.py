"""What lies packed in a file: members of archives, cells of notebooks; all capped."""

import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from server.secrets.found import Reason, Tally
from server.secrets.inflating import Stream, StreamDamaged, stream_kind
from server.secrets.loose import elements, mapping

_DAMAGED: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    StreamDamaged,
)
"""What a damaged, encrypted or hostile archive raises."""

_ZIP, _GZIP, _TAR = b"PK\x03\x04", b"\x1f\x8b", b"ustar"
_UNOPENED: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")


@dataclass(frozen=True, slots=True)
class Caps:
    """How far an archive is followed; every cut is counted as "too large"."""

    depth: int = 3
    members_count: int = 10_000
    inflated_bytes: int = 256 << 20
    member_bytes: int = 16 << 20


@dataclass(slots=True)
class _Left:
    """What one outermost file may still cost."""

    outermost: str
    members_count: int
    inflated_bytes: int


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Exhausted(Exception):
    """The caps of one outermost file are used up."""


@dataclass(frozen=True, slots=True)
class Archives:
    """Looks into packed files, one member in memory at a time.

    `cut` gathers the names of the outermost ones that were not seen whole.
    """

    tally: Tally
    caps: Caps = field(default_factory=Caps)
    cut: set[str] = field(default_factory=set[str])

    def packed(self, name: str, content: bytes) -> bool:
        """Whether there is something to look into."""
        return name.endswith(".ipynb") or _kind(content) is not None

    def members(self, name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
        """The name and content of everything inside, of what lies in members too (`a!b`)."""
        left = _Left(name, self.caps.members_count, self.caps.inflated_bytes)
        try:
            yield from self._inside(name, content, self.caps.depth, left)
        except _Exhausted:
            self.leave_out("too large", name)

    def leave_out(self, reason: Reason, name: str, outermost: str = "") -> None:
        """Something of it was not seen."""
        self.cut.add(outermost or name)
        self.tally.skip(reason, name)

    def _inside(
        self, name: str, content: bytes, depth: int, left: _Left
    ) -> Iterator[tuple[str, bytes]]:
        if not depth:
            raise _Exhausted
        try:
            for inner_name, inner in self._opened(name, content, left):
                yield inner_name, inner
                if self.packed(inner_name, inner):
                    for deeper, data in self._inside(inner_name, inner, depth - 1, left):
                        yield f"{inner_name}!{deeper}", data
        except _DAMAGED:
            self.leave_out("damaged", name, left.outermost)

    def _opened(self, name: str, content: bytes, left: _Left) -> Iterator[tuple[str, bytes]]:
        match _kind(content):
            case "zip":
                yield from self._zip(content, left)
            case "gzip":
                with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                    yield "", self._inflated(file, name, left)
            case "tar":
                yield from self._tar(content, left)
            case "stream":
                stream = Stream(content)
                yield "", self._inflated(stream, name, left)
                stream.must_be_whole()
            case "unopened":
                self.leave_out("not opened", name, left.outermost)
            case None:
                yield from _cells(content)

    def _zip(self, content: bytes, left: _Left) -> Iterator[tuple[str, bytes]]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                with archive.open(member) as file:
                    yield member.filename, self._inflated(file, member.filename, left)

    def _tar(self, content: bytes, left: _Left) -> Iterator[tuple[str, bytes]]:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    yield member.name, self._inflated(file, member.name, left)

    def _inflated(self, file: _Readable, name: str, left: _Left) -> bytes:
        left.members_count -= 1
        limit = min(self.caps.member_bytes, left.inflated_bytes)
        data = file.read(limit + 1)
        left.inflated_bytes -= len(data)
        if left.members_count < 0 or left.inflated_bytes <= 0:
            raise _Exhausted
        if len(data) > limit:
            self.leave_out("too large", name, left.outermost)
        return data[:limit]


def _kind(content: bytes) -> Literal["zip", "gzip", "tar", "stream", "unopened"] | None:
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_GZIP):
        return "gzip"
    if stream_kind(content) is not None:
        return "stream"
    if content.startswith(_UNOPENED):
        return "unopened"
    return "tar" if content[257:262] == _TAR else None


def _cells(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The sources and the outputs of a notebook's cells, their lines joined."""
    cells = elements(mapping(json.loads(content)).get("cells"))
    for number, cell in enumerate(cells, start=1):
        yield f"cell {number}", "\n".join(_texts(mapping(cell))).encode("utf-8", "replace")


def _texts(cell: dict[str, object]) -> Iterator[str]:
    yield _text(cell.get("source"))
    for each in elements(cell.get("outputs")):
        output = mapping(each)
        yield _text(output.get("text"))
        yield from map(_text, mapping(output.get("data")).values())


def _text(lines: object) -> str:
    if isinstance(lines, str):
        return lines
    return "".join(line for line in elements(lines) if isinstance(line, str))
