"""One question about velocity with everything that was computed for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from playbooks.arguments import Compare, GroupBy, Pictured
from playbooks.bands import Bands, VelocityReference
from playbooks.estimation import symmetric_percent
from playbooks.flow import Durations, durations_of
from playbooks.task import Task
from playbooks.task_dirt import Dirt, dirt_of
from playbooks.velocity_estimates import (
    Estimates,
    covered_percent,
    estimates_of,
    hours_day,
    ratios_of,
)
from playbooks.velocity_flow import Flow, completed_in, cycle_days, flow_of
from playbooks.velocity_outlook import Outlook, Pace, outlook_of, pace_of
from playbooks.velocity_question import (
    NOBODY,
    Selection,
    Window,
    group_names,
)
from playbooks.work import Work

MOST_GROUPS: Final = 50
"""More groups than this are only counted."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, on the local day `today`."""

    today: date
    window: Window
    selection: Selection = Selection()  # noqa: RUF009 - frozen
    group_by: GroupBy | None = None
    forecast_by: date | None = None
    forecast_count: int | None = None
    compare: Compare | None = None
    picture: Pictured | None = None

    @property
    def is_past(self) -> bool:
        """Whether its window ends before today."""
        return self.window.last < self.today

    @property
    def roles(self) -> list[str]:
        """The roles of the properties without which it has no answer."""
        by_group = "estimated_hours" if self.group_by == "size" else self.group_by
        asked = [*self.selection.roles, by_group, "ai_tool" if self.compare == "ai" else None]
        return list(dict.fromkeys(role for role in asked if role is not None))


@dataclass(frozen=True, slots=True)
class Group:
    """The main figures of the tasks of one assignee, project, tool or size; `name` is foreign."""

    name: str
    completed_count: int
    per_day: float
    open_count: int
    cycle: Durations | None
    pairs_count: int
    coverage_percent: float | None
    """The part of its done tasks that have both hours; None where none is done."""
    accuracy_percent: float | None
    """The symmetric one."""


@dataclass(frozen=True, slots=True)
class Velocity:
    """The figures of the tasks that are meant; `before` those of the days before the window.

    `dirt` is that of what is open today and of the window's own tasks.
    """

    question: Question
    tasks: Sequence[Task]
    all_count: int
    flow: Flow
    before_per_day: float
    before: Flow | None
    estimates: Estimates
    estimates_before: Estimates | None
    pace: Pace
    outlook: Outlook
    groups: Sequence[Group]
    groups_count: int
    dirt: Sequence[Dirt]


def velocity_of(everything: Sequence[Task], question: Question, work: Work) -> Velocity:
    """Everything that can be said of these tasks; the same whatever their order."""
    tasks = question.selection.of(everything)
    window, days, today = question.window, work.days, question.today
    flow = flow_of(tasks, window, days, today)
    earlier = window.before()
    completed = completed_in(tasks, window)
    estimates = estimates_of(tasks, window, days, work.excluded_statuses)
    groups = _Groups({}, {}, {}, {})
    if question.group_by is not None:
        parts = (tasks, completed, estimates.done, estimates.paired)
        groups = _Groups(*(_grouped(part, question.group_by) for part in parts))
    compares = question.compare == "previous_period"
    return Velocity(
        question=question,
        tasks=tasks,
        all_count=len(everything),
        flow=flow,
        before_per_day=len(completed_in(tasks, earlier)) / earlier.days_count,
        before=flow_of(tasks, earlier, days, today) if compares else None,
        estimates=estimates,
        estimates_before=(
            estimates_of(tasks, earlier, days, work.excluded_statuses) if compares else None
        ),
        pace=pace_of(completed, window),
        outlook=outlook_of(
            tasks,
            days,
            today,
            by=question.forecast_by,
            items_count=question.forecast_count or flow.open_count,
        ),
        groups=groups.told(window, work),
        groups_count=len(groups.everything),
        dirt=dirt_of(_concerned(tasks, window)),
    )


def _concerned(tasks: Iterable[Task], window: Window) -> list[Task]:
    """Those that an answer about the window is made of: what is open today, and its own days'."""
    return [task for task in tasks if task.is_open or window.holds(hours_day(task))]


def _grouped(tasks: Iterable[Task], group_by: GroupBy) -> dict[str, list[Task]]:
    names_of = group_names(group_by)
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        for name in names_of(task) or (NOBODY,):
            groups.setdefault(name, []).append(task)
    return groups


@dataclass(frozen=True, slots=True)
class _Groups:
    """The tasks of each group: all, those completed, those done, and those with both hours."""

    everything: Mapping[str, Sequence[Task]]
    completed: Mapping[str, Sequence[Task]]
    done: Mapping[str, Sequence[Task]]
    paired: Mapping[str, Sequence[Task]]

    def told(self, window: Window, work: Work) -> list[Group]:
        """Those that completed most, the most first."""
        names = sorted(self.everything, key=lambda name: (-len(self.completed.get(name, ())), name))
        return [self._group(name, window, work) for name in names[:MOST_GROUPS]]

    def _group(self, name: str, window: Window, work: Work) -> Group:
        completed = self.completed.get(name, ())
        paired = self.paired.get(name, ())
        ratios = ratios_of(paired)
        with_both = [task for task in paired if task.is_done]
        return Group(
            name=name,
            completed_count=len(completed),
            per_day=len(completed) / window.days_count,
            open_count=sum(task.is_open for task in self.everything[name]),
            cycle=durations_of(cycle_days(completed, work.days)),
            pairs_count=len(ratios),
            coverage_percent=covered_percent(with_both, self.done.get(name, ())),
            accuracy_percent=symmetric_percent(ratios) if ratios else None,
        )


def reference_of(work: Work, bands: Bands) -> VelocityReference:
    """The guide's figures for a team of that kind."""
    match work.team:
        case "solo":
            return bands.velocity_solo
        case "ai_assisted":
            return bands.velocity_ai_assisted
