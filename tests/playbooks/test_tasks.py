from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from playbooks.days import WorkDays
from playbooks.records import Transition
from playbooks.rows import Plain, Row, Span, Unreadable, Value
from playbooks.task import Task
from playbooks.tasks import ROLES, StatusChanges, TaskReader, reopenings, status_changes

TODAY = date(2026, 11, 25)
NAMES = {role: role for role in ROLES if role != "created"}
CREATED = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)


def row(values: Mapping[str, Plain | Value]) -> Row:
    kept = {
        name: plain if isinstance(plain, Value) else Value(name, "any", plain)
        for name, plain in values.items()
    }
    return Row("id-1", "https://example.test", CREATED, CREATED, in_trash=False, values=kept)


def read(zone: str = "UTC", changes: StatusChanges | None = None, **values: Plain | Value) -> Task:
    known = {} if changes is None else {"id-1": changes}
    meanings = {"Shipped": "done", "Doing": "in_progress"}
    reader = TaskReader(NAMES, meanings, WorkDays(zone), TODAY, known)  # type: ignore[arg-type]
    return reader.task(row(values))


def test_roles_become_fields() -> None:
    task = read(
        title="Fix it",
        status="Shipped",
        started=Span(date(2026, 11, 3)),
        completed=Span(date(2026, 11, 4)),
        estimated_hours=2,
        actual_hours=3.5,
        story_points=5,
        assignee=Value("a", "people", ("u1", "u2"), names=("Ada", "")),
        project="Web",
        ai_tool=("cursor", "continue"),
        priority=2,
    )

    assert (task.title, task.role, task.created) == ("Fix it", "done", date(2026, 11, 1))
    assert (task.started, task.completed) == (date(2026, 11, 3), date(2026, 11, 4))
    assert (task.estimated_hours, task.actual_hours, task.story_points) == (2, 3.5, 5)
    assert task.assignees == ("Ada", "u2")
    assert (task.project, task.ai_tool, task.priority) == ("Web", "cursor", "2")
    assert task.flaws == ()


@pytest.mark.parametrize(
    ("status", "role"),
    [
        pytest.param("Doing", "in_progress", id="mapped"),
        pytest.param("Someday", None, id="unmapped-is-open"),
        pytest.param(None, None, id="empty"),
        pytest.param(True, "done", id="ticked"),
        pytest.param(False, None, id="not-ticked"),
    ],
)
def test_the_status_means_what_the_mapping_says(status: Plain, role: str | None) -> None:
    assert read(status=status).role == role


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", date(2026, 11, 4)), ("Asia/Tokyo", date(2026, 11, 5))],
)
def test_an_instant_is_put_on_the_day_of_the_zone_and_told(zone: str, day: date) -> None:
    task = read(zone, started=Span(datetime(2026, 11, 4, 20, tzinfo=UTC)))

    assert task.started == day
    assert "clock_time" in task.flaws


def test_a_span_starts_and_ends_the_work() -> None:
    span = Span(date(2026, 11, 3), date(2026, 11, 9))

    task = read(started=span, completed=span)

    assert (task.started, task.completed) == (date(2026, 11, 3), date(2026, 11, 9))


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        pytest.param({"estimated_hours": Unreadable("formula")}, "unreadable_value", id="foreign"),
        pytest.param({"actual_hours": float("inf")}, "unreadable_value", id="no-number"),
        pytest.param({"started": Span(date(1026, 11, 3))}, "implausible_year", id="mistyped-year"),
    ],
)
def test_what_has_no_reading_counts_as_missing_and_is_told(
    value: Mapping[str, Any], flaw: str
) -> None:
    task = read(**value)

    assert flaw in task.flaws
    assert (task.estimated_hours, task.actual_hours, task.started) == (None, None, None)


@pytest.mark.parametrize("said", ["None", "no", "n/a", "  "])
def test_a_tool_that_says_none_is_none(said: str) -> None:
    assert read(ai_tool=said).ai_tool is None


def test_a_completion_before_the_last_reopening_is_of_an_earlier_time() -> None:
    reopened = StatusChanges(1, date(2026, 11, 10))

    task = read(changes=reopened, status="Shipped", completed=Span(date(2026, 11, 4)))

    assert task.reopened_count == 1
    assert "reopened_after_completed" in task.flaws


def test_only_what_leaves_done_is_a_reopening() -> None:
    def change(before: str | None, after: str | None, day: int) -> Transition:
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        return Transition("id-1", "status", before, after, at, at)

    changes = [
        change("Doing", "Shipped", 2),
        change("Shipped", "Doing", 3),
        change("Shipped", "Released", 4),
        change("Shipped", None, 5),
    ]
    found = reopenings(changes, "status", {"Shipped": "done", "Released": "done"})

    assert [each.not_before.day for each in found] == [3, 5]
    assert status_changes(found, WorkDays()) == {"id-1": StatusChanges(2, date(2026, 11, 5))}
