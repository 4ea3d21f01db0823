"""Rows become tasks, by the roles that the properties play."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, TypeVar

from playbooks.databases import StatusRole, normal
from playbooks.days import WorkDays
from playbooks.mapping import RoleMap, map_statuses
from playbooks.records import Transition
from playbooks.rows import Plain, Row, Span, Unreadable, Value
from playbooks.task import Flaw, Task
from playbooks.task_dirt import Known, flaws_of, is_plausible

T = TypeVar("T")

ROLES: Final = (
    "title",
    "status",
    "created",
    "started",
    "completed",
    "due",
    "estimated_hours",
    "actual_hours",
    "story_points",
    "assignee",
    "project",
    "ai_tool",
    "priority",
)
"""What is read of a task."""

_NO_TOOL: Final = frozenset({"none", "no", "no ai", "without", "manual", "n a", "na", ""})
"""What people write where no tool was used."""


@dataclass(frozen=True, slots=True)
class StatusChanges:
    """How often a task is known to have been reopened, and the day before which it was not."""

    reopened_count: int = 0
    last_reopened: date | None = None


@dataclass(frozen=True, slots=True)
class TaskReader:
    """Reads the rows of one database on one local day.

    `names` are properties by role, `meanings` the options of its status by what they mean.
    """

    names: Mapping[str, str]
    meanings: Mapping[str, StatusRole]
    days: WorkDays
    today: date
    changes: Mapping[str, StatusChanges] = field(default_factory=dict[str, StatusChanges])
    _known: Known = field(init=False, repr=False, compare=False)
    _seen: dict[object, object] = field(
        init=False, repr=False, compare=False, default_factory=dict[object, object]
    )

    def __post_init__(self) -> None:
        has = {role: role in self.names for role in Known.__slots__}
        object.__setattr__(self, "_known", Known(**has))

    def task(self, row: Row) -> Task:
        """The task that a row is; never fails on its content."""
        values = _Values(row, self)
        status, role = self._status(values)
        changes = self.changes.get(row.id, _UNCHANGED)
        started, completed = values.day("started"), values.day("completed", at_end=True)
        task = Task(
            id=row.id,
            title=_text(values.plain("title")) or "",
            status=status,
            role=role,
            created=values.day("created") or self.days.local_day(row.created_at),
            started=started,
            completed=completed,
            due=values.day("due", at_end=True),
            estimated_hours=values.number("estimated_hours"),
            actual_hours=values.number("actual_hours"),
            story_points=values.number("story_points"),
            assignees=self._shared(_texts(values.value("assignee"))),
            project=self._shared(_text(values.plain("project"))),
            ai_tool=self._shared(_tool(values.plain("ai_tool"))),
            priority=self._shared(_text(values.plain("priority"))),
            reopened_count=changes.reopened_count,
        )
        flaws = (*values.flaws, *flaws_of(task, self.today, self._known))
        if completed and changes.last_reopened and completed < changes.last_reopened:
            flaws = (*flaws, "reopened_after_completed")
        return replace(task, flaws=self._shared(flaws)) if flaws else task

    def _status(self, values: "_Values") -> tuple[str | None, StatusRole | None]:
        plain = values.plain("status")
        if isinstance(plain, bool):
            return None, "done" if plain else None
        status = _text(plain)
        return self._shared(status), None if status is None else self.meanings.get(status)

    def _shared(self, value: T) -> T:
        """One object for equal values: a hundred thousand tasks have few different ones."""
        return self._seen.setdefault(value, value)  # type: ignore[return-value]  # equal, of one type


_UNCHANGED: Final = StatusChanges()


class _Values:
    """The values of one row by role; what cannot be meant or read is a flaw, and missing."""

    __slots__ = ("_reader", "_row", "flaws")

    def __init__(self, row: Row, reader: TaskReader) -> None:
        self._row = row
        self._reader = reader
        self.flaws: tuple[Flaw, ...] = ()

    def value(self, role: str) -> Value | None:
        name = self._reader.names.get(role)
        return None if name is None else self._row.values.get(name)

    def plain(self, role: str) -> Plain:
        value = self.value(role)
        if value is None:
            return None
        if isinstance(value.plain, Unreadable):
            self._flaw("unreadable_value")
            return None
        return value.plain

    def number(self, role: str) -> float | None:
        plain = self.plain(role)
        if plain is None or isinstance(plain, bool) or not isinstance(plain, int | float):
            return None
        if not math.isfinite(plain):
            self._flaw("unreadable_value")
            return None
        return plain

    def day(self, role: str, *, at_end: bool = False) -> date | None:
        """The local day; of a span its start, or its end."""
        plain = self.plain(role)
        moment = _moment(plain, at_end=at_end)
        if moment is None:
            return None
        if isinstance(plain, Span) and isinstance(moment, datetime):
            self._flaw("clock_time")
        day = self._reader.days.local_day(moment)
        if is_plausible(day, self._reader.today):
            return day
        self._flaw("implausible_year")
        return None

    def _flaw(self, flaw: Flaw) -> None:
        if flaw not in self.flaws:
            self.flaws = (*self.flaws, flaw)


def status_meanings(
    roles: RoleMap, configured: Mapping[StatusRole, Sequence[str]]
) -> dict[str, StatusRole]:
    """What each option of the status means; options of open work are not in it."""
    status = roles.filled.get("status")
    options = () if status is None else status.options
    mapped = map_statuses(options, configured)
    return {name: role for role, names in mapped.items() for name in names}


def reopenings(
    transitions: Iterable[Transition], status_id: str, meanings: Mapping[str, StatusRole]
) -> list[Transition]:
    """The changes of that status by which a task was done no more."""
    return [
        each
        for each in transitions
        if each.property_id == status_id
        and _means_done(each.before, meanings)
        and not _means_done(each.after, meanings)
    ]


def status_changes(reopened: Iterable[Transition], days: WorkDays) -> dict[str, StatusChanges]:
    """What reopenings say of each task that they are about."""
    changes: dict[str, StatusChanges] = {}
    for each in sorted(reopened, key=lambda change: change.not_before):
        count = changes.get(each.row_id, _UNCHANGED).reopened_count
        changes[each.row_id] = StatusChanges(count + 1, days.local_day(each.not_before))
    return changes


def _means_done(option: str | None, meanings: Mapping[str, StatusRole]) -> bool:
    return option is not None and meanings.get(option) == "done"


def _moment(plain: Plain, *, at_end: bool) -> date | None:
    match plain:
        case Span(start, end):
            return end if at_end and end is not None else start
        case datetime():
            return plain
        case _:
            return None


def _text(plain: Plain) -> str | None:
    """A value as one text: of several names the first."""
    match plain:
        case str():
            return plain
        case tuple():
            return str(plain[0]) if plain else None
        case bool() | None:
            return None
        case int() | float():
            return f"{plain:g}"
        case _:
            return None


def _texts(value: Value | None) -> tuple[str, ...]:
    """The names of people, or of labels; a person without a name is known by the id."""
    if value is None:
        return ()
    match value.plain:
        case str(name):
            return (name,)
        case tuple() as ids if value.names:
            return tuple(name or each for name, each in zip(value.names, ids, strict=True))
        case tuple() as names:
            return names
        case _:
            return ()


def _tool(plain: Plain) -> str | None:
    name = _text(plain)
    return None if name is None or normal(name) in _NO_TOOL else name
