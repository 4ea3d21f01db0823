"""One question about velocity with everything that was computed for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from playbooks.arguments import Compare, GroupBy, Pictured
from playbooks.bands import Bands, VelocityReference
from playbooks.estimation import Accuracy
from playbooks.flow import Durations, durations_of
from playbooks.task import Task
from playbooks.task_dirt import Dirt, dirt_of
from playbooks.velocity_estimates import Estimates, estimates_of
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


@dataclass(frozen=True, slots=True)
class Group:
    """The main figures of the tasks of one assignee, project, tool or size; `name` is foreign."""

    name: str
    completed_count: int
    per_day: float
    open_count: int
    cycle: Durations | None
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True)
class Velocity:
    """The figures of the tasks that are meant; `before` those of the days before the window."""

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
    grouped = _grouped(tasks, question.group_by)
    compares = question.compare == "previous_period"
    return Velocity(
        question=question,
        tasks=tasks,
        all_count=len(everything),
        flow=flow,
        before_per_day=len(completed_in(tasks, earlier)) / earlier.days_count,
        before=flow_of(tasks, earlier, days, earlier.last) if compares else None,
        estimates=estimates_of(tasks, window, days, work.excluded_statuses),
        estimates_before=(
            estimates_of(tasks, earlier, days, work.excluded_statuses) if compares else None
        ),
        pace=pace_of(completed_in(tasks, window), window),
        outlook=outlook_of(
            tasks,
            days,
            today,
            by=question.forecast_by,
            items_count=question.forecast_count or flow.open_count,
        ),
        groups=_groups(grouped, window, work),
        groups_count=len(grouped),
        dirt=dirt_of(tasks),
    )


def _grouped(tasks: Sequence[Task], group_by: GroupBy | None) -> dict[str, list[Task]]:
    if group_by is None:
        return {}
    names_of = group_names(group_by)
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        for name in names_of(task) or (NOBODY,):
            groups.setdefault(name, []).append(task)
    return groups


def _groups(grouped: Mapping[str, list[Task]], window: Window, work: Work) -> list[Group]:
    """Those that completed most, the most first."""
    counted = [(len(completed_in(tasks, window)), name, tasks) for name, tasks in grouped.items()]
    counted.sort(key=lambda each: (-each[0], each[1]))
    return [_group(name, tasks, window, work) for _, name, tasks in counted[:MOST_GROUPS]]


def _group(name: str, tasks: Sequence[Task], window: Window, work: Work) -> Group:
    completed = completed_in(tasks, window)
    estimates = estimates_of(tasks, window, work.days, work.excluded_statuses)
    return Group(
        name=name,
        completed_count=len(completed),
        per_day=len(completed) / window.days_count,
        open_count=sum(task.is_open for task in tasks),
        cycle=durations_of(cycle_days(completed, work.days)),
        accuracy=estimates.every,
    )


def reference_of(work: Work, bands: Bands) -> VelocityReference:
    """The guide's figures for a team of that kind."""
    match work.team:
        case "solo":
            return bands.velocity_solo
        case "ai_assisted":
            return bands.velocity_ai_assisted
