"""The calendar of the sample's team."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from server.workspace.sample.workdays import Workdays, pick_days, workdays

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
WEEK = Workdays(MONDAY, (FRIDAY, MONDAY, MONDAY + timedelta(days=1)))


@pytest.mark.parametrize(
    ("start", "worked_days", "end"),
    [
        pytest.param((20, 7, 30), 0.5, (20, 12, 0), id="half-a-day-later-the-same-day"),
        pytest.param((20, 12, 0), 0.5, (23, 7, 30), id="an-afternoon-ends-with-the-next-workday"),
        pytest.param((20, 7, 30), 1.5, (23, 12, 0), id="the-weekend-does-not-count"),
        pytest.param((21, 11, 0), 0.5, (23, 12, 0), id="from-a-free-day-work-begins-on-the-next"),
        pytest.param((20, 22, 0), 0.0, (20, 16, 29), id="nobody-works-at-night"),
    ],
)
def test_work_goes_on_in_working_time_only(
    start: tuple[int, int, int], worked_days: float, end: tuple[int, int, int]
) -> None:
    later = WEEK.later(datetime(2026, 11, *start, tzinfo=UTC), worked_days)

    assert later == datetime(2026, 11, *end, tzinfo=UTC)


def test_half_the_working_time_between_two_instants_ignores_the_weekend() -> None:
    start = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)

    middle = WEEK.between(start, datetime(2026, 11, 24, 7, 30, tzinfo=UTC), 0.5)

    assert middle == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def test_weekends_are_rare_and_holidays_are_free() -> None:
    days = workdays(date(2027, 1, 20), Random(1)).past

    assert 0 < sum(day.isoweekday() > 5 for day in days) < len(days) * 0.06
    assert not [day for day in days if date(2026, 12, 24) <= day <= date(2027, 1, 1)]


def test_the_past_ends_with_today() -> None:
    assert workdays(FRIDAY, Random(1)).past[-1] == FRIDAY


def test_later_days_are_picked_more_often_when_work_grows() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(100)]

    picked = pick_days(days, 4000, Random(1), growth=1.0)

    late_share = sum(day >= days[50] for day in picked) / 4000
    assert picked == sorted(picked)
    assert late_share == pytest.approx(1.75 / 3, abs=0.03)
