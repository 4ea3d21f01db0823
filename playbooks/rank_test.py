"""Is one group of measurements really larger than another? Exact, whatever their distribution."""

from collections.abc import Sequence
from functools import cache
from math import comb


def p_larger(these: Sequence[float], those: Sequence[float]) -> float:
    """How likely chance alone puts `these` so far above `those` (Mann-Whitney, one-sided).

    Exact for groups of the few dozen samples that are measured here; 1 when a group is empty.
    Ties count against the difference.
    """
    if not these or not those:
        return 1.0
    inversions = sum(that >= this for this in these for that in those)
    orders = comb(len(these) + len(those), len(these))
    return sum(_orders(len(these), len(those), u) for u in range(inversions + 1)) / orders


@cache
def _orders(first_count: int, second_count: int, inversions: int) -> int:
    """In how many orders of the two groups so many pairs are inverted."""
    if inversions < 0:
        return 0
    if not first_count or not second_count:
        return int(inversions == 0)
    last_is_first = _orders(first_count - 1, second_count, inversions - second_count)
    return last_is_first + _orders(first_count, second_count - 1, inversions)
