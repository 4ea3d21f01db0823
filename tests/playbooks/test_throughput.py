from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.throughput import (
    daily_counts,
    full_week_totals,
    throughput,
    weekly,
    working_day_counts,
)
from tests.playbooks import shared_data

MONDAY = date(2026, 11, 2)
DAYS = st.dates(MONDAY, MONDAY + timedelta(days=60))


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


def after(days_count: int) -> date:
    return MONDAY + timedelta(days=days_count)


def test_days_without_a_completion_count() -> None:
    found = throughput([after(0), after(0), after(5)], MONDAY, after(6), is_weekday)

    assert (found.completed_count, found.days_count) == (3, 7)
    assert found.per_day == pytest.approx(3 / 7)
    assert found.idle_percent == pytest.approx(100 * 5 / 7)


def test_working_days_are_told_beside() -> None:
    found = throughput([after(0), after(0), after(5)], MONDAY, after(6), is_weekday)

    assert found.per_working_day == pytest.approx(2 / 5)
    assert found.idle_working_percent == pytest.approx(80)


def test_a_window_without_working_days_has_no_figure_of_them() -> None:
    found = throughput([after(5)], after(5), after(6), is_weekday)

    assert found.per_day == 0.5
    assert found.per_working_day is None
    assert found.idle_working_percent is None


def test_7digital_has_the_published_throughput() -> None:
    done = [feature.done for feature in shared_data.seven_digital()]
    found = throughput(done, min(done), max(done), is_weekday)

    assert found.days_count == 1189
    assert (found.per_day, found.per_working_day) == pytest.approx((2.7233, 3.78), abs=1e-3)
    assert (found.idle_percent, found.idle_working_percent) == pytest.approx((42.8, 22.4), abs=0.05)
    assert found.completed_count / found.active_days_count == pytest.approx(4.76, abs=5e-3)


@pytest.mark.parametrize(
    ("project", "per_day"),
    [
        pytest.param("Hyperledger_Fabric", 8.3552, id="Fabric"),
        pytest.param("MongoDB_Compass_", 1.5536, id="Compass"),
        pytest.param("Moodle", 8.4236, id="Moodle"),
        pytest.param("Titanium_Mobile_Platform", 0.8066, id="Titanium"),
    ],
)
def test_tawos_has_the_published_throughput(project: str, per_day: float) -> None:
    done = shared_data.tawos(project)
    found = throughput(done, min(done), max(done), is_weekday)

    assert found.per_day == pytest.approx(per_day, abs=5e-5)


@given(st.lists(DAYS), st.randoms())
def test_neither_order_nor_what_lies_outside_matters(finished: list[date], random: Any) -> None:
    shuffled = [*random.sample(finished, len(finished)), after(-1), after(61)]

    assert throughput(shuffled, MONDAY, after(60), is_weekday) == throughput(
        finished, MONDAY, after(60), is_weekday
    )


def test_a_window_must_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        daily_counts([], after(1), after(0))


def test_what_is_done_on_a_weekend_counts_for_the_next_working_day() -> None:
    finished = [after(4), after(5), after(6), after(7)]

    assert working_day_counts(finished, MONDAY, after(8), is_weekday) == [0, 0, 0, 0, 1, 3, 0]


def test_weeks_tell_which_of_them_are_whole() -> None:
    dated = [(after(2), 3.0), (after(13), 2.0), (after(14), 5.0), (after(30), 100.0)]
    weeks = weekly(dated, after(2), after(15))

    assert [(str(week), week.days_count, week.total) for week in weeks] == [
        ("2026-W45", 5, 3),
        ("2026-W46", 7, 2),
        ("2026-W47", 2, 5),
    ]
    assert full_week_totals(weeks) == [2]


def test_a_week_belongs_to_its_iso_year() -> None:
    (week,) = weekly([], date(2027, 1, 1), date(2027, 1, 3))

    assert (str(week), week.monday) == ("2026-W53", date(2026, 12, 28))


@given(st.lists(DAYS))
def test_weeks_hold_every_completion_once(finished: list[date]) -> None:
    weeks = weekly(((day, 1) for day in finished), MONDAY, after(60))

    assert sum(week.total for week in weeks) == len(finished)
    assert sum(week.days_count for week in weeks) == 61
