import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.convolution import Weights, power, share_below, share_from, weights_of
from tests.playbooks import oracles

DRAWS = st.lists(st.integers(0, 12), min_size=1, max_size=30)


def shares_of(weights: Weights) -> list[float]:
    return [
        share_from(weights, value) - share_from(weights, value + 1) for value in range(len(weights))
    ]


@given(DRAWS, st.integers(0, 40))
def test_a_sum_of_draws_is_distributed_as_by_plain_convolution(
    draws: list[int], draws_count: int
) -> None:
    one = [draws.count(value) / len(draws) for value in range(max(draws) + 1)]

    assert shares_of(power(weights_of(draws), draws_count)) == pytest.approx(
        oracles.power_of(one, draws_count), abs=1e-12
    )


@given(DRAWS, st.integers(1, 40), st.integers(0, 60))
def test_the_part_below_a_value_is_that_of_the_whole(
    draws: list[int], draws_count: int, value: int
) -> None:
    whole = power(weights_of(draws), draws_count)
    part = power(weights_of(draws), draws_count, below=value)

    assert len(part) <= max(1, value)
    assert share_below(part, value) == pytest.approx(share_below(whole, value), abs=1e-12)


@given(DRAWS)
def test_the_order_of_the_draws_does_not_matter(draws: list[int]) -> None:
    assert weights_of(draws) == weights_of(sorted(draws))


def test_a_year_of_bulk_days_still_adds_up() -> None:
    weights = power(weights_of([0, 3, 100]), 365)

    assert share_below(weights, 365 * 100 + 1) == pytest.approx(1, abs=1e-11)
    assert share_from(weights, 365 * 100) == pytest.approx(0, abs=1e-11)


def test_no_draws_are_nothing() -> None:
    assert share_from(power(weights_of([3]), 0), 0) == 1
    assert share_from(power(weights_of([3]), 0), 1) == 0
