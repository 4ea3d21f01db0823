"""How good the estimates were, of which tasks, and whether that may be told."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Protocol

from playbooks.bands import Bands
from playbooks.days import WorkDays
from playbooks.estimation import Accuracy, Pair, accuracy_of, is_amount
from playbooks.task import Task
from playbooks.task_dirt import is_sound
from playbooks.velocity_flow import cycle_days, finished_on
from playbooks.velocity_question import Window

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Estimates:
    """Accuracy over every task with both hours (`paired`), and over the completed ones alone.

    `coverage_percent` is the part of the done tasks that have both; None where none is done.
    `cycle_medians_days` are those of done tasks with and without both hours: apart, what is
    missing is not like the rest.
    """

    paired: Sequence[Task]
    every: Accuracy | None
    completed: Accuracy | None
    done: Sequence[Task]
    coverage_percent: float | None
    cycle_medians_days: tuple[float | None, float | None]
    excluded_count: int
    far_apart_count: int
    without_far_apart: Accuracy | None
    """What `every` would be without the pairs whose hours are suspiciously far apart."""

    @property
    def done_count(self) -> int:
        """The done tasks that `coverage_percent` is a part of."""
        return len(self.done)


def estimates_of(
    tasks: Iterable[Task], window: Window, days: WorkDays, excluded_statuses: Collection[str]
) -> Estimates:
    """The estimates of the window, by the day of completion, else of start, else of creation."""
    dated = [task for task in tasks if window.holds(hours_day(task))]
    counted = [task for task in dated if task.status not in excluded_statuses]
    done = [task for task in counted if task.is_done]
    paired = [task for task in counted if has_both(task)]
    paired_ids = {task.id for task in paired}
    every = _accuracy(paired)
    with_both = [task for task in paired if task.is_done]
    without = [task for task in done if task.id not in paired_ids]
    near = [task for task in paired if "hours_far_apart" not in task.flaws]
    return Estimates(
        paired=paired,
        every=every,
        completed=every if len(with_both) == len(paired) else _accuracy(with_both),
        done=done,
        coverage_percent=covered_percent(with_both, done),
        cycle_medians_days=(_median(with_both, days), _median(without, days)),
        excluded_count=len(dated) - len(counted),
        far_apart_count=len(paired) - len(near),
        without_far_apart=every if len(near) == len(paired) else _accuracy(near),
    )


class Covered(Protocol):
    """What says which part of its done tasks have both hours."""

    @property
    def coverage_percent(self) -> float | None:
        """None where none is done."""
        ...


def is_withheld(covered: Covered, bands: Bands) -> bool:
    """Whether too few done tasks have both hours to tell how good estimates are."""
    coverage = covered.coverage_percent
    return coverage is not None and coverage < bands.hours_coverage_percent.critical_below


def told_accuracy(estimates: Estimates, bands: Bands) -> Accuracy | None:
    """How good the estimates were; None where nothing says it, or too little."""
    return None if is_withheld(estimates, bands) else estimates.every


def covered_percent(with_both: Sequence[Task], done: Sequence[Task]) -> float | None:
    """The part of the done tasks that have both hours; None where none is done."""
    return 100 * len(with_both) / len(done) if done else None


def has_both(task: Task) -> bool:
    """Whether it has an estimate and actual hours that can be compared."""
    both = is_amount(task.estimated_hours or 0) and is_amount(task.actual_hours or 0)
    return both and is_sound(task, "estimation")


def hours_day(task: Task) -> date | None:
    """The day that decides whether its hours belong to a window."""
    return finished_on(task) or task.started or task.created


def ratios_of(paired: Iterable[Task]) -> list[float]:
    """Actual / estimate of tasks that have both."""
    pairs = ((task.actual_hours, task.estimated_hours) for task in paired)
    return [actual / estimate for actual, estimate in pairs if actual and estimate]


def _accuracy(paired: Iterable[Task]) -> Accuracy | None:
    return accuracy_of([_pair(task) for task in paired])


def _pair(task: Task) -> Pair:
    assert task.actual_hours is not None
    assert task.estimated_hours is not None
    return Pair(
        actual=task.actual_hours,
        estimate=task.estimated_hours,
        assignee=task.assignees[0] if task.assignees else NOBODY,
    )


def _median(tasks: Sequence[Task], days: WorkDays) -> float | None:
    took = cycle_days((task for task in tasks if finished_on(task)), days)
    return median(took) if took else None
