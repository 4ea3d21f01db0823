"""Goldens of days in zones, and of working days with both ends counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.days import WorkDays

EASTER_MONDAY = date(2026, 4, 6)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        pytest.param(
            "Europe/Brussels",
            datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
            date(2026, 3, 29),
            id="after-midnight-in-brussels",
        ),
        pytest.param(
            "America/Los_Angeles",
            datetime(2026, 8, 22, 3, 15, tzinfo=UTC),
            date(2026, 8, 21),
            id="still-the-day-before-in-los-angeles",
        ),
        pytest.param("Asia/Tokyo", date(2026, 8, 22), date(2026, 8, 22), id="a-day-is-local"),
    ],
)
def test_an_instant_belongs_to_the_local_day(zone: str, instant: date, day: date) -> None:
    assert WorkDays(zone).local_day(instant) == day


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="clocks-go-forward"),
        pytest.param(date(2026, 3, 30), 24, id="usual"),
        pytest.param(date(2026, 10, 25), 25, id="clocks-go-back"),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(day: date, hours: int) -> None:
    days = WorkDays("Europe/Brussels")

    assert days.begins(day + timedelta(days=1)) - days.begins(day) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("days", "days_count", "told"),
    [
        pytest.param(WorkDays(), 1, "1 working day", id="one"),
        pytest.param(WorkDays(), 8.0, "8 working days", id="many"),
        pytest.param(WorkDays(weekdays=tuple(range(7))), 1, "1 calendar day", id="every-day"),
    ],
)
def test_durations_say_which_days_they_count(days: WorkDays, days_count: float, told: str) -> None:
    assert days.lasting(days_count) == told


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        pytest.param(date(2026, 4, 1), date(2026, 4, 1), 1, id="the-same-day-is-one"),
        pytest.param(date(2026, 4, 1), date(2026, 4, 2), 2, id="both-ends"),
        pytest.param(date(2026, 4, 3), date(2026, 4, 7), 2, id="weekend-and-holiday"),
        pytest.param(date(2026, 4, 4), date(2026, 4, 6), 0, id="only-days-off"),
        pytest.param(date(2026, 4, 2), date(2026, 4, 1), 0, id="backwards"),
    ],
)
def test_working_days_are_counted_with_both_ends(first: date, last: date, count: int) -> None:
    assert WorkDays(holidays=(EASTER_MONDAY,)).count(first, last) == count


plain_days = st.dates(date(1996, 1, 1), date(2036, 12, 31))


@given(
    plain_days,
    st.integers(0, 800),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(plain_days, max_size=20),
)
def test_counting_is_what_looking_at_each_day_gives(
    first: date, length: int, weekdays: set[int], holidays: set[date]
) -> None:
    days = WorkDays(weekdays=tuple(sorted(weekdays)), holidays=tuple(holidays))
    each = [first + timedelta(days=number) for number in range(length)]
    working = [day for day in each if day.weekday() in weekdays and day not in holidays]

    assert days.count(first, first + timedelta(days=length - 1)) == len(working)
    assert all(days.is_working(day) for day in working)
