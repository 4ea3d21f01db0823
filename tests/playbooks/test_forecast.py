from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.forecast import (
    LONGEST_HORIZON_DAYS,
    MOST_PER_DAY,
    WINDOW_DAYS,
    NoForecast,
    Past,
    day_after,
    how_many,
    likelihood,
    met_share,
    past_of,
    when_done,
    working_days_until,
)

TOY = [0, 1, 0, 2, 3, 0, 1]
HISTORIES = st.lists(st.integers(0, 9), min_size=1, max_size=60).map(
    lambda days: [1, 2, 1, 3, 1, *days]
)


def known(days: list[int]) -> Past:
    past = past_of(days)
    assert isinstance(past, Past)
    return past


TOY_PAST = known([*TOY, *TOY])


def test_the_toy_has_the_published_numbers_by_a_day() -> None:
    assert how_many(TOY_PAST, 14) == {50: 14, 70: 12, 85: 10, 95: 8}
    assert likelihood(TOY_PAST, 14, 14) == pytest.approx(0.536776, abs=5e-7)
    assert likelihood(TOY_PAST, 10, 14) == pytest.approx(0.870509, abs=5e-7)


@pytest.mark.parametrize(
    ("items_count", "days", "probabilities"),
    [
        pytest.param(20, (20, 23, 26, 29), (0.530927, 0.747189, 0.885014, 0.954837), id="twenty"),
        pytest.param(10, (10, 12, 14, 17), (0.543217, 0.741727, 0.870509, 0.961579), id="ten"),
    ],
)
def test_the_toy_has_the_published_days_of_a_number(
    items_count: int, days: tuple[int, ...], probabilities: tuple[float, ...]
) -> None:
    assert when_done(TOY_PAST, items_count) == dict(zip((50, 70, 85, 95), days, strict=True))
    assert [likelihood(TOY_PAST, items_count, day) for day in days] == pytest.approx(
        probabilities, abs=5e-7
    )


@given(HISTORIES, st.integers(0, 60))
def test_how_many_is_the_most_that_is_likely_enough(days: list[int], horizon: int) -> None:
    past = known(days)

    for level, count in how_many(past, horizon).items():
        # at the very edge the last digit decides
        assert likelihood(past, count, horizon) >= level / 100 - 1e-12
        assert likelihood(past, count + 1, horizon) < level / 100 + 1e-12


@given(HISTORIES, st.integers(1, 100))
def test_when_is_the_first_day_that_is_likely_enough(days: list[int], items_count: int) -> None:
    past = known(days)

    for level, day in when_done(past, items_count).items():
        if day is None:
            assert likelihood(past, items_count, LONGEST_HORIZON_DAYS) < level / 100
        else:
            assert likelihood(past, items_count, day) >= level / 100
            assert day == 1 or likelihood(past, items_count, day - 1) < level / 100


@given(HISTORIES, st.integers(1, 60), st.randoms())
def test_the_order_of_the_past_days_does_not_matter(
    days: list[int], horizon: int, random: Any
) -> None:
    shuffled = random.sample(days, len(days))

    assert how_many(known(shuffled), horizon) == how_many(known(days), horizon)


@given(HISTORIES, st.integers(0, 30), st.integers(0, 60))
def test_a_forecast_is_met_where_it_is_read_above_its_met_share(
    days: list[int], horizon: int, actual: int
) -> None:
    past = known(days)
    share = met_share(past, actual, horizon)

    for level, count in how_many(past, horizon).items():
        if abs(share - level / 100) > 1e-9:
            assert (actual >= count) is (share < level / 100)


def test_a_more_careful_reading_promises_less() -> None:
    careful = how_many(TOY_PAST, 14, lambda level: (100 + level) / 200)
    later = when_done(TOY_PAST, 20, lambda level: (100 + level) / 200)

    assert all(careful[level] < count for level, count in how_many(TOY_PAST, 14).items())
    assert all((later[level] or 0) > (day or 0) for level, day in when_done(TOY_PAST, 20).items())


def test_what_must_hold_always_promises_the_least_possible() -> None:
    assert how_many(TOY_PAST, 14, lambda _: 1.0)[95] == 0
    assert when_done(known([2, 2, 2, 2, 2]), 20, lambda _: 1.0)[95] == 10


def test_nothing_to_do_is_done_today() -> None:
    assert when_done(TOY_PAST, 0) == {50: 0, 70: 0, 85: 0, 95: 0}
    assert likelihood(TOY_PAST, 0, 0) == 1


def test_what_takes_more_than_a_year_has_no_day() -> None:
    assert set(when_done(TOY_PAST, 10_000).values()) == {None}


@pytest.mark.parametrize("days_count", [-1, LONGEST_HORIZON_DAYS + 1])
def test_a_horizon_has_its_bounds(days_count: int) -> None:
    with pytest.raises(ValueError, match="a horizon has 0 to 365 days"):
        how_many(TOY_PAST, days_count)


def test_four_active_days_carry_no_forecast() -> None:
    refused = past_of([1, 0, 2, 0, 9, 0, 1])

    assert isinstance(refused, NoForecast)
    assert refused.reason == ("only 4 of the last 7 days have a completion; a forecast needs 5")


def test_only_the_newest_days_are_drawn_from() -> None:
    old, new = [9] * 50, [1] * WINDOW_DAYS

    assert known([*old, *new]) == known(new)
    assert isinstance(past_of([*old, *[0] * WINDOW_DAYS]), NoForecast)


def test_a_bulk_closing_is_capped_and_told() -> None:
    past = known([1, 1, 1, 1, 4000])

    assert past.capped_days_count == 1
    assert max(how_many(past, 1, lambda _: 0.01).values()) == MOST_PER_DAY


FRIDAY, CHRISTMAS = date(2026, 12, 18), date(2026, 12, 25)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day != CHRISTMAS


def test_days_off_ahead_are_left_out() -> None:
    assert working_days_until(FRIDAY, date(2026, 12, 28), is_working) == 5
    assert day_after(FRIDAY, 5, is_working) == date(2026, 12, 28)
    assert day_after(FRIDAY, 0, is_working) == FRIDAY
    assert working_days_until(FRIDAY, FRIDAY, is_working) == 0


def test_a_calendar_without_working_days_has_no_day() -> None:
    assert day_after(FRIDAY, 1, lambda _: False) is None
