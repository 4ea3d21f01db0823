"""Did latency shift within the window? Pettitt's rank test on medians of five minutes.

It needs no distribution and names the most likely moment; its chance of a false alarm is the
level asked for as long as the medians do not depend on each other (Pettitt 1979; the formula
errs on the careful side).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import median
from typing import Final, TypeAlias

BIN_S: Final = 300
LEAST_BINS_COUNT: Final = 20
"""With fewer medians the test hardly ever finds anything, and what it finds says little."""

Sample: TypeAlias = tuple[datetime, float]
"""When a call began and what it took, in milliseconds."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The most likely shift: the first median after it, the medians on both sides, how sure."""

    at: datetime
    before_ms: float
    after_ms: float
    bins_count: int
    p_value: float


def change_point(samples: Sequence[Sample]) -> ChangePoint | None:
    """The most likely shift of the samples; None when there are too few five-minute medians."""
    bins = _binned(samples)
    if len(bins) < LEAST_BINS_COUNT:
        return None
    values = [value for _, value in bins]
    first_after, statistic = _pettitt(values)
    return ChangePoint(
        at=bins[first_after][0],
        before_ms=median(values[:first_after]),
        after_ms=median(values[first_after:]),
        bins_count=len(values),
        p_value=_p_value(statistic, len(values)),
    )


def _binned(samples: Sequence[Sample]) -> list[Sample]:
    bins: dict[int, list[float]] = {}
    for at, value in samples:
        bins.setdefault(int(at.timestamp()) // BIN_S, []).append(value)
    zone = samples[0][0].tzinfo if samples else None
    epoch = datetime.fromtimestamp(0, zone)
    return [
        (epoch + timedelta(seconds=number * BIN_S), median(values))
        for number, values in sorted(bins.items())
    ]


def _pettitt(values: Sequence[float]) -> tuple[int, int]:
    """The index of the first value after the likeliest shift, and the test's statistic.

    The largest of all U_t, the sum of sign(x_i - x_j) over i up to t and j beyond.
    """
    steps = [sum((x > y) - (x < y) for y in values) for x in values]
    sums = list(accumulate(steps))[:-1]
    largest = max(range(len(sums)), key=lambda index: abs(sums[index]))
    return largest + 1, abs(sums[largest])


def _p_value(statistic: int, count: int) -> float:
    return min(1.0, 2 * math.exp(-6 * statistic**2 / (count**3 + count**2)))
