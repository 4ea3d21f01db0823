"""Rows as the rules see them: with what the reports take them for."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from playbooks.days import WorkDays
from playbooks.opened import Opened
from playbooks.ports import View
from playbooks.row_rules import Case, Scene
from playbooks.rows import Row
from playbooks.tasks import ROLES, StatusChanges, TaskReader, reopenings, status_changes
from playbooks.tool_samples import RowReader

_REMEMBERED: Final = timedelta(days=400)
"""Changes of status that are older than this are not read."""

MakeCase: TypeAlias = Callable[[Row], Case]


async def cases(scene: Scene, opened: Opened, now: datetime) -> MakeCase:
    """How a row of that database becomes a case."""
    names = opened.names
    if scene.key == "task_management" and not opened.roles.missing:
        return _task_cases(scene, names, await _changes(scene, opened.view, now - _REMEMBERED))
    if scene.key == "ai_tool_metrics" and {"tool", "date"} <= set(names):
        return lambda row: _call_case(row, names, scene.days)
    return lambda row: Case(row, names)


async def _changes(scene: Scene, view: View, since: datetime) -> Mapping[str, StatusChanges]:
    recorded = [each async for each in view.transitions(since)]
    reopened = reopenings(recorded, scene.roles["status"].id, scene.meanings)
    return status_changes(reopened, scene.days)


def _task_cases(
    scene: Scene, names: Mapping[str, str], changes: Mapping[str, StatusChanges]
) -> MakeCase:
    known = {role: name for role, name in names.items() if role in ROLES}
    reader = TaskReader(known, scene.meanings, scene.days, scene.today, changes)

    def case(row: Row) -> Case:
        task = reader.task(row)
        return Case(row, names, task, None, task.flaws)

    return case


def _call_case(row: Row, names: Mapping[str, str], days: WorkDays) -> Case:
    """A reader of its own, so that its flaws are this row's."""
    reader = RowReader(names, days, lambda _: True)
    reader.read(row)
    samples = reader.samples()
    return Case(row, names, None, samples[0] if samples else None, tuple(reader.flaws))
