"""What is computed of tasks, which of them count, and what is said where nothing can be."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from playbooks.bands import Bands
from playbooks.days import WorkDays
from playbooks.errors import ServiceFailed
from playbooks.flow import durations_of
from playbooks.forecast import NoForecast
from playbooks.mapping import RoleMap
from playbooks.records import Reading
from playbooks.trend import trend_of
from playbooks.velocity_ai import ai_line, ai_measures, compared_by_ai
from playbooks.velocity_estimates import has_both
from playbooks.velocity_findings import is_withheld
from playbooks.velocity_flow import cycle_days, lead_days
from playbooks.velocity_measures import measures_of
from playbooks.velocity_question import QuestionInvalid, Selection, Window, window_of
from playbooks.velocity_text import (
    forecast_line,
    groups_line,
    headline,
    open_line,
    trend_line,
)
from playbooks.work import Work
from tests.playbooks.shared_data import english_holidays, seven_digital
from tests.playbooks.velocity_made import (
    NOW,
    ROLES,
    TODAY,
    days_ago,
    found,
    history,
    made,
    opened,
    velocity,
)

EVERY_DAY = Work(WorkDays(weekdays=tuple(range(7))))


def measured(*args: Any, **asked: Any) -> dict[str, Any]:
    return dict(measures_of(velocity(*args, **asked), accuracy_told=True))


def test_days_without_a_completion_count() -> None:
    tasks = [
        made(0),
        made(1, completed=days_ago(9), started=days_ago(9)),
        made(2, completed=days_ago(90)),
    ]

    figures = measured(tasks, window=Window(days_ago(9), TODAY))

    assert (figures["completed_count"], figures["window_days"]) == (2, 10)
    assert figures["tasks_per_day"] == 0.2
    assert figures["working_days_count"] == 8
    assert figures["points_per_week"] == pytest.approx(4.2)


def test_durations_count_both_ends_in_working_days_or_calendar_days() -> None:
    # From Thursday to Tuesday, made on the Monday before.
    task = made(
        created=date(2026, 11, 16), started=date(2026, 11, 19), completed=date(2026, 11, 24)
    )

    working, calendar = measured([task]), measured([task], work=EVERY_DAY)

    assert (working["cycle_p50_days"], working["lead_p50_days"]) == (4, 7)
    assert (calendar["cycle_p50_days"], calendar["lead_p50_days"]) == (6, 9)


def test_dirty_tasks_leave_the_affected_figures_alone() -> None:
    tasks = [
        made(0),
        made(1, completed=days_ago(5)),
        made(2, completed=None),
        made(3, actual_hours=None),
    ]

    figures = measured(tasks)

    assert figures["completed_count"] == 3
    assert figures["cycle_count"] == 2
    assert figures["estimation_pairs_count"] == 3


def test_every_task_with_both_hours_counts_and_excluded_statuses_do_not() -> None:
    tasks = [
        made(0, estimated_hours=4.0),
        opened(1, actual_hours=2.0),
        made(2, role="cancelled", status="Cancelled", completed=None),
    ]

    assert measured(tasks)["estimation_pairs_count"] == 3
    excluding = measured(tasks, work=Work(excluded_statuses=("Cancelled",)))
    assert excluding["estimation_pairs_count"] == 2
    assert excluding["estimation_accuracy_percent"] == 100
    assert excluding["estimation_accuracy_completed_percent"] == 100


def test_open_work_is_told_with_its_age_and_risk() -> None:
    tasks = [
        *(made(n) for n in range(6)),
        opened(7, started=days_ago(30)),
        opened(8, started=TODAY),
    ]

    known = velocity(tasks)
    late = found(known)["late_work"]

    assert "2 in progress of 2 open; the oldest 23 days; 1 older than p85" in open_line(known.flow)
    assert late.severity == "warning"
    assert len(late.evidence) == 1


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        pytest.param(Selection(), {0, 1, 2, 3}, id="everything"),
        pytest.param(Selection(assignee="ada"), {0, 1}, id="exact-before-words"),
        pytest.param(Selection(assignee="lovelace"), {2}, id="a-word-of-the-name"),
        pytest.param(Selection(ai_tool="none"), {0, 2, 3}, id="without"),
        pytest.param(Selection(ai_tool="any"), {1}, id="with-any"),
        pytest.param(Selection(assignee="Ada", project="APP"), {1}, id="both"),
        pytest.param(Selection(project="nowhere"), set(), id="nothing"),
    ],
)
def test_tasks_are_meant_by_names_as_people_write_them(
    selection: Selection, numbers: set[int]
) -> None:
    tasks = [
        made(0),
        made(1, ai_tool="Cursor", project="App"),
        made(2, assignees=("Ada Lovelace",)),
        made(3, assignees=(), project=None),
    ]

    assert {int(task.id[-3:]) for task in selection.of(tasks)} == numbers


@pytest.mark.parametrize(
    ("days_count", "since", "until"),
    [
        pytest.param(90, TODAY, days_ago(1), id="backwards"),
        pytest.param(90, TODAY + timedelta(days=1), None, id="in-the-future"),
        pytest.param(90, date(1900, 1, 1), None, id="too-long"),
        pytest.param(90, None, date(1, 1, 2), id="before-all-days"),
        pytest.param(90, date(1, 1, 1), date(10, 1, 1), id="with-no-days-before-it"),
    ],
)
def test_a_period_that_is_none_is_refused(
    days_count: int, since: date | None, until: date | None
) -> None:
    with pytest.raises(QuestionInvalid):
        window_of(TODAY, days_count=days_count, since=since, until=until)


def test_the_period_before_is_as_long() -> None:
    assert Window(days_ago(9), TODAY).before() == Window(days_ago(19), days_ago(10))


def test_a_forecast_needs_days_with_completions_and_says_so() -> None:
    known = velocity([made(n) for n in range(20)])

    assert isinstance(known.outlook.past, NoForecast)
    assert forecast_line(known).startswith("refused: only 1 of the last ")
    assert "forecast" in found(known)["not_computed"].what


def test_a_forecast_answers_how_many_and_when() -> None:
    known = velocity(history(300), forecast_by=TODAY + timedelta(days=30), forecast_count=10)
    figures = measures_of(known, accuracy_told=True)
    counts = [figures[f"forecast_count_p{level}"] for level in (50, 70, 85, 95)]
    dates = [str(figures[f"forecast_date_p{level}"]) for level in (50, 70, 85, 95)]

    assert counts == sorted(counts, key=lambda count: -float(count or 0))
    assert dates == sorted(dates)
    assert dates[0] > TODAY.isoformat()
    assert figures["forecast_items_count"] == 10
    assert "back-test" in forecast_line(known) or "too short a past" in forecast_line(known)


def test_too_few_weeks_are_no_trend() -> None:
    known = velocity(history(60), window=Window(days_ago(20), TODAY))

    assert measures_of(known, accuracy_told=True)["trend_direction"] is None
    assert "2 full weeks; it needs 8" in trend_line(known.pace.trend, 2)


def test_a_slope_beyond_chance_that_is_too_small_to_matter_says_so() -> None:
    little, enough = trend_of([100 + week for week in range(20)]), trend_of(list(range(20)))

    assert "no evidence of a trend" in trend_line(little, 20)
    assert "in 4 weeks less than 10% of the median week" in trend_line(little, 20)
    assert trend_line(enough, 20).startswith("rising: ")


def test_a_bulk_closing_that_the_forecast_draws_as_less_is_told() -> None:
    bulk = [made(number, completed=days_ago(2)) for number in range(201)]
    usual = [made(900 + number, completed=days_ago(3 + number)) for number in range(30)]

    line = forecast_line(velocity([*bulk, *usual], forecast_count=5))

    assert "1 day with more than 200 completions drawn as 200" in line


def test_a_falling_trend_is_a_warning() -> None:
    tasks = [
        made(
            100 * week + n,
            completed=days_ago(88 - 7 * week),
            started=days_ago(90 - 7 * week),
            created=days_ago(95),
        )
        for week in range(12)
        for n in range(24 - 2 * week)
    ]

    falling = found(velocity(tasks))["falling"]

    assert falling.severity == "warning"
    assert "falling: -2" in falling.what


@pytest.mark.parametrize(
    ("with_hours", "severity", "withheld"),
    [
        pytest.param(9, None, False, id="enough"),
        pytest.param(7, "warning", False, id="thin"),
        pytest.param(5, "warning", True, id="withheld"),
    ],
)
def test_accuracy_is_told_where_enough_tasks_have_both_hours(
    with_hours: int, severity: str | None, *, withheld: bool
) -> None:
    tasks = [made(n, actual_hours=2.5 if n < with_hours else None) for n in range(10)]
    known = velocity(tasks)
    finding = found(known).get("hours_coverage")

    assert is_withheld(known.estimates, Bands()) == withheld
    assert (finding and finding.severity) == severity


def test_hours_far_apart_are_counted_and_the_finding_says_what_they_move() -> None:
    sound = [made(number) for number in range(9)]
    apart = made(9, estimated_hours=0.1, actual_hours=11.4)

    told = found(velocity([*sound, apart]))["hours_far_apart"].what
    alone = found(velocity([apart]))["hours_far_apart"].what
    before = replace(apart, created=days_ago(400), started=days_ago(400), completed=days_ago(400))
    outside = found(velocity([*sound, before]))["hours_far_apart"].what

    assert told == (
        "1 task with estimate and actual 20 times apart or more (1 counted in the accuracy of"
        " 45.1 %, which is 50.0 % without; actual / estimate 3.00, without 2.00)"
    )
    assert "which has no others" in alone
    assert "none of them is in this period's accuracy" in outside


def test_actual_hours_that_look_copied_are_a_warning() -> None:
    known = velocity([made(n, actual_hours=2.0) for n in range(10)])

    assert found(known)["exact_matches"].severity == "warning"


def test_a_stale_or_incomplete_reading_is_a_warning() -> None:
    reading = Reading(
        "cache", NOW, 1, complete=False, requests_count=1, stale_because=ServiceFailed(500, None)
    )

    findings = found(velocity([made()]), reading=reading)

    assert findings["stale"].severity == findings["incomplete"].severity == "warning"


def test_properties_that_nothing_plays_are_told_with_what_they_cost() -> None:
    roles = RoleMap({k: v for k, v in ROLES.filled.items() if k != "completed"}, (), ())

    finding = found(velocity([made(completed=None)]), roles=roles)["missing_properties"]

    assert finding.severity == "warning"
    assert finding.evidence == (
        "completed: without it there is no throughput, cycle and lead time, trend and forecast",
    )


def test_a_status_without_done_is_told() -> None:
    assert "nothing_means_done" in found(velocity([opened()]), meanings=("in_progress",))


def test_the_order_of_the_tasks_changes_nothing() -> None:
    tasks = [*history(200), made(900, completed=None), made(901, actual_hours=None)]
    shuffled = list(tasks)
    Random(7).shuffle(shuffled)
    asked: dict[str, Any] = {"group_by": "assignee", "compare": "previous_period"}

    one, other = velocity(tasks, **asked), velocity(shuffled, **asked)

    assert measures_of(one, accuracy_told=True) == measures_of(other, accuracy_told=True)
    assert found(one) == found(other)
    assert groups_line(one.groups, one.groups_count, 9) == groups_line(
        other.groups, other.groups_count, 9
    )


@pytest.mark.parametrize(
    ("tasks", "says"),
    [
        pytest.param([], "The task database has no tasks yet.", id="empty"),
        pytest.param([made()], "1 task completed in 90 days, 0.0111 a day", id="one"),
        pytest.param([opened(n) for n in range(5)], "0 tasks completed in 90 days", id="all-open"),
        pytest.param(
            [made(n, estimated_hours=None) for n in range(9)],
            "9 tasks completed in 90 days",
            id="no-estimate",
        ),
    ],
)
def test_little_data_has_a_useful_short_answer(tasks: list[Any], says: str) -> None:
    known = velocity(tasks)

    assert headline(known).startswith(says)
    assert "not_computed" in found(known)


def test_twenty_years_are_a_period() -> None:
    long = [
        made(n, created=days_ago(n), started=days_ago(n), completed=days_ago(n))
        for n in range(1, 7300, 5)
    ]

    figures = measured(long, window=Window(days_ago(7300), TODAY))

    assert figures["completed_count"] == len(long)
    assert figures["trend_direction"] == "no_evidence"


def test_of_ten_thousand_assignees_those_with_most_are_told() -> None:
    tasks = [made(n, assignees=(f"Person {n:05}",)) for n in range(10_000)]
    known = velocity([*tasks, made(10_000, assignees=("Person 00042",))], group_by="assignee")
    line = groups_line(known.groups, known.groups_count, 8)

    assert line.startswith("`Person 00042` 2 done, 0 open")
    assert line.endswith("and 9992 more")


def test_ai_is_compared_without_a_causal_word() -> None:
    tasks = history(300)
    comparison = compared_by_ai(filter(has_both, tasks))
    figures = ai_measures(comparison)
    text = ai_line(comparison).lower()

    assert comparison is not None
    assert figures["adjusted_ratio"] == pytest.approx(comparison.adjusted_ratio, abs=1e-4)
    assert not any(word in text for word in ("because", "faster", "slower", "thanks to", "causes"))


def test_too_few_tasks_of_a_kind_are_not_compared() -> None:
    assert compared_by_ai([made(0), made(1)]) is None
    assert set(ai_measures(None).values()) == {None}
    assert "needs two tasks" in ai_line(None)


def test_working_days_of_7digital_are_the_published_ones() -> None:
    days = WorkDays(holidays=tuple(english_holidays()))
    tasks = [
        made(n, created=each.prioritised, started=each.started, completed=each.done)
        for n, each in enumerate(seven_digital())
    ]

    cycle, lead = durations_of(cycle_days(tasks, days)), durations_of(lead_days(tasks, days))

    assert cycle is not None
    assert lead is not None
    assert (cycle.p50_days, cycle.p70_days, cycle.p85_days, cycle.p95_days) == (3, 5, 10, 20)
    assert (lead.p50_days, lead.p70_days, lead.p85_days, lead.p95_days) == (4, 7, 14, 31)
