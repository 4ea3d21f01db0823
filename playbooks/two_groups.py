"""Two groups of measurements compared by ranks: neither a burst nor a tail decides."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal, TypeAlias

Size: TypeAlias = Literal["negligible", "small", "medium", "large"]

MOST_PER_GROUP: Final = 1000
"""A shift is told from so many values of a group at most, taken evenly along its order."""

_SIZES: Final[tuple[tuple[float, Size], ...]] = (
    (0.147, "negligible"),
    (0.33, "small"),
    (0.474, "medium"),
)
"""Romano et al. 2006: |δ| below the edge."""

_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Ranks:
    """How these (none or more) lie among those."""

    these_count: int
    those_count: int
    u: float
    """The pairs that have this above that; half a pair where they are equal."""
    ties: int
    """The sum of t³ - t over the sizes t of groups of equal values."""

    @property
    def delta(self) -> float:
        """Cliff's δ: from -1, all below, to 1, all above; 0 when a group is empty."""
        pairs_count = self.these_count * self.those_count
        return 2 * self.u / pairs_count - 1 if pairs_count else 0.0

    @property
    def size(self) -> Size:
        """δ in words."""
        for edge, word in _SIZES:
            if abs(self.delta) < edge:
                return word
        return "large"

    @property
    def p_value(self) -> float:
        """How likely chance alone puts them so far apart (Mann-Whitney, two-sided).

        The normal approximation, corrected for ties and continuity: for eight or more values
        each; `playbooks.rank_test` is exact for fewer. 1 where nothing differs.
        """
        count, pairs_count = (
            self.these_count + self.those_count,
            self.these_count * self.those_count,
        )
        if not pairs_count or self.ties == count**3 - count:
            return 1.0
        variance = pairs_count / 12 * (count + 1 - self.ties / (count * (count - 1)))
        apart = abs(self.u - pairs_count / 2) - 0.5
        return min(1.0, 2 * NormalDist().cdf(-apart / math.sqrt(variance)))


def ranks_of(these: Sequence[float], those: Sequence[float]) -> Ranks:
    """The ranks of these among those."""
    ordered = sorted(those)
    twice = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in these)
    ties = sum(size**3 - size for size in Counter([*these, *those]).values())
    return Ranks(len(these), len(those), twice / 2, ties)


def hodges_lehmann(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of all differences this - that. Neither group may be empty."""
    ones, others = _thinned(these), _thinned(those)
    count = len(ones) * len(others)
    low, high = ((count - 1) // 2, count // 2)
    first = _difference_at(ones, others, low)
    return first if low == high else (first + _difference_at(ones, others, high)) / 2


def _thinned(values: Sequence[float]) -> list[float]:
    """Sorted; of too many, the middles of as many equal parts."""
    ordered = sorted(values)
    if len(ordered) <= MOST_PER_GROUP:
        return ordered
    return [
        ordered[(2 * n + 1) * len(ordered) // (2 * MOST_PER_GROUP)] for n in range(MOST_PER_GROUP)
    ]


def _difference_at(ones: Sequence[float], others: Sequence[float], rank: int) -> float:
    """The difference of that rank (from 0) of two sorted groups, by halving where it may lie."""
    low, high = ones[0] - others[-1], ones[-1] - others[0]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        up_to_count = sum(len(others) - bisect_left(others, one - middle) for one in ones)
        low, high = (low, middle) if up_to_count > rank else (middle, high)
    return high
