import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.latency import percentile
from playbooks.survival import survival_of
from tests.playbooks import oracles

DAYS = st.lists(st.integers(0, 60), min_size=1)


@given(DAYS, st.lists(st.integers(0, 60)))
def test_the_curve_is_scipys(finished: list[int], still_open: list[int]) -> None:
    curve = survival_of(finished, still_open)
    days, shares = oracles.survival(finished, still_open)

    assert list(curve.days) == days
    assert curve.longer_shares == pytest.approx(shares)


@given(DAYS, st.sampled_from([50, 70, 85, 95]))
def test_without_open_work_it_is_the_nearest_rank(finished: list[int], percent: int) -> None:
    assert survival_of(finished, []).percentile(percent) == percentile(finished, percent)


@given(DAYS, DAYS)
def test_open_work_only_makes_it_longer(finished: list[int], still_open: list[int]) -> None:
    with_open = survival_of(finished, still_open).percentile(50)

    assert with_open is None or with_open >= percentile(finished, 50)


def test_many_finished_tasks_do_not_miss_the_half_by_rounding() -> None:
    finished = list(range(1, 2001))

    assert survival_of(finished, []).percentile(50) == 1000


def test_a_percentile_that_was_not_reached_is_not_told() -> None:
    curve = survival_of([1, 2], [5, 5, 5])

    assert curve.percentile(40) == 2
    assert curve.percentile(50) is None


def test_nothing_finished_has_no_median() -> None:
    assert survival_of([], [3, 4]).percentile(50) is None
