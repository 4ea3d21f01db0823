from calendar import monthrange
from collections import defaultdict
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playbooks.trend import (
    LEAST_POINTS_COUNT,
    Trend,
    autocorrelation,
    mann_kendall,
    prewhitened,
    theil_sen,
    trend_of,
)
from tests.playbooks import oracles, shared_data

TOY = [3, 5, 4, 6, 8, 7, 9, 6, 10, 11]
SERIES = st.lists(st.integers(0, 30), min_size=2, max_size=60)
LONG_SERIES = st.lists(st.integers(0, 30), min_size=LEAST_POINTS_COUNT, max_size=60)


def known(values: list[float]) -> Trend:
    trend = trend_of(values)
    assert trend is not None
    return trend


def noisy(slope: float, weeks_count: int = 40) -> list[float]:
    """Weeks that do not hang together, around a line."""
    random = Random(1)
    return [20 + slope * week + random.uniform(-2, 2) for week in range(weeks_count)]


def test_the_toy_has_the_published_test_and_slope() -> None:
    test, slope = mann_kendall(TOY), theil_sen(TOY)

    assert (test.s, test.variance) == (34, 124)
    assert (test.z, test.p_value) == pytest.approx((2.96349, 0.0030417), rel=2e-5)
    assert (slope.per_step, slope.intercept) == pytest.approx((0.8, 2.9))
    assert (slope.interval.low, slope.interval.high) == pytest.approx((0.5, 1.0))


def test_7digital_has_the_published_trend_of_completions() -> None:
    by_month = monthly([(feature.done, 1) for feature in shared_data.seven_digital()])
    counts = [sum(values) for values in by_month]
    test, slope = mann_kendall(counts), theil_sen(counts)

    assert (len(counts), test.s) == (39, 514)
    assert test.variance == pytest.approx(6821.3333)
    assert (test.z, test.p_value) == pytest.approx((6.2113, 5.25e-10), rel=1e-3)
    assert (slope.per_step, slope.interval.low, slope.interval.high) == pytest.approx(
        (3.2609, 2.4706, 4.0833), abs=5e-5
    )


def test_7digital_has_the_published_trend_of_cycle_times() -> None:
    holidays = [np.datetime64(day) for day in shared_data.english_holidays()]
    took = [
        (
            feature.done,
            1 + int(np.busday_count(feature.started, feature.done, holidays=holidays)),
        )
        for feature in shared_data.seven_digital()
    ]
    test = mann_kendall([float(np.percentile(values, 85)) for values in monthly(took)])

    assert test.s == -173
    assert (test.z, test.p_value) == pytest.approx((-2.0849, 0.0371), abs=5e-5)


def monthly(dated: list[tuple[date, int]]) -> list[list[int]]:
    """The values of each whole month from April 2009 to June 2012."""
    months: dict[date, list[int]] = defaultdict(list)
    for day, value in dated:
        months[day.replace(day=monthrange(day.year, day.month)[1])].append(value)
    return [months[end] for end in sorted(months) if end <= date(2012, 6, 30)]


@given(SERIES)
def test_s_counts_the_pairs_that_rise_less_those_that_fall(values: list[float]) -> None:
    assert mann_kendall(values).s == oracles.kendall_s(values)


@given(SERIES)
def test_the_slope_and_its_interval_are_scipys(values: list[float]) -> None:
    slope = theil_sen(values)

    assert (
        slope.per_step,
        slope.intercept,
        slope.interval.low,
        slope.interval.high,
    ) == pytest.approx(oracles.theil_sen(values))


@given(SERIES)
def test_read_backwards_it_is_the_opposite(values: list[float]) -> None:
    forwards, backwards = mann_kendall(values), mann_kendall(values[::-1])

    assert (backwards.s, backwards.p_value) == (-forwards.s, forwards.p_value)
    assert theil_sen(values[::-1]).per_step == -theil_sen(values).per_step


@given(LONG_SERIES)
def test_the_unit_does_not_matter(values: list[float]) -> None:
    one, other = known(values), known([4 * value for value in values])

    assert (one.test, one.direction) == (other.test, other.direction)
    assert other.slope.per_step == 4 * one.slope.per_step
    assert one.autocorrelation == pytest.approx(other.autocorrelation)


@given(SERIES)
def test_autocorrelation_is_numpys(values: list[float]) -> None:
    assume(len(set(values)) > 1)
    apart = np.array(values) - np.mean(values)

    assert autocorrelation(values) == pytest.approx((apart[1:] @ apart[:-1]) / (apart @ apart))


@pytest.mark.parametrize(
    ("values", "direction"),
    [
        pytest.param(noisy(1), "rising", id="rising"),
        pytest.param(noisy(-0.4), "falling", id="falling"),
        pytest.param(noisy(0), "no_evidence", id="level"),
        pytest.param([5.0] * 20, "no_evidence", id="constant"),
        pytest.param([0.0] * 20, "no_evidence", id="nothing at all"),
    ],
)
def test_a_series_has_a_direction(values: list[float], direction: str) -> None:
    assert known(values).direction == direction


def test_what_is_certain_and_too_little_to_matter_is_no_evidence() -> None:
    trend = known([1000 + week + 6 * (week % 2) for week in range(60)])

    assert trend.is_significant
    assert not trend.is_practical
    assert trend.direction == "no_evidence"


def test_weeks_that_hang_together_are_tested_pre_whitened() -> None:
    trend = known(list(TOY))

    assert trend.is_prewhitened
    assert trend.test == mann_kendall(prewhitened(TOY, trend.autocorrelation))
    assert trend.plain_test.s == 34
    assert trend.direction == "no_evidence"


def test_series_without_trend_seldom_pass_for_one_though_their_weeks_hang_together() -> None:
    random = Random(5)
    trends = [known(wandering(random)) for _ in range(300)]

    plain = sum(trend.plain_test.p_value < 0.05 for trend in trends) / len(trends)
    told = sum(trend.is_significant for trend in trends) / len(trends)
    assert told < 0.08
    assert plain > 0.15


def wandering(random: Random) -> list[float]:
    """26 weeks, each owing half to the one before."""
    values = [random.gauss(0, 1)]
    for _ in range(25):
        values.append(values[-1] / 2 + random.gauss(0, 1))
    return values


def test_seven_points_are_too_few() -> None:
    assert trend_of([1, 2, 3, 4, 5, 6, 7]) is None
    assert trend_of([1, 2, 3, 4, 5, 6, 7, 8]) is not None
