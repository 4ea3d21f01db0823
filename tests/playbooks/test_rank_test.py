from collections.abc import Sequence
from itertools import combinations

import pytest

from playbooks.rank_test import p_larger


def p_by_trying(these: Sequence[float], those: Sequence[float]) -> float:
    """In what part of all ways to deal the values out they are at least as far apart."""
    values = [*these, *those]
    seen = sum(this > that for this in these for that in those)
    wins: list[int] = []
    for dealt in combinations(range(len(values)), len(these)):
        ones = [values[n] for n in dealt]
        others = [value for n, value in enumerate(values) if n not in dealt]
        wins.append(sum(one > other for one in ones for other in others))
    return sum(won >= seen for won in wins) / len(wins)


@pytest.mark.parametrize(
    ("these", "those"),
    [
        pytest.param([6, 7, 8, 9, 10], [1, 2, 3], id="apart"),
        pytest.param([3, 7, 8, 9, 10], [1, 2, 4], id="one inversion"),
        pytest.param([1, 5, 3], [2, 4, 6, 7], id="mixed"),
        pytest.param([1, 2, 3], [4, 5, 6], id="the other way"),
        pytest.param([1, 8, 3, 9, 12, 14], [2, 4, 6, 7, 0, 5], id="six each"),
    ],
)
def test_it_is_the_part_of_all_orders_that_are_as_far_apart(
    these: Sequence[float], those: Sequence[float]
) -> None:
    assert p_larger(these, those) == pytest.approx(p_by_trying(these, those))


def test_twenty_samples_each_are_judged_exactly() -> None:
    """The published critical value: U = 138 is the last below 5 %, one-sided."""
    these = [n + 0.5 for n in range(20)]
    by_inversions = {
        sum(that >= this for this in these for that in those): p_larger(these, those)
        for shift in range(-3, 20)
        for those in [[n - shift for n in range(20)]]
    }

    assert all(p <= 0.05 for u, p in by_inversions.items() if u <= 138)
    assert all(p > 0.05 for u, p in by_inversions.items() if u >= 139)


def test_nothing_is_not_larger() -> None:
    assert p_larger([], [1.0]) == p_larger([1.0], []) == 1


def test_ties_count_against_a_difference() -> None:
    assert p_larger([5, 5, 5], [5, 5, 5]) == 1
