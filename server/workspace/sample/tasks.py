"""Invents the tasks: each lives through a planned course, cut off at the present."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final

from server.workspace.sample.names import Priority, Status, Tool
from server.workspace.sample.rows import Passage, Task
from server.workspace.sample.team import TEAM, Person
from server.workspace.sample.wording import CRITERIA, REASONS, SUBJECTS, TASK_TEMPLATES
from server.workspace.sample.workdays import Workdays, instant_of, pick_days

TASKS_COUNT: Final = 420

_ESTIMATES_H: Final = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 40)
_POINTS: Final = (1, 2, 3, 5, 8, 13)
_HOURS_PER_POINT: Final = 1.6
_HOURS_MAX: Final = 60
_SIZE_SPREAD: Final = 0.55

_BIAS: Final = 0.14
_BIAS_WITH_AI: Final = 0.05
_SPREAD: Final = 0.42
_SPREAD_WITH_AI: Final = 0.52
"""Log ratio of actual to estimate: low estimates, and an assistant that helps or hinders."""

_TOOL_WEIGHTS: Final[dict[Tool, int]] = {"cursor": 6, "continue": 3, "mcp_server": 1}
_PRIORITY_WEIGHTS: Final[dict[Priority, int]] = {"Urgent": 1, "High": 4, "Medium": 9, "Low": 4}
_WAIT_DAYS: Final[dict[Priority, float]] = {"Urgent": 0.3, "High": 1.5, "Medium": 4, "Low": 10}

_CANCELLED_SHARE: Final = 0.05
_REOPENED_SHARE: Final = 0.06
_BLOCKED_SHARE: Final = 0.12
_BODY_SHARE: Final = 0.3
_RELATED_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Course:
    """What was to become of a task; an instant beyond the present has not happened."""

    started_at: datetime
    in_review_at: datetime
    first_done_at: datetime
    reopened_at: datetime | None
    done_at: datetime
    cancelled_at: datetime | None
    is_blocked: bool

    def status(self, now: datetime) -> Status:
        """Where the task stands at `now`."""
        if self.cancelled_at and self.cancelled_at <= now:
            return "Cancelled"
        if self.started_at > now:
            return "Not started"
        if self._is_done(now):
            return "Done"
        if self.in_review_at <= now < self.first_done_at:
            return "In review"
        return "Blocked" if self.is_blocked else "In progress"

    def edited_at(self, now: datetime) -> datetime | None:
        """The last step of the course that has happened; None when none has."""
        if self.cancelled_at:
            return self.cancelled_at if self.cancelled_at <= now else None
        steps = (
            self.started_at,
            self.in_review_at,
            self.first_done_at,
            self.reopened_at,
            self.done_at,
        )
        return max((step for step in steps if step and step <= now), default=None)

    def _is_done(self, now: datetime) -> bool:
        if self.done_at <= now:
            return True
        return self.first_done_at <= now and (self.reopened_at is None or now < self.reopened_at)


@dataclass(frozen=True, slots=True)
class Planned:
    """A task with its course: the log is written along it."""

    task: Task
    course: Course


def invent_tasks(days: Workdays, now: datetime, rng: Random) -> tuple[Planned, ...]:
    """The tasks created before `now`, in order of creation."""
    titles = _titles(rng)
    created = sorted(
        instant_of(day, rng.random()) for day in pick_days(days.past, TASKS_COUNT, rng, growth=0.25)
    )
    planned = [
        _plan(key, *titles[key], created_at, days=days, rng=rng)
        for key, created_at in enumerate(created)
    ]
    lived = [_cut(each, now) for each in planned if each.task.created_at <= now]
    return tuple(_related(lived, rng))


def _titles(rng: Random) -> list[tuple[str, str, float]]:
    """Title, project and median hours; no title twice."""
    combined = [
        (template.format(subject), project, hours)
        for project, subjects in SUBJECTS.items()
        for subject in subjects
        for template, hours in TASK_TEMPLATES.items()
    ]
    return rng.sample(combined, TASKS_COUNT)


def _plan(  # noqa: PLR0913 - the three of a title come together
    key: int,
    title: str,
    project: str,
    median_h: float,
    created_at: datetime,
    *,
    days: Workdays,
    rng: Random,
) -> Planned:
    person = rng.choices(TEAM, [each.workload for each in TEAM])[0]
    estimated_h = _nearest(_ESTIMATES_H, median_h * math.exp(rng.gauss(0, _SIZE_SPREAD)))
    tool = _tool(person, rng)
    actual_h = _actual_hours(estimated_h, person, rng, with_ai=tool is not None)
    priority = rng.choices(list(_PRIORITY_WEIGHTS), list(_PRIORITY_WEIGHTS.values()))[0]
    task = Task(
        key=key,
        title=title,
        project=project,
        priority=priority,
        status="Not started",
        estimated_hours=estimated_h,
        actual_hours=actual_h,
        story_points=int(_nearest(_POINTS, estimated_h / _HOURS_PER_POINT + rng.gauss(0.4, 0.6))),
        assignee=person.key,
        reporter=rng.choice(TEAM).key,
        ai_tool=tool,
        created_at=created_at,
        started=None,
        completed=None,
        edited_at=None,
        body=_body(rng),
    )
    return Planned(task, _course(task, actual_h, days, rng))


def _tool(person: Person, rng: Random) -> Tool | None:
    if rng.random() >= person.ai_share:
        return None
    return rng.choices(list(_TOOL_WEIGHTS), list(_TOOL_WEIGHTS.values()))[0]


def _actual_hours(estimated_h: float, person: Person, rng: Random, *, with_ai: bool) -> float:
    bias, spread = (_BIAS_WITH_AI, _SPREAD_WITH_AI) if with_ai else (_BIAS, _SPREAD)
    hours = estimated_h * person.pace * math.exp(rng.gauss(bias, spread))
    return min(max(round(hours * 2) / 2, 0.5), _HOURS_MAX)


def _course(task: Task, actual_h: float, days: Workdays, rng: Random) -> Course:
    wait_days = _WAIT_DAYS[task.priority] * math.exp(rng.gauss(0, 0.8))
    started_at = days.later(task.created_at, wait_days)
    is_blocked = rng.random() < _BLOCKED_SHARE
    blocked_days = rng.uniform(2, 9) if is_blocked else 0.0
    in_review_at = days.later(started_at, actual_h / rng.uniform(1.5, 4.5) + blocked_days)
    first_done_at = days.later(in_review_at, 0.6 * math.exp(rng.gauss(0, 0.9)))
    is_reopened = rng.random() < _REOPENED_SHARE
    reopened_at = days.later(first_done_at, rng.uniform(0.5, 5)) if is_reopened else None
    done_at = days.later(reopened_at, rng.uniform(0.2, 2)) if reopened_at else first_done_at
    is_cancelled = rng.random() < _CANCELLED_SHARE
    return Course(
        started_at=started_at,
        in_review_at=in_review_at,
        first_done_at=first_done_at,
        reopened_at=reopened_at,
        done_at=done_at,
        cancelled_at=days.later(task.created_at, wait_days * 0.8) if is_cancelled else None,
        is_blocked=is_blocked,
    )


def _cut(planned: Planned, now: datetime) -> Planned:
    """The task as it stands at `now`: what has not happened is not written yet."""
    course = planned.course
    status = course.status(now)
    is_begun = status not in ("Not started", "Cancelled")
    is_done = status == "Done"
    edited_at = course.edited_at(now)
    task = replace(
        planned.task,
        status=status,
        actual_hours=planned.task.actual_hours if is_done else None,
        ai_tool=planned.task.ai_tool if is_begun else None,
        started=course.started_at.date() if is_begun else None,
        completed=edited_at.date() if is_done and edited_at else None,
        edited_at=edited_at,
    )
    return replace(planned, task=task)


def _related(planned: Sequence[Planned], rng: Random) -> list[Planned]:
    """Some tasks point to up to three earlier ones of their project."""
    return [
        replace(each, task=replace(each.task, related=_earlier(planned[:place], each.task, rng)))
        if each.task.edited_at and rng.random() < _RELATED_SHARE
        else each
        for place, each in enumerate(planned)
    ]


def _earlier(before: Sequence[Planned], task: Task, rng: Random) -> tuple[int, ...]:
    same = [
        each.task.key
        for each in before
        if each.task.project == task.project and each.task.status != "Cancelled"
    ]
    recent = same[-20:]
    return tuple(sorted(rng.sample(recent, min(rng.choice((1, 1, 2, 3)), len(recent)))))


def _body(rng: Random) -> tuple[Passage, ...]:
    if rng.random() >= _BODY_SHARE:
        return ()
    criteria = rng.sample(CRITERIA, 2)
    return (
        Passage("paragraph", rng.choice(REASONS)),
        *(Passage("to_do", criterion) for criterion in criteria),
    )


def _nearest(steps: Sequence[float], value: float) -> float:
    return min(steps, key=lambda step: abs(step - value))
