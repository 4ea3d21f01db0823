"""What lies packed in a file: members of zip, tar and gzip, cells of notebooks; all capped."""

import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from server.secrets.found import Tally
from server.secrets.loose import elements, mapping

_DAMAGED: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
)
"""What a damaged, encrypted or hostile archive raises."""

_ZIP, _GZIP, _TAR = b"PK\x03\x04", b"\x1f\x8b", b"ustar"


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

    members_count: int
    inflated_bytes: int


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Exhausted(Exception):
    """The caps of one outermost file are used up."""


@dataclass(frozen=True, slots=True)
class Archives:
    """Looks into packed files, one member in memory at a time."""

    tally: Tally
    caps: Caps = field(default_factory=Caps)

    def packed(self, name: str, content: bytes) -> bool:
        """Whether there is something to look into."""
        return name.endswith(".ipynb") or _kind(content) is not None

    def members(self, name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
        """The name and content of everything inside, of what lies in members too (`a!b`)."""
        left = _Left(self.caps.members_count, self.caps.inflated_bytes)
        try:
            yield from self._inside(name, content, self.caps.depth, left)
        except _Exhausted:
            self.tally.skip("too large", name)

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
            self.tally.skip("damaged", name)

    def _opened(self, name: str, content: bytes, left: _Left) -> Iterator[tuple[str, bytes]]:
        match _kind(content):
            case "zip":
                yield from self._zip(content, left)
            case "gzip":
                with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                    yield "", self._inflated(file, name, left)
            case "tar":
                yield from self._tar(content, left)
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
            self.tally.skip("too large", name)
        return data[:limit]


def _kind(content: bytes) -> Literal["zip", "gzip", "tar"] | None:
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_GZIP):
        return "gzip"
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
