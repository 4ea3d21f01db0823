import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.intervals import (
    Interval,
    clustered_mean_interval,
    mean_interval,
    t_quantile,
    wilson,
)
from tests.playbooks import oracles

NUMBERS = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("successes_count", "count", "low", "high"),
    [
        pytest.param(19, 20, 0.7639, 0.9911, id="19 of 20"),
        pytest.param(95, 100, 0.8882, 0.9785, id="95 of 100"),
        pytest.param(950, 1000, 0.9347, 0.9619, id="950 of 1000"),
        pytest.param(10, 10, 0.7225, 1, id="all of ten"),
        pytest.param(90, 100, 0.8256, 0.9448, id="90 of 100"),
    ],
)
def test_a_share_has_wilsons_interval(
    successes_count: int, count: int, low: float, high: float
) -> None:
    interval = wilson(successes_count, count)

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("least", "count"),
    [
        pytest.param(0.95, 73, id="excellent"),
        pytest.param(0.90, 35, id="good"),
        pytest.param(0.80, 16, id="warning"),
    ],
)
def test_so_many_successes_alone_prove_a_band(least: float, count: int) -> None:
    enough, too_few = wilson(count, count), wilson(count - 1, count - 1)

    assert enough is not None
    assert too_few is not None
    assert too_few.low < least <= enough.low


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilsons_interval_is_scipys(count: int, share: float) -> None:
    successes_count = round(share * count)
    interval = wilson(successes_count, count)

    assert interval is not None
    # scipy takes 1.959964 for the 1.96 of the textbooks
    assert (interval.low, interval.high) == pytest.approx(
        oracles.wilson(successes_count, count), abs=1e-4
    )


def test_no_try_has_no_share() -> None:
    assert wilson(0, 0) is None


@given(st.floats(0.5, 0.9995), st.integers(1, 3000))
def test_students_quantile_is_scipys(probability: float, freedom: int) -> None:
    assert t_quantile(probability, freedom) == pytest.approx(
        oracles.t_quantile(probability, freedom), rel=1e-6, abs=1e-9
    )


@given(st.lists(NUMBERS, min_size=2, max_size=40))
def test_the_interval_of_a_mean_is_scipys(values: list[float]) -> None:
    interval = mean_interval(values)

    assert interval is not None
    if len(set(values)) == 1:
        assert (interval.low, interval.high) == pytest.approx((values[0], values[0]))
    else:
        assert (interval.low, interval.high) == pytest.approx(oracles.mean_interval(values))


@given(st.lists(NUMBERS, min_size=2, max_size=40))
def test_groups_of_one_are_as_good_as_no_groups(values: list[float]) -> None:
    grouped, plain = clustered_mean_interval([[value] for value in values]), mean_interval(values)

    assert grouped is not None
    assert plain is not None
    assert (grouped.low, grouped.high) == pytest.approx((plain.low, plain.high), abs=1e-9)


def test_values_that_go_together_say_less() -> None:
    groups = [[1.0] * 10, [2.0] * 10, [3.0] * 10]
    plain = mean_interval([value for group in groups for value in group])
    grouped = clustered_mean_interval(groups)

    assert plain is not None
    assert grouped is not None
    assert grouped.low < plain.low < 2 < plain.high < grouped.high


def test_one_value_or_one_group_has_no_interval() -> None:
    assert mean_interval([5.0]) is None
    assert clustered_mean_interval([[5.0, 6.0], []]) is None


def test_an_interval_holds_its_ends_and_is_read_as_words() -> None:
    interval = Interval(math.log(0.5), math.log(2)).exp()

    assert interval.holds(1)
    assert not interval.holds(2.1)
    assert str(interval) == "0.5 to 2"


def test_a_factor_of_which_nothing_is_known_is_still_a_number() -> None:
    assert math.isfinite(Interval(-1e6, 1e6).exp().high)
