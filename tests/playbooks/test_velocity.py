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
from playbooks.trend_text import trend_line
from playbooks.velocity_ai import ai_line, ai_measures, compared_by_ai
from playbooks.velocity_estimates import has_both, is_withheld
from playbooks.velocity_flow import cycle_days, lead_days
from playbooks.velocity_measures import measures_of
from playbooks.velocity_question import QuestionInvalid, Selection, Window, window_of
from playbooks.velocity_text import (
    forecast_line,
    groups_line,
    headline,
    open_line,
    throughput_line,
    times_line,
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
    return dict(measures_of(velocity(*args, **asked), Bands()))


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
        *(made(n) for n in range(19)),
        opened(20, started=days_ago(30)),
        opened(21, started=TODAY),
    ]

    known = velocity(tasks)
    late = found(known)["late_work"]

    assert open_line(known).startswith(
        "2 in progress of 2 open; the oldest 23 working days; 1 older than p85 (2 working days),"
        " of the others 0 more likely than not to become so"
    )
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


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        pytest.param(TODAY + timedelta(days=1), None, "lies in the future", id="future"),
        pytest.param(TODAY, days_ago(1), "before it begins", id="backwards"),
        pytest.param(date(1900, 1, 1), None, r"too long: \d+ of at most 7500", id="long"),
    ],
)
def test_what_is_wrong_with_a_period_is_said(since: date, until: date | None, says: str) -> None:
    with pytest.raises(QuestionInvalid, match=says):
        window_of(TODAY, since=since, until=until)


def test_a_blank_name_is_no_filter() -> None:
    tasks = [made(0), made(1, assignees=())]

    assert Selection("", "  ", "\t") == Selection()
    assert measured(tasks, selection=Selection(assignee=" "))["tasks_count"] == 2


def test_a_forecast_needs_days_with_completions_and_says_so() -> None:
    known = velocity([made(n) for n in range(20)])

    assert isinstance(known.outlook.past, NoForecast)
    assert forecast_line(known).startswith("refused: only 1 of the last ")
    assert "forecast" in found(known)["not_computed"].what


def test_a_forecast_answers_how_many_and_when() -> None:
    known = velocity(history(300), forecast_by=TODAY + timedelta(days=30), forecast_count=10)
    figures = measures_of(known, Bands())
    counts = [figures[f"forecast_count_p{level}"] for level in (50, 70, 85, 95)]
    dates = [str(figures[f"forecast_date_p{level}"]) for level in (50, 70, 85, 95)]

    assert counts == sorted(counts, key=lambda count: -float(count or 0))
    assert dates == sorted(dates)
    assert dates[0] > TODAY.isoformat()
    assert figures["forecast_items_count"] == 10
    assert "back-test" in forecast_line(known) or "too short a past" in forecast_line(known)


def test_too_few_weeks_are_no_trend() -> None:
    known = velocity(history(60), window=Window(days_ago(20), TODAY))

    assert measures_of(known, Bands())["trend_direction"] is None
    assert "2 full weeks; it needs 8" in trend_line(known.pace.trend, 2)


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
    since = {"created": days_ago(400), "started": days_ago(400)}
    still = opened(9, estimated_hours=0.1, actual_hours=11.4, **since)
    outside = found(velocity([*sound, still]))["hours_far_apart"].what

    assert told == (
        "1 task with estimate and actual 20 times apart or more (1 counted in the accuracy of"
        " 45.1 %, which is 50.0 % without; actual / estimate 3.00, without 2.00)"
    )
    assert "which has no others" in alone
    assert "none of them is in this period's accuracy" in outside


def test_where_accuracy_is_withheld_no_line_and_no_figure_leaks_it() -> None:
    lately = [
        *(made(n, actual_hours=None) for n in range(4)),
        made(4),
        made(5, assignees=("Grace",), actual_hours=50.0),
    ]
    before: dict[str, Any] = {
        "created": days_ago(120),
        "started": days_ago(119),
        "completed": days_ago(118),
    }
    earlier = [replace(task, id=f"b{task.id}", **before) for task in lately]
    asked: dict[str, Any] = {"group_by": "assignee", "compare": "previous_period"}

    known = velocity([*lately, *earlier], **asked)
    figures = measures_of(known, Bands())

    assert figures["estimation_accuracy_percent"] is None
    assert figures["previous_estimation_accuracy_percent"] is None
    assert "accuracy" not in groups_line(known, Bands(), 8)
    assert "accuracy of" not in found(known)["hours_far_apart"].what


