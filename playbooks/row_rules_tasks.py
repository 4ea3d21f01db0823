"""Rules of the task database. What the reports call a flaw is not judged a second time here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from playbooks.databases import normal
from playbooks.flow import inclusive_days
from playbooks.latency import percentile
from playbooks.report import Severity
from playbooks.row_rules import (
    FAILED,
    Case,
    Failed,
    Figure,
    Outcome,
    Pending,
    Plainly,
    RepairClass,
    Rule,
    Scene,
)
from playbooks.row_rules_values import Duplicates, Likenesses, is_empty
from playbooks.task import Flaw, Task
from playbooks.task_dirt import described, is_sound, spoiled_by

_HOURS_A_DAY: Final = 24
_FEWEST_FINISHED: Final = 20
"""Of fewer finished tasks no 95th percentile is told."""

_STALE_PERCENT: Final = 95

_MOST: Final = 0.5
"""What more than this part of the rows do is what the table does."""

_USUAL_OPEN: Final = frozenset(
    {"not started", "to do", "todo", "open", "new", "backlog", "planned", "ready", "next", "later"}
    | {"inbox", "triage", "icebox", "idea", "ideas", "up next", "selected", "draft", "queued"}
)
"""Names of options that are usual for work that nobody has begun."""


@dataclass(frozen=True, slots=True)
class _Flawed:
    """A flaw of `playbooks.task_dirt` as a rule; `applies` says which tasks can have it."""

    flaw: Flaw
    applies: Callable[[Task], bool]
    remedy: str
    severity: Severity = "warning"
    repair: RepairClass = "never"
    roles: tuple[str, ...] = ()
    distorts: tuple[Figure, ...] = ()


def _any(_task: Task) -> bool:
    return True


def _done(task: Task) -> bool:
    return task.is_done


def _begun(task: Task) -> bool:
    return task.role in {"in_progress", "blocked"}


def _is_dated(task: Task) -> bool:
    return task.started is not None or task.completed is not None or task.due is not None


def _has_completed(task: Task) -> bool:
    return task.completed is not None


def _has_started(task: Task) -> bool:
    return task.started is not None


def _has_span(task: Task) -> bool:
    return task.started is not None and task.completed is not None


def _has_hours(task: Task) -> bool:
    return task.estimated_hours is not None or task.actual_hours is not None


def _has_both_hours(task: Task) -> bool:
    return task.estimated_hours is not None and task.actual_hours is not None


_CORRECT: Final = "Correct it in Notion."
_ASK: Final = "Ask who did the work: nobody else knows, and nothing is invented."

_FLAWED: Final = (
    _Flawed("unreadable_value", _any, "Enter the value anew in Notion."),
    _Flawed("implausible_year", _any, _CORRECT),
    _Flawed(
        "completed_before_started",
        _has_span,
        "Exchange the two dates, where that is what happened.",
        repair="safe",
        roles=("started", "completed"),
        distorts=("cycle_p85_days",),
    ),
    _Flawed("completed_before_created", _has_completed, _CORRECT, "info", roles=("completed",)),
    _Flawed("started_before_created", _has_started, _CORRECT, "info", roles=("started",)),
    _Flawed(
        "completed_in_future",
        lambda task: task.is_done and task.completed is not None,
        "Correct the year in Notion.",
        repair="review",
        roles=("completed",),
        distorts=("cycle_p85_days", "tasks_per_day"),
    ),
    _Flawed(
        "started_in_future",
        lambda task: task.started is not None and task.role is not None,
        _CORRECT,
        repair="review",
        roles=("started",),
    ),
    _Flawed(
        "done_without_completed",
        _done,
        "Set the day on which it was done.",
        repair="review",
        roles=("completed",),
    ),
    _Flawed("done_without_started", _done, _ASK, "info", roles=("started",)),
    _Flawed("done_without_estimate", _done, _ASK, "info", roles=("estimated_hours",)),
    _Flawed("done_without_actual", _done, _ASK, roles=("actual_hours",)),
    _Flawed(
        "completed_but_open",
        _has_completed,
        "Set the status to done, or empty the completed date.",
        repair="review",
        roles=("completed",),
        distorts=("tasks_per_day",),
    ),
    _Flawed(
        "reopened_after_completed",
        _has_completed,
        "Set the day on which it was done the last time.",
        repair="review",
        roles=("completed",),
    ),
    _Flawed(
        "in_progress_without_started",
        _begun,
        "Set the day on which it was begun.",
        "info",
        repair="review",
        roles=("started",),
    ),
    _Flawed(
        "zero_hours",
        _has_hours,
        "Empty the field, or enter the hours.",
        repair="review",
        roles=("estimated_hours",),
    ),
    _Flawed("hours_below_zero", _has_hours, _CORRECT),
    _Flawed(
        "hours_far_apart",
        _has_both_hours,
        "Look for a slip of the decimal point.",
        roles=("estimated_hours", "actual_hours"),
        distorts=("estimation_accuracy_percent",),
    ),
)


def task_rules() -> Iterator[Rule]:
    """All of them."""
    yield from (_of_flaw(each) for each in _FLAWED)
    yield from _of_times()
    yield from _of_progress()
    yield from _of_titles()


def _of_times() -> Iterator[Rule]:
    yield Rule(
        "task_management.clock_time",
        described("clock_time"),
        "Leave the time away where the other rows have a day.",
        _ClockTimes,
        severity="info",
        repair="safe",
    )
    yield Rule(
        "task_management.hours_beyond_days",
        f"with more than {_HOURS_A_DAY} actual hours a day",
        _ASK,
        lambda _: Plainly(_beyond_days),
        roles=("actual_hours", "started", "completed"),
        distorts=("estimation_accuracy_percent",),
    )


def _of_progress() -> Iterator[Rule]:
    yield Rule(
        "task_management.in_progress_without_assignee",
        "in progress, but nobody's",
        "Assign somebody, or take it back.",
        lambda _: Plainly(_nobodys),
        roles=("assignee",),
    )
    yield Rule(
        "task_management.stale_in_progress",
        f"in progress for longer than {_STALE_PERCENT} % of what was finished took",
        "Finish it, split it, or take it back.",
        _Stale,
        roles=("started",),
    )
    yield Rule(
        "task_management.unmapped_status",
        "with a status that no mapping knows and that counts as not begun",
        "Say what it means in playbooks.toml under [databases.task_management.statuses]; work that"
        " nobody has begun needs no mapping: then switch the rule off in the contract.",
        lambda scene: Plainly(partial(_unmapped, scene)),
        repair="review",
    )


def _of_titles() -> Iterator[Rule]:
    yield Rule(
        "task_management.duplicate_title",
        "with the title of an earlier task",
        "Merge them, or rename the later one.",
        lambda _: Duplicates(_title),
        repair="review",
        roles=("title",),
        distorts=("tasks_per_day",),
    )
    yield Rule(
        "task_management.similar_title",
        "whose title is an earlier one's but for case, spacing and punctuation",
        "Merge them, or rename the later one.",
        lambda _: Likenesses(_title),
        severity="info",
        repair="review",
        roles=("title",),
    )


def _of_flaw(flawed: _Flawed) -> Rule:
    return Rule(
        f"task_management.{flawed.flaw}",
        described(flawed.flaw),
        flawed.remedy,
        lambda _: Plainly(_looking_for(flawed.flaw, flawed.applies)),
        severity=flawed.severity,
        repair=flawed.repair,
        roles=flawed.roles,
        distorts=flawed.distorts,
        spoils=spoiled_by(flawed.flaw),
    )


def _looking_for(flaw: Flaw, applies: Callable[[Task], bool]) -> Callable[[Case], Outcome]:
    def look(case: Case) -> Outcome:
        if flaw in case.flaws:
            return FAILED
        return "passed" if case.task is not None and applies(case.task) else None

    return look


def _title(case: Case) -> str | None:
    title = case.plain("title")
    return title if isinstance(title, str) else None


def _beyond_days(case: Case) -> Outcome:
    task = case.task
    if task is None or task.started is None or task.completed is None or not task.actual_hours:
        return None
    days_count = inclusive_days(task.started, task.completed)
    if days_count < 1:
        return None
    return FAILED if task.actual_hours > _HOURS_A_DAY * days_count else "passed"


def _nobodys(case: Case) -> Outcome:
    if case.task is None or case.task.role != "in_progress":
        return None
    return FAILED if is_empty(case.plain("assignee")) else "passed"


def _unmapped(scene: Scene, case: Case) -> Outcome:
    status = case.task.status if case.task is not None else None
    if status is None:
        return None
    is_known = status in scene.meanings or normal(status) in _USUAL_OPEN
    return "passed" if is_known else FAILED


@dataclass(slots=True)
class _ClockTimes:
    """Fails clock times where most dates have none; where most have one it is how they are kept."""

    scene: Scene
    pending: Pending = field(default_factory=Pending)
    dated_count: int = 0

    def look(self, case: Case) -> Outcome:
        """Only a row with a date can have one."""
        if "clock_time" in case.flaws:
            self.dated_count += 1
            self.pending.ids.append(case.row.id)
            return "later"
        if case.task is None or not _is_dated(case.task):
            return None
        self.dated_count += 1
        return "passed"

    async def settle(self) -> Mapping[str, Outcome]:
        """What most rows do is right."""
        are_many = len(self.pending.ids) > _MOST * self.dated_count
        return self.pending.all("passed" if are_many else FAILED)


@dataclass(slots=True)
class _Stale:
    """Fails what has been in progress for longer than nearly all that was finished took."""

    scene: Scene
    took_days: list[int] = field(default_factory=list[int])
    ages_days: dict[str, int] = field(default_factory=dict[str, int])

    def look(self, case: Case) -> Outcome:
        """Learns from what is finished, and leaves what is in progress for later."""
        task = case.task
        if task is None or task.started is None:
            return None
        count = self.scene.days.count
        if task.is_done and task.completed is not None and is_sound(task, "cycle time"):
            self.took_days.append(max(1, count(task.started, task.completed)))
        if task.role != "in_progress" or not is_sound(task, "age"):
            return None
        self.ages_days[case.row.id] = count(task.started, self.scene.today)
        return "later"

    async def settle(self) -> Mapping[str, Outcome]:
        """Against the 95th percentile; nothing is judged by too few."""
        if len(self.took_days) < _FEWEST_FINISHED:
            return dict.fromkeys(self.ages_days)
        usual = percentile(sorted(self.took_days), _STALE_PERCENT)
        return {
            row_id: Failed(f"{age} days, usual is at most {usual:g}") if age > usual else "passed"
            for row_id, age in self.ages_days.items()
        }
