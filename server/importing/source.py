"""The tasks of a file, read line by line, joined with a second file where one is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from playbooks.rows import Plain
from server.importing.errors import FileUnusable
from server.importing.lines import BadLine, CsvFile, Line, SkipKind, SkippedLine, open_csv
from server.importing.map import TaskMap
from server.importing.values import BadValue, value_of


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A CSV file of tasks and how to read it.

    `join` is a second file, of which each task takes the first line that agrees with its own in
    the column `on`. `on` and `encoding` win over the map's. `limit` is the most tasks to take.
    """

    path: Path
    map: TaskMap
    join: Path | None = None
    on: str | None = None
    encoding: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the file; `values` by role, None for nothing, all roles of the map in it."""

    line: int
    external_id: str
    values: Mapping[str, Plain]
    lacks_join: bool


Cells: TypeAlias = Mapping[str, str]
"""What stands in a line, by column."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A second file by its key: the cells of each first line, or what is wrong with it."""

    on: str
    columns: tuple[str, ...]
    by_key: Mapping[str, Cells | SkippedLine]
    unread: tuple[SkippedLine, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose columns are known to hold what the map names."""

    csv: CsvFile
    map: TaskMap
    joined: Joined | None
    limit: int | None

    def tasks(self) -> Iterator[Task | SkippedLine]:
        """Each line as a task or as skipped, the first of each external id winning."""
        first_lines: dict[str, int] = {}
        for line in self.csv.lines():
            if self.limit is not None and len(first_lines) >= self.limit:
                return
            task = self._task(line) if isinstance(line, Line) else line.skipped
            if isinstance(task, Task):
                first = first_lines.setdefault(task.external_id, task.line)
                if first != task.line:
                    reason = f"repeats {self.map.columns['external_id']} of line {first}"
                    task = self._skipped(task.line, "repeat", reason)
            yield task

    def _task(self, line: Line) -> Task | SkippedLine:
        cells: Cells = dict(zip(self.csv.columns, line.cells, strict=True))
        more = self._joined_cells(cells)
        if isinstance(more, SkippedLine):
            reason = f"its line {more.line} in {more.file} {more.reason}"
            return self._skipped(line.number, "joined_line_bad", reason)
        return self._read(line.number, {**(more or {}), **cells}, lacks_join=more is None)

    def _joined_cells(self, cells: Cells) -> Cells | SkippedLine | None:
        """None when there is no line for it in the joined file."""
        if self.joined is None:
            return {}
        return self.joined.by_key.get(cells[self.joined.on].strip())

    def _read(self, number: int, cells: Cells, *, lacks_join: bool) -> Task | SkippedLine:
        values: dict[str, Plain] = {}
        for role, column in self.map.columns.items():
            try:
                values[role] = self._value(role, cells.get(column, ""))
            except BadValue as bad:
                return self._skipped(number, bad.kind, f"{column} {bad.reason}")
        external_id, title = values["external_id"], values["title"]
        if not isinstance(external_id, str):
            reason = f"{self.map.columns['external_id']} is empty"
            return self._skipped(number, "no_external_id", reason)
        if title is None:
            return self._skipped(number, "no_title", f"{self.map.columns['title']} is empty")
        return Task(number, external_id, values, lacks_join)

    def _value(self, role: str, cell: str) -> Plain:
        text = cell.strip()
        if not text or text in self.map.nulls:
            return None
        if role == "status":
            text = self.map.statuses.get(text, text)
        return value_of(self.map.types[role], text, self.map.read_date)

    def _skipped(self, number: int, kind: SkipKind, reason: str) -> SkippedLine:
        return SkippedLine(self.csv.path.name, number, kind, reason)


def open_source(file: TaskFile) -> Source:
    """Read the headers and the joined file. Raises FileUnusable."""
    encoding = file.encoding or file.map.encoding
    csv = open_csv(file.path, encoding)
    joined = _open_joined(file, encoding, csv)
    known = (*csv.columns, *(joined.columns if joined else ()))
    for column in file.map.columns.values():
        _require(column, known)
    for column in {*file.map.columns.values()} & {*csv.columns}:
        if csv.columns.count(column) > 1:
            raise FileUnusable(
                f"The header names the column {column!r} twice.", remedy="Rename one of the two."
            )
    return Source(csv, file.map, joined, file.limit)


def _open_joined(file: TaskFile, encoding: str, csv: CsvFile) -> Joined | None:
    if file.join is None:
        return None
    other = open_csv(file.join, encoding)
    on = file.on or file.map.join_on
    if on is None:
        raise FileUnusable(
            "The joined file needs a column to join by.", remedy="Name it with --on COLUMN."
        )
    _require(on, csv.columns)
    _require(on, other.columns)
    wanted = frozenset(file.map.columns.values()) - {*csv.columns}
    return _index(other, on, wanted, file.map.nulls)


def _index(other: CsvFile, on: str, wanted: frozenset[str], nulls: frozenset[str]) -> Joined:
    """The wanted columns by key; a bad line whose key can be read spoils only that key."""
    position = other.columns.index(on)
    by_key: dict[str, Cells | SkippedLine] = {}
    unread: list[SkippedLine] = []
    for line in other.lines():
        key = line.cells[position].strip() if len(line.cells) > position else ""
        if isinstance(line, BadLine):
            unread.append(line.skipped)
        if key and key not in nulls:
            by_key.setdefault(key, _wanted(other, line, wanted))
    return Joined(on, other.columns, by_key, tuple(unread))


def _wanted(other: CsvFile, line: Line | BadLine, wanted: frozenset[str]) -> Cells | SkippedLine:
    if isinstance(line, BadLine):
        return line.skipped
    pairs = zip(other.columns, line.cells, strict=True)
    return {column: cell for column, cell in pairs if column in wanted}


def _require(column: str, known: tuple[str, ...]) -> None:
    if column not in known:
        listed = ", ".join(dict.fromkeys(known))
        raise FileUnusable(f"There is no column {column!r}.", remedy=f"The columns are: {listed}.")
