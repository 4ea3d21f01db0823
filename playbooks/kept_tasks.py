"""Tasks that were read before: of the mirror's rows only what is new is read again.

Reading a hundred thousand rows takes seconds; what they say of tasks is small and kept in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from playbooks.databases import StatusRole
from playbooks.days import WorkDays
from playbooks.ports import View
from playbooks.records import Transition
from playbooks.task import Task
from playbooks.tasks import TaskReader, reopenings, status_changes

MOST_TASKS: Final = 300_000
"""So many are kept, about 500 bytes each; of more, those of the databases used last."""

_KEEPING: Final = timedelta(minutes=5)
"""Rows are kept so long after Notion gave them, at the latest."""

_REMEMBERED: Final = timedelta(days=400)
"""Changes of status that are older than this are not read."""


@dataclass(frozen=True, slots=True)
class TaskMapping:
    """How the rows of one database are read; `names` are properties by role."""

    data_source_id: str
    names: Mapping[str, str]
    meanings: Mapping[str, StatusRole]
    status_id: str
    days: WorkDays


@dataclass(frozen=True, slots=True)
class _Kept:
    mapping: TaskMapping
    today: date
    as_of: datetime
    read_at: datetime
    rows_count: int
    tasks: Mapping[str, Task]
    reopened: frozenset[Transition]


@dataclass(slots=True)
class KeptTasks:
    """What one process keeps, at most so many tasks; the last used comes last."""

    most_tasks: int = MOST_TASKS
    _kept: dict[str, _Kept] = field(default_factory=dict[str, _Kept])

    async def read(self, view: View, mapping: TaskMapping, now: datetime) -> Sequence[Task]:
        """The tasks that the rows of the view are at `now`."""
        today = mapping.days.local_day(now)
        known = self._kept.pop(mapping.data_source_id, None)
        if known is not None and (known.mapping, known.today) != (mapping, today):
            known = None
        if known is None or not _is_unchanged(known, view):
            known = await _read(view, mapping, now, known)
        self._keep(known)
        return list(known.tasks.values())

    def _keep(self, known: _Kept) -> None:
        self._kept[known.mapping.data_source_id] = known
        while len(self._kept) > 1 and self._tasks_count() > self.most_tasks:
            del self._kept[next(iter(self._kept))]
        if len(known.tasks) > self.most_tasks:
            del self._kept[known.mapping.data_source_id]

    def _tasks_count(self) -> int:
        return sum(len(each.tasks) for each in self._kept.values())


def _is_unchanged(known: _Kept, view: View) -> bool:
    """Whether no refresh, not even one that failed, can have brought anything since."""
    reading = view.reading
    same = (known.as_of, known.rows_count) == (reading.as_of, reading.rows_count)
    return same and reading.complete and reading.stale_because is None


async def _read(view: View, mapping: TaskMapping, now: datetime, known: _Kept | None) -> _Kept:
    """What is new beside what is known; everything where rows have gone."""
    since = None if known is None else known.read_at - _KEEPING
    tasks = {} if known is None else dict(known.tasks)
    reopened = await _reopened(view, mapping, now, known)
    changes = status_changes(reopened, mapping.days)
    today = mapping.days.local_day(now)
    reader = TaskReader(mapping.names, mapping.meanings, mapping.days, today, changes)
    async for row in view.rows(sorted(mapping.names.values()), since=since):
        tasks[row.id] = reader.task(row)
    count = view.reading.rows_count
    if known is not None and count - known.rows_count != len(tasks) - len(known.tasks):
        return await _read(view, mapping, now, None)
    return _Kept(mapping, today, view.reading.as_of, now, count, tasks, reopened)


async def _reopened(
    view: View, mapping: TaskMapping, now: datetime, known: _Kept | None
) -> frozenset[Transition]:
    """Every recorded change of status by which a task was done no more."""
    since = now - _REMEMBERED if known is None else known.read_at - _KEEPING
    new = [each async for each in view.transitions(since)]
    before = frozenset[Transition]() if known is None else known.reopened
    return before | set(reopenings(new, mapping.status_id, mapping.meanings))
