"""Intervals that a figure from a sample is shown with; 95 % wherever nothing else is said."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist, fmean
from typing import Final

Z95: Final = NormalDist().inv_cdf(0.975)
"""So many standard errors on each side hold a normal estimate in 95 of 100 samples."""

_LARGEST_LOG: Final = 700
"""Two samples far apart have intervals beyond what a float can hold."""

_SERIES_FROM_FREEDOM: Final = 100
"""From here on the expansion around the normal quantile is exact to eight digits."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies within."""
        return self.low <= value <= self.high

    def exp(self) -> "Interval":
        """The interval of a factor whose logarithm this is."""
        return Interval(math.exp(self.low), math.exp(min(self.high, _LARGEST_LOG)))

    def __str__(self) -> str:
        return f"{self.low:.4g} to {self.high:.4g}"


def around(centre: float, margin: float) -> Interval:
    """`centre` with as much on either side."""
    return Interval(centre - margin, centre + margin)


def wilson(successes_count: float, count: float) -> Interval | None:
    """Wilson's interval of a share, between 0 and 1; None without any try.

    Both may be parts: weighted tries are worth so many independent ones.
    """
    if count == 0:
        return None
    share, z_squared = successes_count / count, 1.96**2
    scale = 1 + z_squared / count
    centre = (share + z_squared / (2 * count)) / scale
    off = math.sqrt(share * (1 - share) / count + z_squared / (4 * count**2))
    margin = 1.96 * off / scale
    return Interval(max(0.0, centre - margin), min(1.0, centre + margin))


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's interval of the mean; None for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    margin = t_quantile(0.975, len(values) - 1) * spread(values) / math.sqrt(len(values))
    return around(fmean(values), margin)


def spread(values: Sequence[float]) -> float:
    """The standard deviation of two or more values (n - 1), in one exact sum of floats.

    `statistics.stdev` is as exact and takes ten times as long.
    """
    mean = fmean(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return math.sqrt(squares / (len(values) - 1))


def clustered_mean_interval(groups: Sequence[Sequence[float]]) -> Interval | None:
    """The interval of the mean of all values where those of a group go together.

    A jackknife that leaves out one group at a time, with Student's quantile of the number of
    groups; None for fewer than two groups.
    """
    sums = [(math.fsum(group), len(group)) for group in groups if group]
    if len(sums) < 2:  # noqa: PLR2004 - one group says nothing about others
        return None
    total, count = math.fsum(part for part, _ in sums), sum(size for _, size in sums)
    without = [(total - part) / (count - size) for part, size in sums]
    return jackknife_interval(total / count, without)


def jackknife_interval(estimate: float, without_one: Sequence[float]) -> Interval:
    """The interval of an estimate from what it becomes without each (two or more) of its groups."""
    count = len(without_one)
    squares = math.fsum((value - estimate) ** 2 for value in without_one)
    error = math.sqrt((count - 1) / count * squares)
    return around(estimate, t_quantile(0.975, count - 1) * error)


@cache
def t_quantile(probability: float, freedom: int) -> float:
    """The value that Student's t with `freedom` ≥ 1 stays below so likely (0.5 ≤ p < 1)."""
    if freedom > _SERIES_FROM_FREEDOM:
        return _near_normal(NormalDist().inv_cdf(probability), freedom)
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(middle, freedom) < probability else (low, middle)
    return math.sqrt(freedom) * math.tan((low + high) / 2)


def _t_below(angle: float, freedom: int) -> float:
    """P(t < √freedom · tan(angle)), by its finite sum (Abramowitz and Stegun 26.7.3-4)."""
    cosine_squared, odd = math.cos(angle) ** 2, freedom % 2
    term = total = math.cos(angle) if odd else 1.0
    for step in range(2 + odd, freedom - 1, 2):
        term *= cosine_squared * (step - 1) / step
        total += term
    if not odd:
        return 0.5 + math.sin(angle) * total / 2
    tail = math.sin(angle) * total if freedom > 1 else 0.0
    return 0.5 + (angle + tail) / math.pi


def _near_normal(z: float, freedom: int) -> float:
    """Student's quantile around the normal one (Abramowitz and Stegun 26.7.5)."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))
