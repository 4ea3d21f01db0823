"""How much of a cost a change saves, and how sure that is, from blocks of recorded time.

Blocks are days where days were recorded, since traffic within a day hangs together. The interval
is the jackknife's: each block is left out once. No random numbers: the same record gives the same
interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist, fmean
from typing import Final

LEAST_BLOCKS_COUNT: Final = 4
"""Of fewer blocks an interval says nothing."""

_DAY: Final = timedelta(days=1)
_PARTS_COUNT: Final = 8
"""A record shorter than two days is cut into so many parts."""


@dataclass(frozen=True, slots=True)
class Impact:
    """The saved share of the cost, 0.1 for a tenth, and its 95 % interval.

    `low` and `high` are None when too few blocks were recorded, or one of them has all of the
    cost; more than all is never saved.
    """

    share: float
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.share:.0%} fewer requests (no interval: the record is too short)"
        return f"{self.share:.0%} fewer requests (95 %: {self.low:.0%} to {self.high:.0%})"


def block_length(span: timedelta) -> timedelta:
    """A day where four were recorded, half a day where two were, else an eighth of the record."""
    if span >= LEAST_BLOCKS_COUNT * _DAY:
        return _DAY
    if span >= LEAST_BLOCKS_COUNT * _DAY / 2:
        return _DAY / 2
    return max(span / _PARTS_COUNT, timedelta(milliseconds=1))


def per_block(instants: Sequence[datetime], marked: Sequence[datetime]) -> list[int]:
    """How many of the marked instants lie in each block that has instants; oldest first."""
    if not instants:
        return []
    start, length = instants[0], block_length(instants[-1] - instants[0])
    counts = dict.fromkeys(((at - start) // length for at in instants), 0)
    for at in marked:
        counts[(at - start) // length] += 1
    return list(counts.values())


def impact_over(before: Sequence[float], after: Sequence[float]) -> Impact:
    """The saving over blocks, from the cost of each under both policies.

    Raises ValueError when the cost before is nothing.
    """
    share = _saved(before, after)
    count = len(before)
    if count < LEAST_BLOCKS_COUNT or max(before) == sum(before):
        return Impact(share, None, None)
    without = [
        _saved([*before[:i], *before[i + 1 :]], [*after[:i], *after[i + 1 :]]) for i in range(count)
    ]
    middle = fmean(without)
    spread = ((count - 1) / count * sum((one - middle) ** 2 for one in without)) ** 0.5
    reach = student_quantile(count - 1) * spread
    return Impact(share, share - reach, min(1.0, share + reach))


def _saved(before: Sequence[float], after: Sequence[float]) -> float:
    cost = sum(before)
    if cost <= 0:
        raise ValueError("nothing was spent, so nothing can be saved")
    return (cost - sum(after)) / cost


def student_quantile(freedom: int) -> float:
    """The 97.5 % point of Student's t, by its expansion about the normal one.

    Within 1 % from three degrees of freedom on.
    """
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
