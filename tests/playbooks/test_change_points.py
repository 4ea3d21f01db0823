from datetime import timedelta
from random import Random

import pytest

from playbooks.change_points import BIN_S, LEAST_BINS_COUNT, Sample, change_point
from tests.playbooks.recorded import NOON


def series(medians_ms: list[float], chance: Random, *, in_a_bin: int = 3) -> list[Sample]:
    """Log-normal samples around one median for each five minutes."""
    return [
        (NOON + timedelta(seconds=BIN_S * number + n), median_ms * chance.lognormvariate(0, 0.36))
        for number, median_ms in enumerate(medians_ms)
        for n in range(in_a_bin)
    ]


@pytest.mark.parametrize("factor", [pytest.param(2.5, id="slower"), pytest.param(0.4, id="faster")])
def test_a_shift_is_found_with_its_moment_and_both_levels(factor: float) -> None:
    point = change_point(series([200.0] * 20 + [200.0 * factor] * 15, Random(1)))

    assert point is not None
    assert point.p_value < 0.001
    assert abs((point.at - NOON).total_seconds() - 20 * BIN_S) <= 2 * BIN_S
    assert point.before_ms == pytest.approx(200, rel=0.2)
    assert point.after_ms == pytest.approx(200 * factor, rel=0.2)
    assert point.bins_count == 35


def test_too_few_medians_are_not_tested() -> None:
    assert change_point(series([200.0] * (LEAST_BINS_COUNT - 1), Random(1))) is None
    assert change_point([]) is None


def test_equal_values_have_no_shift() -> None:
    samples = [(NOON + timedelta(seconds=BIN_S * n), 200.0) for n in range(40)]

    point = change_point(samples)

    assert point is not None
    assert point.p_value == 1


def test_false_alarms_are_no_more_frequent_than_the_level() -> None:
    steady = [change_point(series([200.0] * 24, Random(seed), in_a_bin=1)) for seed in range(600)]

    alarms = sum(point is not None and point.p_value <= 0.05 for point in steady)

    assert alarms <= 0.05 * len(steady)