def test_a_group_with_too_few_hours_has_no_accuracy_beside_one_that_has_enough() -> None:
    known = velocity(
        [
            *(made(n) for n in range(20)),
            made(20, assignees=("Grace",)),
            *(made(n, assignees=("Grace",), actual_hours=None) for n in range(21, 24)),
        ],
        group_by="assignee",
    )

    line = groups_line(known, Bands(), 8)

    assert "`Ada` 20 done, 0 open, p50 2 p85 2 working days, accuracy 50 % (n = 20)" in line
    assert line.endswith("`Grace` 4 done, 0 open, p50 2 p85 2 working days")


def test_points_say_of_how_many_tasks_they_are() -> None:
    some = velocity([made(0), *(made(n, story_points=None) for n in range(1, 5))])
    every = velocity([made(0), made(1)])
    reference = Bands().velocity_solo

    assert "0.233 points a week from 1 of 5 tasks;" in throughput_line(some, reference)
    assert "1 of 5 completed tasks have story points" in found(some)["points_coverage"].what
    assert measures_of(some, Bands())["points_tasks_count"] == 1
    assert "0.467 points a week;" in throughput_line(every, reference)
    assert "points_coverage" not in found(every)


def test_flaws_are_counted_of_the_window_and_of_what_is_open_today() -> None:
    long_ago = {"created": days_ago(400), "started": days_ago(400), "completed": days_ago(399)}
    tasks = [
        *(made(n) for n in range(9)),
        made(9, actual_hours=None),
        *(made(n, actual_hours=None, **long_ago) for n in range(10, 60)),
        *(opened(n, started=None, created=days_ago(400)) for n in range(60, 62)),
    ]

    findings = found(velocity(tasks))

    assert findings["done_without_actual"].what.startswith("1 task done without actual hours")
    assert findings["done_without_actual"].severity == "warning"
    assert findings["in_progress_without_started"].what.startswith("2 tasks")


def test_a_period_that_is_over_is_not_mixed_with_what_is_open_today() -> None:
    tasks = [*history(300), *(opened(900 + n, started=days_ago(80)) for n in range(30))]
    past = velocity(tasks, window=Window(days_ago(150), days_ago(60)))
    figures = measures_of(past, Bands())

    assert open_line(past).startswith("today (2026-11-25) ")
    assert "older than p85" not in open_line(past)
    assert forecast_line(past).startswith("from today (2026-11-25), not from the period: ")
    assert "Kaplan-Meier" not in times_line(past.flow)
    assert "late_work" not in found(past)
    assert figures["late_open_count"] is figures["cycle_p50_with_open_days"] is None
    assert "today (" not in open_line(velocity(tasks)) + forecast_line(velocity(tasks))
    assert "late_work" in found(velocity(tasks))


def test_durations_are_in_the_days_that_the_team_counts() -> None:
    tasks = [*(made(n, started=days_ago(1)) for n in range(19)), opened(20, started=days_ago(30))]

    working, calendar = velocity(tasks), velocity(tasks, work=EVERY_DAY)

    assert "half within 1 working day;" in headline(working)
    assert "half within 1 calendar day;" in headline(calendar)
    assert "the oldest 31 calendar days" in open_line(calendar)
    assert "older than 1 calendar day," in found(calendar)["late_work"].what
    assert found(calendar)["late_work"].evidence[0].endswith(", 31 calendar days")


