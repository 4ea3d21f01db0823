"""The lines of a CSV file, one after the other, the bad ones with their number and reason."""

import codecs
import csv
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO, TypeAlias

from server.importing.errors import FileUnusable

SkipKind: TypeAlias = Literal[
    "malformed",
    "undecodable",
    "wrong_columns_count",
    "no_external_id",
    "no_title",
    "bad_number",
    "bad_date",
    "bad_text",
    "joined_line_bad",
    "repeat",
]


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that was not loaded, by its number in its file (the header is line 1), and why."""

    file: str
    line: int
    kind: SkipKind
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line with as many cells as the file has columns; `number` is its first one if several."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used; `cells` are what could be read of it."""

    skipped: SkippedLine
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose header has been read."""

    path: Path
    encoding: str
    columns: tuple[str, ...]

    def lines(self) -> Iterator[Line | BadLine]:
        """Every line below the header but empty ones. Raises FileUnusable."""
        with _opened(self.path, self.encoding) as stream:
            records = _records(stream)
            next(records, None)
            for number, cells in records:
                if cells is None:
                    yield self._bad(number, "malformed", "is not well-formed CSV")
                elif cells:
                    yield self._checked(number, tuple(cells))

    def _checked(self, number: int, cells: tuple[str, ...]) -> Line | BadLine:
        if any(map(_is_undecodable, cells)):
            reason = f"has bytes that are not {self.encoding}"
            return self._bad(number, "undecodable", reason, cells)
        if len(cells) != len(self.columns):
            reason = f"has {len(cells)} columns, the header has {len(self.columns)}"
            return self._bad(number, "wrong_columns_count", reason, cells)
        return Line(number, cells)

    def _bad(
        self, number: int, kind: SkipKind, reason: str, cells: tuple[str, ...] = ()
    ) -> BadLine:
        return BadLine(SkippedLine(self.path.name, number, kind, reason), cells)


def open_csv(path: Path, encoding: str) -> CsvFile:
    """Read the header of the file. Raises FileUnusable."""
    with _opened(path, encoding) as stream:
        _, header = next(_records(stream), (1, None))
    if not header or any(map(_is_undecodable, header)):
        raise FileUnusable(
            f"The first line of {str(path)!r} is no CSV header in {encoding}.",
            remedy="Name the right file, or its --encoding.",
        )
    return CsvFile(path, encoding, tuple(name.strip() for name in header))


@contextmanager
def _opened(path: Path, encoding: str) -> Generator[TextIO]:
    try:
        # What cannot be decoded becomes surrogates, so that one bad byte costs one line.
        with path.open(
            encoding=_past_bom(encoding), errors="surrogateescape", newline=""
        ) as stream:
            yield stream
    except OSError:
        raise FileUnusable(
            f"There is no file {str(path)!r} that can be read.", remedy="Correct the path."
        ) from None
    except (LookupError, UnicodeError):
        raise FileUnusable(
            f"The file {str(path)!r} cannot be read as {encoding!r}.",
            remedy="Name its --encoding, for instance utf-8 or windows-1252.",
        ) from None


def _past_bom(encoding: str) -> str:
    """The codec to use: Excel's mark before UTF-8 would else belong to the first column's name."""
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


def _is_undecodable(cell: str) -> bool:
    return not cell.isascii() and any("\ud800" <= char <= "\udfff" for char in cell)


class _Lines:
    """Lines of which those taken since the last `keep` can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._taken: list[str] = []
        self._returned: deque[str] = deque()
        self.kept_count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._stream)
        self._taken.append(line)
        return line

    def keep(self, lines_count: int | None = None) -> None:
        """Be done with so many of the lines taken, or all; the others come again."""
        kept = self._taken[:lines_count]
        self._returned.extendleft(reversed(self._taken[len(kept) :]))
        self.kept_count += len(kept)
        self._taken.clear()


def _records(stream: TextIO) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the number of its first line; None where it is malformed.

    Reading goes on in the line after a malformed one, so that a quote too many costs its own
    line and not all up to the next quote.
    """
    lines = _Lines(stream)
    while True:
        number = lines.kept_count + 1
        try:
            cells = next(csv.reader(lines, strict=True))
        except StopIteration:
            return
        except csv.Error:
            lines.keep(1)
            yield number, None
        else:
            lines.keep()
            yield number, cells
