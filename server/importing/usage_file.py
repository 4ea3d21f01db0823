"""A file of calls, read line by line: Continue's development data, or plain CSV or JSON lines."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from playbooks.continue_events import EventInvalid, record_of_event
from playbooks.days import WorkDays
from playbooks.usage import UsageRecord, untimely
from server.importing.errors import FileUnusable
from server.importing.lines import Line, SkippedLine, open_csv
from server.importing.usage_map import columns_of
from server.importing.usage_values import record_of_line
from server.importing.values import BadValue

LONGEST_LINE_BYTES: Final = 10_000_000
"""Events of Continue hold whole prompts; what is longer is no event."""

_ID_LENGTH: Final = 32
_DAY_LENGTH: Final = len("2026-11-24")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A line of which another one tells the calls."""


Told: TypeAlias = UsageRecord | SkippedLine | Elsewhere


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A file and how to read it; `tool` is that of lines that name none.

    Calls that lie ahead of `now`, or so far back that none is kept, are skipped.
    """

    path: Path
    days: WorkDays
    now: datetime
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    tool: str | None = None

    def records(self) -> Iterator[Told]:
        """What each line tells, in order; a line that is not empty gives one thing.

        The same line has the same id whenever it is read, also of a file that has grown. Raises
        FileUnusable, and MapInvalid for a column that is not there.
        """
        return self._of_csv() if self.path.suffix.lower() == ".csv" else self._of_json()

    def _of_csv(self) -> Iterator[Told]:
        csv = open_csv(self.path, "utf-8")
        columns = columns_of(csv.columns, self.columns)
        seen: Counter[str] = Counter()
        for line in csv.lines():
            if not isinstance(line, Line):
                yield line.skipped
                continue
            cells = dict(zip(csv.columns, line.cells, strict=True))
            yield self._plain(line.number, cells, columns, _identity(cells, seen))

    def _of_json(self) -> Iterator[Told]:
        seen: Counter[str] = Counter()
        for number, raw in self._lines():
            found = _object(raw)
            if found is None:
                yield self._skipped(number, "is no JSON object")
            elif isinstance(found.get("eventName"), str):
                yield self._event(number, found, _identity(found, seen))
            else:
                given = {role: key for role, key in self.columns.items() if key in found}
                columns = columns_of(tuple(found), given)
                yield self._plain(number, found, columns, _identity(found, seen))

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        try:
            with self.path.open("rb") as stream:
                for number, line in enumerate(stream, start=1):
                    if line.strip():
                        yield number, line
        except OSError:
            raise FileUnusable(
                f"There is no file {str(self.path)!r} that can be read.", remedy="Correct the path."
            ) from None

    def _event(self, number: int, event: Mapping[str, object], identity: str) -> Told:
        try:
            found = record_of_event(event, record_id=f"continue_{identity}", days=self.days)
        except EventInvalid as invalid:
            return self._skipped(number, str(invalid))
        return Elsewhere() if found is None else self._timely(number, found)

    def _plain(
        self,
        number: int,
        cells: Mapping[str, object],
        columns: Mapping[str, str],
        identity: str,
    ) -> Told:
        values = {role: _text(cells.get(column)) for role, column in columns.items()}
        own_id = _with_instant(values) if values.get("id") else identity
        try:
            record = record_of_line(values, self.tool, self.days, own_id)
        except BadValue as bad:
            return self._skipped(number, bad.reason)
        return self._timely(number, record)

    def _timely(self, number: int, record: UsageRecord) -> Told:
        why_not = untimely(record.at, self.now)
        return record if why_not is None else self._skipped(number, why_not)

    def _skipped(self, number: int, reason: str) -> SkippedLine:
        return SkippedLine(self.path.name, number, "malformed", reason)


def _with_instant(values: Mapping[str, str]) -> str:
    """An id together with its instant, since two files may both count from 1.

    Of a line that tells a day alone, together with all that it tells.
    """
    at = values.get("at", "")
    told = {"id": values["id"], "at": at} if len(at) > _DAY_LENGTH else dict(values, tool="")
    return json.dumps(told, sort_keys=True)


def _identity(content: Mapping[str, object], seen: Counter[str]) -> str:
    """Of what the line says, and of which of several equal lines it is."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_LENGTH]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}_{seen[digest]}"


def _object(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > LONGEST_LINE_BYTES:
        return None
    try:
        found: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _text(value: object) -> str:
    """A value as a file of text would have it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value).strip()
