"""Tasks made for tests of velocity, and a question about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from playbooks.bands import Bands
from playbooks.databases import kind_of
from playbooks.mapping import RoleMap
from playbooks.objects import Property
from playbooks.records import Reading
from playbooks.report import Finding
from playbooks.task import Task
from playbooks.task_dirt import Known, flaws_of
from playbooks.velocity import Question, Velocity, velocity_of
from playbooks.velocity_findings import findings_of
from playbooks.velocity_question import window_of
from playbooks.work import Work

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

KINDS = {role.name: role.types[0] for role in kind_of("task_management").roles}
ROLES = RoleMap({name: Property(name, name, kind) for name, kind in KINDS.items()}, (), ())


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def made(number: int = 0, **changes: Any) -> Task:
    """A sound task that was done yesterday, with `changes`; its flaws are those it then has."""
    task = Task(
        id=f"00000000-0000-4000-8000-{number:012}",
        title=f"Task {number}",
        status="Done",
        role="done",
        created=days_ago(9),
        started=days_ago(3),
        completed=days_ago(1),
        estimated_hours=2.0,
        actual_hours=4.0,
        story_points=3.0,
        assignees=("Ada",),
        project="Web",
        ai_tool=None,
    )
    changed = replace(task, **changes)
    return replace(changed, flaws=flaws_of(changed, TODAY, Known()))


def opened(number: int = 0, **changes: Any) -> Task:
    """A task in progress since ten days."""
    still = {"role": "in_progress", "status": "In progress", "completed": None}
    since = {"created": days_ago(12), "started": days_ago(10)}
    return made(number, **{**still, "actual_hours": None, **since, **changes})


def history(count: int, *, days: int = 200, seed: int = 1, people: int = 4) -> list[Task]:
    """So many tasks over the last days, most of them done."""
    rng = Random(seed)
    return [_lived(number, rng, days, people) for number in range(count)]


def _lived(number: int, rng: Random, days: int, people: int) -> Task:
    created = days_ago(rng.randrange(days))
    started = created + timedelta(days=rng.randrange(8))
    completed = started + timedelta(days=rng.randrange(15))
    estimate = rng.choice((1.0, 3.0, 8.0, 24.0))
    common: dict[str, Any] = {
        "created": created,
        "estimated_hours": estimate,
        "assignees": (f"Person {rng.randrange(people)}",),
        "project": rng.choice(("Web", "App", None)),
        "ai_tool": rng.choice(("cursor", None)),
    }
    if completed >= TODAY:
        begun = started if started <= TODAY else None
        return opened(number, started=begun, role="in_progress" if begun else None, **common)
    actual = round(estimate * rng.lognormvariate(0.1, 0.5), 2)
    return made(number, started=started, completed=completed, actual_hours=actual, **common)


def velocity(tasks: Sequence[Task], *, work: Work | None = None, **asked: Any) -> Velocity:
    """What is computed of the tasks; `window` is the last 90 days unless it is given."""
    window = window_of(TODAY, since=None, until=None)
    return velocity_of(
        tasks, Question(**{"today": TODAY, "window": window, **asked}), work or Work()
    )


def found(known: Velocity, **changes: Any) -> dict[str, Finding]:
    """The findings by their names."""
    reading = Reading("cache", NOW, len(known.tasks), complete=True, requests_count=0)
    given: dict[str, Any] = {
        "roles": ROLES,
        "meanings": ("done", "in_progress"),
        "reading": reading,
        "bands": Bands(),
    }
    findings = findings_of(known, **{**given, **changes})
    return {finding.id.removeprefix("velocity_report."): finding for finding in findings}
