"""The entries of the development log, as a report tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from playbooks.databases import kind_of
from playbooks.days import WorkDays
from playbooks.desk import Desk
from playbooks.errors import StoreUnusable
from playbooks.opened import open_database
from playbooks.ports import Progress
from playbooks.records import Reading
from playbooks.roll_up import rolled_rows
from playbooks.rows import Plain, Row, Span
from playbooks.text import shown
from playbooks.verdict import Verdict

LOG: Final = kind_of("development_log")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One development event on a local day; texts are foreign."""

    id: str
    title: str
    day: date
    kind: str | None = None

    def __str__(self) -> str:
        """Its title as data, and its link."""
        return f"{shown(self.title)} https://www.notion.so/{self.id.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class LogRead:
    """The entries from `since` on; `known_from` is the day of the first one that there is.

    `rolled_count` of them are of rows that a clean-up moved to the trash: they have no titles.
    """

    entries: Sequence[LogEntry]
    known_from: date | None
    undated_count: int
    reading: Reading
    rolled_count: int = 0


async def read_log(
    desk: Desk, since: date, *, procedure: str, run_id: str, progress: Progress
) -> LogRead | Verdict:
    """The entries since that day; the verdict on the database where they cannot be had."""
    opened = await open_database(desk, LOG, procedure=procedure, run_id=run_id, progress=progress)
    if isinstance(opened, Verdict):
        return opened
    names = opened.names
    if "date" not in names:
        return Verdict.of(f"database {LOG.key}", "warning", "no property plays date", _MAP)
    rows = [row async for row in opened.view.rows([names[r] for r in _ROLES if r in names])]
    try:
        rolled = await rolled_rows(desk, opened, _ROLES, {row.id for row in rows})
    except StoreUnusable as error:
        return Verdict.of(f"database {LOG.key}", "unknown", error.problem, error.remedy)
    entries: list[LogEntry] = []
    known_from, undated_count, rolled_count = None, 0, 0
    for row in (*rows, *rolled):
        day = _day(row.plain(names["date"]), desk.work.days)
        if day is None:
            undated_count += 1
            continue
        known_from = day if known_from is None else min(known_from, day)
        if day >= since:
            entries.append(_entry(row, day, names.get("title"), names.get("kind")))
            rolled_count += row.in_trash
    return LogRead(entries, known_from, undated_count, opened.view.reading, rolled_count)


_ROLES: Final = ("title", "date", "kind")
_MAP: Final = (
    "Name the properties in playbooks.toml under [databases.development_log.properties]:"
    " `notion-playbooks init` proposes them."
)


def _entry(row: Row, day: date, title_name: str | None, kind_name: str | None) -> LogEntry:
    title = None if title_name is None else row.plain(title_name)
    kind = None if kind_name is None else row.plain(kind_name)
    return LogEntry(
        id=row.id,
        title=title if isinstance(title, str) else "",
        day=day,
        kind=kind if isinstance(kind, str) else None,
    )


def _day(plain: Plain, days: WorkDays) -> date | None:
    match plain:
        case Span(start=start):
            return days.local_day(start)
        case datetime() as moment:
            return days.local_day(moment)
        case _:
            return None
