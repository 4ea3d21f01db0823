"""How fast tasks get done, how long they take, and what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final

from playbooks.days import WorkDays
from playbooks.flow import (
    Durations,
    LittlesLaw,
    Span,
    age_risks,
    durations_of,
    littles_law,
)
from playbooks.latency import percentile
from playbooks.survival import survival_of
from playbooks.task import Task
from playbooks.task_dirt import is_sound
from playbooks.throughput import WEEK_DAYS_COUNT, Throughput, throughput
from playbooks.velocity_question import Window

RISKY_FROM: Final = 0.5
"""Open work that is more likely than not to take longer than expected."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Actual hours of what was completed."""

    count: int
    mean: float
    p50: float
    p85: float


@dataclass(frozen=True, slots=True)
class Aging:
    """An open task, its age in working days, and how likely it takes longer than expected.

    `risk` None: older than anything that ever finished.
    """

    task: Task
    age_days: int
    risk: float | None

    @property
    def is_late(self) -> bool:
        """Whether it already took longer than the expectation."""
        return self.risk is None or self.risk >= 1

    @property
    def is_risky(self) -> bool:
        """Whether it will more likely than not."""
        return self.risk is None or self.risk >= RISKY_FROM


@dataclass(frozen=True, slots=True)
class Flow:
    """The figures of a window; durations in working days with both ends counted."""

    throughput: Throughput
    points_per_week: float | None
    hours: Hours | None
    cycle: Durations | None
    lead: Durations | None
    cycle_p50_with_open_days: float | None
    open_count: int
    wip_count: int
    aging: tuple[Aging, ...]
    littles: LittlesLaw | None

    @property
    def open_share(self) -> float:
        """The part of what was finished or is open that is open."""
        finished_count = 0 if self.cycle is None else self.cycle.count
        all_count = finished_count + len(self.aging)
        return len(self.aging) / all_count if all_count else 0.0


def finished_on(task: Task) -> date | None:
    """The day it was completed, as far as that can be believed."""
    return task.completed if task.is_done and is_sound(task, "throughput") else None


def completed_in(tasks: Iterable[Task], window: Window) -> list[Task]:
    """What was completed in the window."""
    return [task for task in tasks if window.holds(finished_on(task))]


def flow_of(tasks: Sequence[Task], window: Window, days: WorkDays, today: date) -> Flow:
    """The figures of these tasks; the open ones as they stand today."""
    completed = completed_in(tasks, window)
    took = cycle_days(completed, days)
    cycle = durations_of(took)
    begun = [task for task in tasks if task.is_begun]
    aging = _aging(begun, took, cycle, days, today)
    survival = survival_of(took, [each.age_days for each in aging])
    return Flow(
        throughput=throughput(
            (day for task in completed if (day := finished_on(task))),
            window.first,
            window.last,
            days.is_working,
        ),
        points_per_week=_points_per_week(completed, window),
        hours=_hours(completed),
        cycle=cycle,
        lead=durations_of(lead_days(completed, days)),
        cycle_p50_with_open_days=survival.percentile(50),
        open_count=sum(task.is_open for task in tasks),
        wip_count=len(begun),
        aging=aging,
        littles=littles_law(_spans(tasks), window.first, window.last),
    )


def cycle_days(tasks: Iterable[Task], days: WorkDays) -> list[int]:
    """From started to completed, one day at least; of completed tasks."""
    return [took for _, took in cycles(tasks, days)]


def cycles(tasks: Iterable[Task], days: WorkDays) -> list[tuple[date, int]]:
    """The day of completion of each, and its cycle time."""
    return [
        (task.completed, max(1, days.count(task.started, task.completed)))
        for task in tasks
        if task.started and task.completed and is_sound(task, "cycle time")
    ]


def lead_days(tasks: Iterable[Task], days: WorkDays) -> list[int]:
    """From created to completed, one day at least; of completed tasks."""
    return [
        max(1, days.count(task.created, task.completed))
        for task in tasks
        if task.completed and is_sound(task, "lead time")
    ]


def _aging(
    begun: Iterable[Task],
    took: Sequence[int],
    cycle: Durations | None,
    days: WorkDays,
    today: date,
) -> tuple[Aging, ...]:
    """The open work, the oldest first."""
    aged = [
        (max(1, days.count(task.started, today)), task)
        for task in begun
        if task.started and is_sound(task, "age")
    ]
    aged.sort(key=lambda each: (-each[0], each[1].id))
    if cycle is None:
        return tuple(Aging(task, age, 0.0) for age, task in aged)
    risks = age_risks(took, [age for age, _ in aged], cycle.p85_days)
    return tuple(
        Aging(task, age, 1.0 if age > cycle.p85_days and risk is not None else risk)
        for (age, task), risk in zip(aged, risks, strict=True)
    )


def _spans(tasks: Iterable[Task]) -> list[Span]:
    """Started and finished days of what was or is work; calendar days, as the law asks."""
    return [
        (task.started, finished_on(task))
        for task in tasks
        if task.started
        and (
            (task.is_done and is_sound(task, "cycle time"))
            or (task.is_begun and is_sound(task, "age"))
        )
    ]


def _points_per_week(completed: Iterable[Task], window: Window) -> float | None:
    points = [task.story_points for task in completed if task.story_points is not None]
    return sum(points) / window.days_count * WEEK_DAYS_COUNT if points else None


def _hours(completed: Iterable[Task]) -> Hours | None:
    hours = [task.actual_hours for task in completed if (task.actual_hours or 0) > 0]
    told = sorted(each for each in hours if each is not None)
    if not told:
        return None
    return Hours(len(told), fmean(told), percentile(told, 50), percentile(told, 85))
