"""The first pass by hyperscan: all expressions at once, at memory's speed."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import hyperscan

from server.secrets.looking import EngineUnusable, Hit, Sought


class HyperscanPass:
    """One thread's scanner over the database that all share.

    Raises:
        EngineUnusable: the processor lacks what hyperscan needs.
    """

    def __init__(self, sought: tuple[Sought, ...], folder: Path) -> None:
        self._sought = sought
        try:
            self._database = _database(sought, folder)
            self._scratch = hyperscan.Scratch(self._database)
        except hyperscan.HyperscanError as error:
            raise EngineUnusable("hyperscan") from error

    def hits(self, data: bytes) -> Iterator[Hit]:
        """Where something sought may begin."""
        ends: list[tuple[int, int]] = []

        def note(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends.append((index, end))

        self._database.scan(data, note, scratch=self._scratch)
        searched: dict[int, int] = {}
        for index, end in ends:
            sought = self._sought[index]
            if sought.least == sought.most:
                yield index, end - sought.least
            else:
                # Many ends may belong to one beginning: it is told once.
                start = max(end - sought.most, searched.get(index, 0))
                yield from ((index, at) for at in _places(data, sought, start, end))
                searched[index] = end - len(sought.literal) + 1


def _places(data: bytes, sought: Sought, start: int, end: int) -> Iterator[int]:
    """Where the literal is between the two, overlapping ones too."""
    within = data[start:end].lower() if sought.ignore_case else data[start:end]
    at = within.find(sought.literal)
    while at >= 0:
        yield start + at
        at = within.find(sought.literal, at + 1)


@cache
def _database(sought: tuple[Sought, ...], folder: Path) -> hyperscan.Database:
    """The compiled expressions: from the file that an earlier process left, else made anew."""
    kept = folder / f"rules-{_digest(sought)}.hyperscan"
    # Whatever is wrong with the file: what it holds can be made again.
    with suppress(OSError, hyperscan.HyperscanError):
        return hyperscan.loadb(kept.read_bytes(), hyperscan.HS_MODE_BLOCK)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[each.expression.encode() for each in sought],
        ids=list(range(len(sought))),
        elements=len(sought),
        flags=[_flags(each) for each in sought],
    )
    with suppress(OSError):
        _keep(kept, hyperscan.dumpb(database))
    return database


def _flags(sought: Sought) -> int:
    """Any byte is a character, line ends too."""
    caseless = hyperscan.HS_FLAG_CASELESS if sought.ignore_case else 0
    return hyperscan.HS_FLAG_DOTALL | caseless


def _digest(sought: Sequence[Sought]) -> str:
    """What the file depends on; the library refuses one of another version or machine itself."""
    text = "\n".join(f"{_flags(each)} {each.expression}" for each in sought)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _keep(path: Path, content: bytes) -> None:
    """Write the file as a whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(path)
