"""How fast tasks get done, how long they take, and what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final

from playbooks.days import WorkDays
from playbooks.flow import (
    LEAST_FOR_SLE,
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
        """Whether it is not late yet, but will more likely than not be."""
        return not self.is_late and self.risk is not None and self.risk >= RISKY_FROM


@dataclass(frozen=True, slots=True)
class Flow:
    """The figures of a window; durations in days of its calendar with both ends counted.

    What is open is so today. `expected` is how long work took up to today, against which open work
    is judged: None of a window that ends before, and of fewer than LEAST_FOR_SLE.
    """

    days: WorkDays
    throughput: Throughput
    points_per_week: float | None
    pointed_count: int
    """The completed tasks that have points; the others count as 0."""
    hours: Hours | None
    cycle: Durations | None
    expected: Durations | None
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
    expected = cycle if window.last == today and len(took) >= LEAST_FOR_SLE else None
    begun = [task for task in tasks if task.is_begun]
    aging = _aging(begun, took, expected, days, today)
    survival = survival_of(took, [each.age_days for each in aging])
    points = [task.story_points for task in completed if task.story_points is not None]
    return Flow(
        days=days,
        throughput=throughput(
            (day for task in completed if (day := finished_on(task))),
            window.first,
            window.last,
            days.is_working,
        ),
        points_per_week=_per_week(points, window) if points else None,
        pointed_count=len(points),
        hours=_hours(completed),
        cycle=cycle,
        expected=expected,
        lead=durations_of(lead_days(completed, days)),
        cycle_p50_with_open_days=survival.percentile(50) if expected else None,
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
    expected: Durations | None,
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
    if expected is None:
        return tuple(Aging(task, age, 0.0) for age, task in aged)
    risks = age_risks(took, [age for age, _ in aged], expected.p85_days)
    return tuple(
        Aging(task, age, 1.0 if age > expected.p85_days and risk is not None else risk)
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


def _per_week(amounts: Sequence[float], window: Window) -> float:
    return sum(amounts) / window.days_count * WEEK_DAYS_COUNT


def _hours(completed: Iterable[Task]) -> Hours | None:
    hours = [task.actual_hours for task in completed if (task.actual_hours or 0) > 0]
    told = sorted(each for each in hours if each is not None)
    if not told:
        return None
    return Hours(len(told), fmean(told), percentile(told, 50), percentile(told, 85))
