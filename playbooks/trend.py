"""Does a series rise or fall? Mann-Kendall says whether, Theil-Sen how much.

Both work on ranks and medians, so that a burst does not make a trend. Autocorrelation would (at
0.5, a series without trend passes for one in 22 of 100): above 0.2 the test is made on the
pre-whitened series, which keeps its promise of 5 % and misses some short trends for it. "No
evidence" is an answer, and is not "stable".
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean, median
from typing import Final, Literal, TypeAlias

from playbooks.intervals import Z95, Interval

Direction: TypeAlias = Literal["rising", "falling", "no_evidence"]

LEAST_POINTS_COUNT: Final = 8
"""With fewer points hardly any series reaches a p below 5 %."""

PREWHITENED_ABOVE: Final = 0.2
"""Lag-1 autocorrelation that the plain test no longer bears."""

LEAST_CHANGE_SHARE: Final = 0.1
"""Of the median, in `LEAST_CHANGE_STEPS_COUNT` weeks; what is less is of no practical use."""

LEAST_CHANGE_STEPS_COUNT: Final = 4
SIGNIFICANT_BELOW: Final = 0.05


@dataclass(frozen=True, slots=True)
class MannKendall:
    """Kendall's S of a series against its order, and the two-sided p of chance alone."""

    s: int
    variance: float
    z: float
    p_value: float


def mann_kendall(values: Sequence[float]) -> MannKendall:
    """The test, corrected for ties."""
    s, variance = _kendall_s(values), _variance(values)
    sign = (s > 0) - (s < 0)
    z = (s - sign) / math.sqrt(variance) if variance else 0.0
    return MannKendall(s, variance, z, 2 * NormalDist().cdf(-abs(z)))


def _kendall_s(values: Iterable[float]) -> int:
    """The pairs that rise less those that fall."""
    earlier: list[float] = []
    s = 0
    for value in values:
        above_count = len(earlier) - bisect_right(earlier, value)
        s += bisect_left(earlier, value) - above_count
        insort(earlier, value)
    return s


def _variance(values: Sequence[float]) -> float:
    ties = sum(map(_orders, Counter(values).values()))
    return (_orders(len(values)) - ties) / 18


def _orders(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


@dataclass(frozen=True, slots=True)
class Slope:
    """The median change per step, Sen's 95 % interval, and the value at the first step."""

    per_step: float
    interval: Interval
    intercept: float


def theil_sen(values: Sequence[float]) -> Slope:
    """The slope of two or more values at equal steps, numbered from 0."""
    slopes = sorted(
        (later - value) / steps
        for start, value in enumerate(values)
        for steps, later in enumerate(values[start + 1 :], start=1)
    )
    per_step = median(slopes)
    margin = Z95 * math.sqrt(_variance(values))
    low = max(round((len(slopes) - margin) / 2) - 1, 0)
    high = min(round((len(slopes) + margin) / 2), len(slopes) - 1)
    intercept = median(values) - per_step * (len(values) - 1) / 2
    return Slope(per_step, Interval(slopes[low], slopes[high]), intercept)


def autocorrelation(values: Sequence[float]) -> float:
    """The lag-1 autocorrelation, between -1 and 1; 0 of a constant series."""
    mean = fmean(values)
    apart = [value - mean for value in values]
    total = math.fsum(value * value for value in apart)
    return math.fsum(one * next_ for one, next_ in pairwise(apart)) / total if total else 0.0


def prewhitened(values: Sequence[float], r: float) -> list[float]:
    """What each value, from the second on, does not owe to the one before."""
    return [value - r * before for before, value in pairwise(values)]


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series of weekly figures says about its direction."""

    points_count: int
    plain_test: MannKendall
    test: MannKendall
    """The one that counts: of the pre-whitened series where its steps hang together."""
    slope: Slope
    autocorrelation: float
    is_prewhitened: bool
    least_change: float
    """What four steps must change at least to matter."""

    @property
    def direction(self) -> Direction:
        """Rising or falling where chance does not explain it and it is enough to matter."""
        return self.leaning if self.is_practical else "no_evidence"

    @property
    def leaning(self) -> Direction:
        """Rising or falling where chance does not explain it, however little."""
        if not self.is_significant:
            return "no_evidence"
        return "rising" if (self.slope.per_step or self.test.s) > 0 else "falling"

    @property
    def is_significant(self) -> bool:
        """Whether p is below 5 %."""
        return self.test.p_value < SIGNIFICANT_BELOW

    @property
    def is_practical(self) -> bool:
        """Whether the slope changes anything, and at least the least change that matters."""
        change = abs(self.slope.per_step) * LEAST_CHANGE_STEPS_COUNT
        return change > 0 and change >= self.least_change

    @property
    def change(self) -> float:
        """What the slope makes of it from the first step to the last."""
        return self.slope.per_step * (self.points_count - 1)


def trend_of(values: Sequence[float]) -> Trend | None:
    """The trend of figures of whole weeks, oldest first; None of fewer than eight."""
    if len(values) < LEAST_POINTS_COUNT:
        return None
    r = autocorrelation(values)
    whiten = r > PREWHITENED_ABOVE
    plain_test = mann_kendall(values)
    return Trend(
        points_count=len(values),
        plain_test=plain_test,
        test=mann_kendall(prewhitened(values, r)) if whiten else plain_test,
        slope=theil_sen(values),
        autocorrelation=r,
        is_prewhitened=whiten,
        least_change=LEAST_CHANGE_SHARE * abs(median(values)),
    )
