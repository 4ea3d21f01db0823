"""Tasks that were read before: of the mirror's rows only what differs is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from playbooks.arguments import KEPT_FOR
from playbooks.databases import StatusRole
from playbooks.days import WorkDays
from playbooks.kept_readings import KEEPING, KeptReadings, Reader
from playbooks.ports import View
from playbooks.records import Transition
from playbooks.task import Task
from playbooks.tasks import TaskReader, reopenings, status_changes

MOST_TASKS: Final = 300_000
"""So many are kept, about 700 bytes each; of more, those of the databases used last."""


def _tasks() -> KeptReadings[Task]:
    return KeptReadings(MOST_TASKS)


@dataclass(frozen=True, slots=True)
class TaskMapping:
    """How the rows of one database are read; `names` are properties by role."""

    data_source_id: str
    names: Mapping[str, str]
    meanings: Mapping[str, StatusRole]
    status_id: str
    days: WorkDays


@dataclass(frozen=True, slots=True)
class _Reopened:
    """Every recorded change of status by which a task was done no more."""

    mapping: TaskMapping
    read_at: datetime
    changes: frozenset[Transition]


@dataclass(slots=True)
class KeptTasks:
    """The tasks that one process keeps."""

    rows: KeptReadings[Task] = field(default_factory=_tasks)
    _reopened: dict[str, _Reopened] = field(default_factory=dict[str, _Reopened])

    async def read(self, view: View, mapping: TaskMapping, now: datetime) -> Sequence[Task]:
        """The tasks that the rows of the view are at `now`."""
        today = mapping.days.local_day(now)
        changes = status_changes(await self._changes(view, mapping, now), mapping.days)
        tasks = TaskReader(mapping.names, mapping.meanings, mapping.days, today, changes)
        names = sorted(mapping.names.values())
        reader = Reader(mapping.data_source_id, names, tasks.task, (mapping, today), changes)
        return [task async for task in self.rows.read(view, reader, now)]

    async def _changes(
        self, view: View, mapping: TaskMapping, now: datetime
    ) -> frozenset[Transition]:
        known = self._reopened.get(mapping.data_source_id)
        if known is None or known.mapping != mapping:
            known = _Reopened(mapping, now - KEPT_FOR + KEEPING, frozenset())
        new = [each async for each in view.transitions(known.read_at - KEEPING)]
        changes = known.changes | set(reopenings(new, mapping.status_id, mapping.meanings))
        self._reopened[mapping.data_source_id] = _Reopened(mapping, now, changes)
        return changes
