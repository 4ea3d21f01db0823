"""The invented half year: believable, and the same each time."""

import math
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median

import pytest

from server.workspace.sample.history import invent, invent_clean
from server.workspace.sample.metrics import BEHAVIOURS
from server.workspace.sample.rows import Task

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
CLEAN = invent_clean(NOW, 2718)
DONE = [task for task in CLEAN.tasks if task.status == "Done"]

any_day = pytest.mark.parametrize(
    "now",
    [
        pytest.param(NOW, id="a-wednesday"),
        pytest.param(datetime(2027, 1, 4, 6, tzinfo=UTC), id="after-the-holidays"),
        pytest.param(datetime(2026, 9, 6, 12, tzinfo=UTC), id="a-sunday"),
        pytest.param(datetime(2028, 2, 29, 23, tzinfo=UTC), id="a-leap-day"),
    ],
)


@any_day
def test_there_is_enough_for_statistics(now: datetime) -> None:
    history = invent(now, 2718)

    assert 400 <= len(history.tasks) <= 420
    assert 590 <= len(history.log) <= 610
    assert 880 <= len(history.calls) <= 900


@any_day
def test_nothing_lies_in_the_future(now: datetime) -> None:
    history = invent_clean(now, 2718)

    written = [task.created_at for task in history.tasks]
    written += [task.edited_at for task in history.tasks if task.edited_at]
    written += [entry.at for entry in history.log] + [call.at for call in history.calls]
    assert max(written) <= now
    assert max(day for task in history.tasks for day in (task.started, task.completed) if day) <= (
        now.date()
    )


@any_day
def test_a_task_moves_forward_in_time(now: datetime) -> None:
    for task in invent_clean(now, 2718).tasks:
        steps = [task.created_at.date(), task.started, task.completed]
        known = [step for step in steps if step]
        assert known == sorted(known)
        assert task.edited_at is None or task.edited_at >= task.created_at


def test_the_same_seed_and_day_give_the_same_rows() -> None:
    assert invent(NOW, 2718) == invent(NOW, 2718)
    assert invent(NOW, 2718) != invent(NOW, 2719)


def test_later_the_same_day_only_adds_what_happened_since() -> None:
    morning = invent_clean(NOW.replace(hour=7), 2718)

    assert morning.tasks[0].title == CLEAN.tasks[0].title
    assert [call.at for call in morning.calls] == [
        call.at for call in CLEAN.calls if call.at <= NOW.replace(hour=7)
    ]


def test_most_tasks_are_done_and_every_usual_status_occurs() -> None:
    statuses = Counter(task.status for task in CLEAN.tasks)

    assert 0.8 < statuses["Done"] / len(CLEAN.tasks) < 0.92
    assert set(statuses) == {
        "Not started", "In progress", "In review", "Blocked", "Done", "Cancelled",
    }  # fmt: skip


def test_hours_have_a_plausible_middle_and_a_long_tail() -> None:
    actual = [task.actual_hours or 0 for task in DONE]

    assert 3 <= median(actual) <= 5
    assert fmean(actual) > 1.25 * median(actual)
    assert max(actual) <= 60


def test_estimates_are_a_little_low() -> None:
    assert 1.02 < _bias(DONE) < 1.25


def test_assisted_tasks_differ_from_the_others() -> None:
    assisted = [task for task in DONE if task.ai_tool]
    alone = [task for task in DONE if not task.ai_tool]

    assert 0.4 < len(assisted) / len(DONE) < 0.65
    assert _bias(assisted) < _bias(alone)


def test_work_at_weekends_is_rare() -> None:
    finished = [task.completed for task in DONE if task.completed]

    assert sum(day.isoweekday() > 5 for day in finished) < 0.08 * len(finished)


def test_holidays_are_quiet() -> None:
    history = invent_clean(datetime(2027, 1, 20, 12, tzinfo=UTC), 2718)

    written = [entry.at for entry in history.log] + [call.at for call in history.calls]
    days = [instant.date() for instant in written]
    assert not [day for day in days if date(2026, 12, 24) <= day <= date(2027, 1, 1)]


def test_the_log_tells_of_reopened_tasks_that_were_edited_again() -> None:
    reopened = [entry for entry in CLEAN.log if entry.kind == "reopened"]
    edited = [CLEAN.tasks[entry.task or 0].edited_at for entry in reopened]

    assert len(reopened) >= 8
    assert all(last and last >= entry.at for entry, last in zip(reopened, edited, strict=True))


def test_every_kind_of_entry_occurs() -> None:
    kinds = {entry.kind for entry in CLEAN.log}

    assert kinds == {"commit", "review", "deploy", "incident", "decision", "meeting", "reopened"}


def test_an_entry_of_a_task_is_written_after_it_was_started() -> None:
    for entry in CLEAN.log:
        started = CLEAN.tasks[entry.task].started if entry.task is not None else None
        assert started is None or entry.at.date() >= started


def test_nobody_reviews_work_of_their_own() -> None:
    reviews = [
        (entry, CLEAN.tasks[entry.task or 0]) for entry in CLEAN.log if entry.kind == "review"
    ]

    assert len(reviews) > 100
    assert all(entry.author != task.assignee for entry, task in reviews)


@pytest.mark.parametrize("tool", list(BEHAVIOURS))
def test_response_times_have_heavy_tails_near_the_bands(tool: str) -> None:
    usual = BEHAVIOURS[tool]  # type: ignore[index]  # pytest hands the key over as a str
    times_ms = sorted(call.response_time_ms for call in CLEAN.calls if call.tool == tool)

    assert median(times_ms) == pytest.approx(usual.median_ms, rel=0.15)
    assert times_ms[int(0.95 * len(times_ms))] > 1.7 * median(times_ms)
    assert times_ms[-1] > 3 * median(times_ms)


def test_titles_of_tasks_are_unique_before_defects_are_planted() -> None:
    assert len({task.title.strip().casefold() for task in CLEAN.tasks}) == len(CLEAN.tasks)


def test_related_tasks_are_earlier_ones_of_the_same_project() -> None:
    pairs = [(task, CLEAN.tasks[key]) for task in CLEAN.tasks for key in task.related]

    assert len(pairs) > 50
    assert all(a.key > b.key and a.project == b.project for a, b in pairs)


def test_a_task_is_not_kept_in_hand_for_months() -> None:
    """What is older than that is planted, and counted."""
    started = [task.started for task in CLEAN.tasks if task.started and _is_open(task)]

    assert NOW.date() - min(started) < timedelta(days=75)


def test_no_text_is_token_shaped_before_it_is_loaded() -> None:
    assert not re.search(r"ntn_|secret_", repr(invent(NOW, 2718)))


def _is_open(task: Task) -> bool:
    return task.status in ("In progress", "In review", "Blocked")


def _bias(tasks: list[Task]) -> float:
    """exp of the mean log ratio of actual to estimate."""
    return math.exp(
        fmean(math.log((task.actual_hours or 1) / (task.estimated_hours or 1)) for task in tasks)
    )
