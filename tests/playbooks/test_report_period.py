from datetime import date, timedelta

import pytest

from playbooks.arguments import PeriodKind
from playbooks.days import WorkDays
from playbooks.report_period import EARLIER_COUNT, holding, period_of
from playbooks.velocity_question import QuestionInvalid, Window

TODAY = date(2026, 11, 25)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("kind", "first", "last", "is_over"),
    [
        pytest.param("daily", TODAY, TODAY, False, id="today-so-far"),
        pytest.param("weekly", date(2026, 11, 16), date(2026, 11, 22), True, id="last-week"),
        pytest.param("monthly", date(2026, 10, 1), date(2026, 10, 31), True, id="last-month"),
    ],
)
def test_without_a_day_it_is_today_or_the_last_whole_one(
    kind: PeriodKind, first: date, last: date, *, is_over: bool
) -> None:
    period = period_of(kind, TODAY, None)

    assert (period.whole, period.is_over) == (Window(first, last), is_over)


@pytest.mark.parametrize(
    ("kind", "day", "whole"),
    [
        pytest.param(
            "weekly", date(2027, 1, 1), Window(date(2026, 12, 28), date(2027, 1, 3)), id="new-year"
        ),
        pytest.param(
            "monthly", date(2028, 2, 29), Window(date(2028, 2, 1), date(2028, 2, 29)), id="leap"
        ),
        pytest.param(
            "monthly", date(2026, 12, 31), Window(date(2026, 12, 1), date(2026, 12, 31)), id="last"
        ),
    ],
)
def test_the_period_that_holds_a_day(kind: PeriodKind, day: date, whole: Window) -> None:
    assert holding(kind, day) == whole


def test_a_day_is_like_the_same_weekdays_that_were_worked_too() -> None:
    holiday = TODAY - timedelta(days=14)

    earlier = period_of("daily", TODAY, None).earlier(WorkDays(holidays=(holiday,)))

    assert len(earlier) == EARLIER_COUNT["daily"] - 1
    assert {window.first.weekday() for window in earlier} == {TODAY.weekday()}
    assert holiday not in {window.first for window in earlier}


def test_months_before_are_whole_however_long() -> None:
    earlier = period_of("monthly", TODAY, date(2026, 3, 9)).earlier(WorkDays())

    assert [window.days_count for window in earlier] == [28, 31, 31, 30, 31, 30]


def test_of_a_running_month_as_many_days_of_each_are_taken() -> None:
    period = period_of("monthly", date(2026, 3, 30), date(2026, 3, 1))

    assert period.window.days_count == 30
    assert [window.days_count for window in period.earlier(WorkDays())] == [28, 30, 30, 30, 30, 30]


def test_the_periods_before_follow_one_another_backwards() -> None:
    days = [period.whole.first for period in period_of("daily", TODAY, None).before()]
    months = [period.whole for period in period_of("monthly", TODAY, None).before()]

    assert days == [TODAY - timedelta(days=number) for number in range(1, 15)]
    assert str(months[0]) == "2026-09-01 to 2026-09-30"


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1, 1, 1)])
def test_a_day_that_has_no_report_is_refused(day: date) -> None:
    with pytest.raises(QuestionInvalid):
        period_of("daily", TODAY, day)
