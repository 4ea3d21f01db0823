from random import Random

import pytest

from playbooks.calibration import (
    LEAST_OWN_COUNT,
    MOST_OWN_COUNT,
    Calibration,
    calibrate,
    reference_level,
)
from playbooks.forecast import LEVELS_PERCENT, Past, how_many, past_of
from playbooks.throughput import daily_counts
from tests.playbooks import shared_data


def bursts(days_count: int) -> list[int]:
    """Fortnights of much and of little work: no day is like any other day."""
    random = Random(3)
    return [
        random.randint(0, 2 + 6 * (day // 14 % 3 == 0)) if day % 7 < 5 else 0
        for day in range(days_count)
    ]


@pytest.mark.parametrize(
    ("level", "horizon", "read_at"),
    [
        pytest.param(85, 7, 0.827, id="a week at 85"),
        pytest.param(95, 7, 0.942, id="a week at 95"),
        pytest.param(85, 14, 0.886, id="a fortnight at 85"),
        pytest.param(95, 14, 0.978, id="a fortnight at 95"),
        pytest.param(85, 30, 0.944, id="a month at 85"),
        pytest.param(95, 30, 0.995, id="a month at 95"),
        pytest.param(50, 14, 0.5, id="half is half"),
        pytest.param(85, 22, 0.915, id="between horizons"),
        pytest.param(70, 14, 0.5 + 20 / 35 * 0.386, id="between levels"),
        pytest.param(85, 1, 0.827, id="sooner is read as a week"),
        pytest.param(85, 300, 0.944, id="later is read as a month"),
    ],
)
def test_the_reference_is_that_of_39_projects(level: int, horizon: int, read_at: float) -> None:
    assert reference_level(level, horizon) == pytest.approx(read_at)


def test_with_few_past_horizons_the_reference_is_read() -> None:
    calibration = calibrate(bursts(90 + 19 * 14), 14)

    assert len(calibration.met_shares) == LEAST_OWN_COUNT - 1
    assert calibration.source == "reference"
    assert calibration.read_at(85) == 0.886


def test_with_twenty_past_horizons_the_own_quantile_is_read() -> None:
    shares = tuple(n / 100 for n in range(20))
    calibration = Calibration(14, 14, shares)

    assert calibration.source == "own"
    assert calibration.read_at(50) == pytest.approx(0.10)
    assert calibration.read_at(95) == pytest.approx(0.19)
    assert sum(share < calibration.read_at(85) for share in shares) == 18


def test_what_never_held_is_read_at_certainty() -> None:
    assert Calibration(14, 14, tuple([0.5] * 20)).read_at(99) == 1.0


def test_a_past_horizon_is_forecast_from_the_days_before_it_alone() -> None:
    history = bursts(400)
    calibration = calibrate(history, 14)
    starts = range(400 - 14, 89, -14)

    for start, share in zip(reversed(starts), calibration.met_shares, strict=True):
        past = past_of(history[start - 90 : start])
        assert isinstance(past, Past)
        promised = how_many(past, 14)[85]
        assert (sum(history[start : start + 14]) >= promised) is (share < 0.85)


def test_what_came_later_changes_nothing_before() -> None:
    history = bursts(400)

    assert calibrate([*history, *[9] * 14], 14).met_shares[:-1] == calibrate(history, 14).met_shares


def test_bulk_closings_and_idle_times_are_left_out() -> None:
    calm = [1, 2, 0, 1, 3, 0, 1] * 20
    bulk = [4000]

    assert calibrate([*bulk, *calm], 14) == calibrate(calm, 14)
    assert len(calibrate([*[0] * 200, *calm], 14).met_shares) == len(calm) // 14 - 1


def test_only_the_newest_horizons_are_looked_at() -> None:
    assert len(calibrate([1, 2] * 2000, 7).met_shares) == MOST_OWN_COUNT


def test_no_past_horizon_has_no_coverage() -> None:
    calibration = calibrate(bursts(100), 14)

    assert calibration.met_shares == ()
    assert calibration.coverage(85) is None
    assert calibration.plain_coverage(85) is None


def test_recalibration_keeps_its_promise_where_the_plain_forecast_does_not() -> None:
    calibration = calibrate(bursts(3000), 14)
    plain, told = calibration.plain_coverage(85), calibration.coverage(85)

    assert plain is not None
    assert told is not None
    assert not plain.is_consistent
    assert told.is_consistent
    assert plain.met_percent < 80 < told.met_percent


@pytest.mark.parametrize("horizon", [14, 30])
@pytest.mark.parametrize("project", shared_data.TAWOS_PROJECTS)
def test_tawos_is_covered_as_promised(project: str, horizon: int) -> None:
    done = shared_data.tawos(project)
    calibration = calibrate(daily_counts(done, min(done), max(done)), horizon)

    for level in LEVELS_PERCENT:
        coverage = calibration.coverage(level)
        assert coverage is not None
        assert coverage.is_consistent
