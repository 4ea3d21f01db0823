"""What samples of calls come to: times by nearest rank, success with its interval, sums."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

from playbooks.arguments import ErrorClass
from playbooks.intervals import Interval
from playbooks.latency import LEAST_FOR_P95, LEAST_FOR_P99
from playbooks.success_rate import SuccessRate
from playbooks.tool_samples import Sample

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Times:
    """Response times of some samples, in ms.

    Percentiles are by nearest rank, each sample counted as often as it has calls; None where
    fewer samples than that percentile needs. `are_averages`: some stand for several calls, so
    these are percentiles of rows, and the slowest calls are hidden in their averages.
    `median_interval` holds `p50_ms`, and the true median with 95 % confidence.
    """

    samples_count: int
    mean_ms: float
    p25_ms: float
    p50_ms: float
    p75_ms: float
    p95_ms: float | None
    p99_ms: float | None
    longest_ms: float
    are_averages: bool
    median_interval: Interval | None

    @property
    def judged(self) -> tuple[str, float]:
        """The statistic to judge by, p95 unless the samples are too few for it, and its value."""
        return ("p50", self.p50_ms) if self.p95_ms is None else ("p95", self.p95_ms)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the calls of a group; None where no sample tells."""

    samples_count: int
    calls_count: float
    times: Times | None
    success: SuccessRate | None
    tokens: float | None
    cost: float | None
    failures: Mapping[ErrorClass, float] = field(default_factory=dict[ErrorClass, float])


def figures_of(samples: Sequence[Sample]) -> Figures:
    """The figures of one group of samples."""
    failures: defaultdict[ErrorClass, float] = defaultdict(float)
    for sample in samples:
        if sample.error_class is not None and sample.success == 0:
            failures[sample.error_class] += sample.calls_count
    return Figures(
        samples_count=len(samples),
        calls_count=math.fsum(sample.calls_count for sample in samples),
        times=times_of(samples),
        success=success_of(samples),
        tokens=_sum([sample.tokens for sample in samples]),
        cost=_sum([sample.cost for sample in samples]),
        failures=dict(failures),
    )


def grouped(samples: Sequence[Sample], key: Callable[[Sample], K]) -> Mapping[K, Sequence[Sample]]:
    """The samples by key, in the order in which the keys first come."""
    groups: defaultdict[K, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[key(sample)].append(sample)
    return groups


def times_of(samples: Sequence[Sample]) -> Times | None:
    """The response times of those that tell one; None when none does."""
    timed = sorted(
        (sample.response_time_ms, max(1.0, sample.calls_count), sample.is_averaged)
        for sample in samples
        if sample.response_time_ms is not None
    )
    if not timed:
        return None
    values, weights = [each[0] for each in timed], [each[1] for each in timed]
    count = len(timed)
    below = list(accumulate(weights))
    return Times(
        samples_count=count,
        mean_ms=math.fsum(map(float.__mul__, map(float, values), weights)) / below[-1],
        p25_ms=_ranked(values, below, 25),
        p50_ms=_ranked(values, below, 50),
        p75_ms=_ranked(values, below, 75),
        p95_ms=_ranked(values, below, 95) if count >= LEAST_FOR_P95 else None,
        p99_ms=_ranked(values, below, 99) if count >= LEAST_FOR_P99 else None,
        longest_ms=values[-1],
        are_averages=any(averaged for *_, averaged in timed),
        median_interval=_median_interval(values, weights),
    )


def success_of(samples: Sequence[Sample]) -> SuccessRate | None:
    """The success rate of those that tell an ending; None when none does.

    A row that gives many calls one ending is one observation, one that tells their share is as
    many as it has calls: Kish's effective sample size says what they are worth together.
    """
    known = [sample for sample in samples if sample.success is not None and sample.calls_count]
    if not known:
        return None
    calls_count = math.fsum(sample.calls_count for sample in known)
    squares = math.fsum(
        sample.calls_count * (max(1.0, sample.calls_count) if sample.one_ending else 1)
        for sample in known
    )
    return SuccessRate(
        calls_count=calls_count,
        succeeded_count=math.fsum((each.success or 0) * each.calls_count for each in known),
        independent_count=calls_count**2 / squares,
    )


def _ranked(values: Sequence[float], below: Sequence[float], percent: float) -> float:
    """The least value that calls of at least that part do not exceed; `below` adds up weights."""
    wanted = percent / 100 * below[-1]
    return next(v for v, reached in zip(values, below, strict=True) if reached >= wanted)


def _median_interval(values: Sequence[float], weights: Sequence[float]) -> Interval | None:
    """By order statistics, whatever the distribution; None for too few values.

    The values, sorted, are weighted as the median is: so many are worth fewer (Kish), and their
    ranks are sums of weights in that measure.
    """
    unit = math.fsum(weight**2 for weight in weights) / math.fsum(weights)
    ranks = [below / unit for below in accumulate(weights)]
    count = ranks[-1]
    margin = 1.96 * math.sqrt(count) / 2
    low = bisect_right(ranks, count / 2 - margin) - 1
    high = bisect_left(ranks, count / 2 + 1 + margin)
    return Interval(values[low], values[high]) if low >= 0 and high < len(values) else None


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None