def test_what_may_become_late_does_not_count_what_is_late() -> None:
    took = [made(n, started=days_ago(1 + n), created=days_ago(40)) for n in range(20)]
    known = velocity(
        [*took, opened(30, started=days_ago(24)), opened(31, started=days_ago(18)), opened(32)],
        work=EVERY_DAY,
    )
    figures = measures_of(known, Bands())

    assert (figures["late_open_count"], figures["risky_open_count"]) == (2, 0)
    assert "2 older than p85 (17 calendar days), of the others 0" in open_line(known)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"selection": Selection(ai_tool="cursor")}, id="filter"),
        pytest.param({"group_by": "ai_tool"}, id="group"),
        pytest.param({"compare": "ai"}, id="comparison"),
    ],
)
def test_a_property_that_is_missing_is_not_blamed_on_the_name(asked: Any) -> None:
    roles = RoleMap({k: v for k, v in ROLES.filled.items() if k != "ai_tool"}, (), ())
    tasks = [made(n) for n in range(6)]

    findings = found(velocity(tasks, **asked), roles=roles)

    assert "no property plays ai_tool" in findings["not_mapped"].what
    assert "playbooks.toml" in findings["not_mapped"].remedy
    assert "nothing_meant" not in findings
    assert "not_mapped" not in found(velocity(tasks, **asked))


def test_a_back_test_tells_how_much_its_few_windows_prove() -> None:
    line = forecast_line(velocity(history(300), forecast_count=10))

    assert "85 % held in 4 of 6 past windows, so it may hold 30 to 90 % of the time" in line


def test_one_day_is_compared_with_the_day_before() -> None:
    line = throughput_line(velocity([made()], window=Window(TODAY, TODAY)), Bands().velocity_solo)

    assert "(the day before: 1)" in line


def test_of_a_few_finished_tasks_nothing_is_called_late() -> None:
    known = velocity([*(made(n) for n in range(18)), opened(20, started=days_ago(60))])

    assert "late_work" not in found(known)
    assert "too few finished to say what is late (18 of 19)" in open_line(known)
    assert measures_of(known, Bands())["late_open_count"] is None


PILING_UP = [made(0), *(opened(n, started=days_ago(60)) for n in range(1, 9))]
WORKED_OFF = [
    *(made(n, started=days_ago(60), created=days_ago(60)) for n in range(9)),
    *(made(n, started=days_ago(9), completed=days_ago(9)) for n in range(9, 29)),
]


@pytest.mark.parametrize(
    ("tasks", "window", "what", "remedy"),
    [
        pytest.param(
            *(PILING_UP, Window(days_ago(89), TODAY), "work piles up"),
            "Start no more than is finished; a shorter period_days tells of lately alone.",
            id="piling-up",
        ),
        pytest.param(
            *(PILING_UP, Window(days_ago(9), TODAY), "work piles up"),
            "Start no more than is finished.",
            id="no-shorter-period",
        ),
        pytest.param(
            *(PILING_UP, Window(days_ago(40), days_ago(1)), "work piled up"),
            "Take the durations of that period as too short.",
            id="piled-up",
        ),
        pytest.param(
            *(WORKED_OFF, Window(days_ago(26), TODAY), "old work is worked off"),
            "Go on so, and expect new work to take less time.",
            id="worked-off",
        ),
        pytest.param(
            *(WORKED_OFF, Window(days_ago(28), days_ago(1)), "old work was worked off"),
            "Take the durations of that period as too long.",
            id="was-worked-off",
        ),
    ],
)
def test_what_an_unsteady_flow_asks_for_depends_on_its_direction_and_period(
    tasks: list[Any], window: Window, what: str, remedy: str
) -> None:
    finding = found(velocity(tasks, window=window))["unsteady_flow"]

    assert what in finding.what
    assert finding.remedy == remedy


def test_a_period_shorter_than_its_work_says_nothing_of_a_balance() -> None:
    tasks = [made(n, started=days_ago(60), created=days_ago(60)) for n in range(9)]

    assert "unsteady_flow" not in found(velocity(tasks, window=Window(days_ago(1), TODAY)))


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

    assert measures_of(one, Bands()) == measures_of(other, Bands())
    assert found(one) == found(other)
    assert groups_line(one, Bands(), 9) == groups_line(other, Bands(), 9)


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
    line = groups_line(known, Bands(), 8)

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
