"""What is asked of velocity_report: which days, which tasks, and which future."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from playbooks.arguments import MOST_VELOCITY_DAYS, USUAL_VELOCITY_DAYS, GroupBy
from playbooks.databases import normal
from playbooks.errors import PlaybookError
from playbooks.task import Task

Names: TypeAlias = Callable[[Task], tuple[str, ...]]
"""The names that a task has of one kind: of its assignees, its project, its tool."""

NOBODY: Final = "none"
ANYBODY: Final = "any"
"""Asked for instead of a name: tasks without one, tasks with any."""


class QuestionInvalid(PlaybookError):
    """The question contradicts itself."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the first to the last local day, both counted."""

    first: date
    last: date

    @property
    def days_count(self) -> int:
        """Calendar days."""
        return (self.last - self.first).days + 1

    def before(self) -> "Window":
        """As many days, just before."""
        length = timedelta(days=self.days_count)
        return Window(self.first - length, self.last - length)

    def holds(self, day: date | None) -> bool:
        """Whether the day is one of its days."""
        return day is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def window_of(
    today: date, *, days_count: int = USUAL_VELOCITY_DAYS, since: date | None, until: date | None
) -> Window:
    """From `since`, or as many days back, to `until`, today at the latest.

    Raises QuestionInvalid where that is no stretch of days, or more than MOST_VELOCITY_DAYS.
    """
    last = today if until is None else min(until, today)
    first = since or last - timedelta(days=min(days_count, last.toordinal()) - 1)
    window = Window(first, last)
    problem = _problem(window, today)
    if problem is not None:
        raise QuestionInvalid(problem, remedy=_GIVE_WINDOW)
    return window


def _problem(window: Window, today: date) -> str | None:
    """Why there is nothing to tell of these days."""
    if window.first > today:
        return f"`since` {window.first} lies in the future: today is {today}."
    if window.first > window.last:
        return f"The period ends on {window.last}, before it begins on {window.first}."
    if window.days_count > MOST_VELOCITY_DAYS:
        return f"The period is too long: {window.days_count} of at most {MOST_VELOCITY_DAYS} days."
    if window.first.toordinal() <= window.days_count:
        return f"The calendar has no such days before {window.first} to set beside them."
    return None


_GIVE_WINDOW: Final = (
    f"Give `since` up to `until` and today, or `period_days`; at most {MOST_VELOCITY_DAYS} days."
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tasks are meant, by names as people write them; None or blank: whatever."""

    assignee: str | None = None
    project: str | None = None
    ai_tool: str | None = None

    def __post_init__(self) -> None:
        for role in self.roles:
            if not getattr(self, role).strip():
                object.__setattr__(self, role, None)

    @property
    def roles(self) -> list[str]:
        """The roles of the properties that decide which tasks are meant."""
        roles = ("assignee", "project", "ai_tool")
        return [role for role in roles if getattr(self, role) is not None]

    def of(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """The tasks that are meant."""
        wanted_names: tuple[tuple[str | None, Names], ...] = (
            (self.assignee, _assignees),
            (self.project, _project),
            (self.ai_tool, _ai_tool),
        )
        for wanted, names in wanted_names:
            if wanted is not None:
                tasks = _named(tasks, wanted, names)
        return tasks


def group_names(group_by: GroupBy) -> Names:
    """The groups that a task belongs to; with several assignees, to several."""
    match group_by:
        case "assignee":
            return _assignees
        case "project":
            return _project
        case "ai_tool":
            return _ai_tool
        case "size":
            return _size


def size_band(estimated_hours: float | None) -> str:
    """How large a task was thought to be: accuracy depends on size."""
    if estimated_hours is None or estimated_hours <= 0:
        return "no estimate"
    return _BANDS[bisect_right(_BAND_EDGES_HOURS, estimated_hours)]


_BAND_EDGES_HOURS: Final = (2.0, 8.0, 40.0)
_BANDS: Final = ("below 2 h", "2 to 8 h", "8 to 40 h", "40 h and more")


def _assignees(task: Task) -> tuple[str, ...]:
    return task.assignees


def _size(task: Task) -> tuple[str, ...]:
    return (size_band(task.estimated_hours),)


def _project(task: Task) -> tuple[str, ...]:
    return () if task.project is None else (task.project,)


def _ai_tool(task: Task) -> tuple[str, ...]:
    return () if task.ai_tool is None else (task.ai_tool,)


def _named(tasks: Sequence[Task], wanted: str, names_of: Names) -> Sequence[Task]:
    """Those of that name; where nobody has exactly it, those whose name has all of its words."""
    key = _key(wanted)
    known = {name for task in tasks for name in names_of(task)}
    fitting = {name for name in known if _key(name) == key}
    if not fitting and key == NOBODY:
        return [task for task in tasks if not names_of(task)]
    if not fitting and key == ANYBODY:
        return [task for task in tasks if names_of(task)]
    words = set(key.split())
    fitting = fitting or {name for name in known if words <= set(_key(name).split())}
    return [task for task in tasks if not fitting.isdisjoint(names_of(task))]


def _key(name: str) -> str:
    return normal(name) or name.casefold()
