"""The tasks of the task database, as the procedures that count them read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.databases import StatusRole, kind_of
from playbooks.desk import DatabaseSetting, Desk
from playbooks.kept_tasks import TaskMapping
from playbooks.mapping import RoleMap
from playbooks.opened import Opened, open_database
from playbooks.ports import Progress
from playbooks.records import Reading
from playbooks.task import Task
from playbooks.tasks import ROLES, status_meanings
from playbooks.verdict import Verdict

TASKS: Final = kind_of("task_management")


@dataclass(frozen=True, slots=True)
class TasksRead:
    """Every task, what fills the roles, what the statuses mean, and where the rows come from."""

    tasks: Sequence[Task]
    roles: RoleMap
    meanings: frozenset[StatusRole]
    reading: Reading


async def read_tasks(
    desk: Desk, *, procedure: str, run_id: str, progress: Progress
) -> TasksRead | Verdict:
    """The tasks as they stand now; the verdict on the database where they cannot be had."""
    opened = await open_database(desk, TASKS, procedure=procedure, run_id=run_id, progress=progress)
    if isinstance(opened, Verdict):
        return opened
    if opened.roles.missing:
        return _unmapped(opened)
    setting = desk.connection.databases.get(TASKS.key) or DatabaseSetting()
    meanings = status_meanings(opened.roles, setting.statuses)
    mapping = TaskMapping(
        data_source_id=opened.view.schema.id,
        names={role: name for role, name in opened.names.items() if role in ROLES},
        meanings=meanings,
        status_id=opened.roles.filled["status"].id,
        days=desk.work.days,
    )
    tasks = await desk.tasks.read(opened.view, mapping, desk.clock())
    return TasksRead(tasks, opened.roles, frozenset(meanings.values()), opened.view.reading)


def _unmapped(opened: Opened) -> Verdict:
    """Without a title and a status nothing can be counted."""
    lacking = ", ".join(opened.roles.missing)
    reason = f"no property plays {lacking}"
    return Verdict.of(f"database {TASKS.key}", "critical", reason, _MAP)


_MAP: Final = (
    "Name the properties in playbooks.toml under [databases.task_management.properties]:"
    " `notion-playbooks init` proposes them."
)
