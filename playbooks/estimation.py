"""How good estimates are, by every common reading: the same pairs tell several stories.

MRE = |a - e| / a rewards estimating too low and hangs on size; the symmetric accuracy,
min(a, e) / max(a, e), does neither and is the default (reasons: Foss et al. 2003, Stensrud et al.
2002).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final, NamedTuple

from playbooks.intervals import Interval, clustered_mean_interval, mean_interval, spread

COPIED_ABOVE_PERCENT: Final = 40
"""With more exact matches than this, actual hours may have been copied from estimates."""

LARGEST_AMOUNT: Final = 1e9
"""Neither this nor its inverse is a number of hours; what lies between can be multiplied."""

_SMALLEST_AMOUNT: Final = 1 / LARGEST_AMOUNT
_PRED: Final = 0.25
_DOUBLE: Final = 2


def is_amount(value: float) -> bool:
    """Whether it can be what a task took: above 0, and no slip of the keyboard."""
    return _SMALLEST_AMOUNT <= value <= LARGEST_AMOUNT


def check_amounts(values: Iterable[float]) -> None:
    """Raises ValueError unless all are amounts."""
    for value in values:
        if not _SMALLEST_AMOUNT <= value <= LARGEST_AMOUNT:
            raise ValueError(f"each must lie between 1e-9 and {LARGEST_AMOUNT:g}, got {value}")


class Pair(NamedTuple):
    """What a task took and what had been estimated, in one unit."""

    actual: float
    estimate: float
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Every figure of some pairs (a = actual, e = estimate)."""

    pairs_count: int
    accuracy_percent: float
    """The symmetric one: mean of min(a, e) / max(a, e)."""
    literal_percent: float
    """The playbook's words: mean of 1 - |a - e| / e, never below 0."""
    literal_unbounded_percent: float
    """The same, where one bad estimate can spoil the mean."""
    literal_of_actual_percent: float
    """Mean of 1 - |a - e| / a, never below 0."""
    mmre: float
    mdmre: float
    pred25_percent: float
    mmer: float
    mbre: float
    mibre: float
    wape: float
    standardized_accuracy: float | None
    """SA: 0 is as good as guessing another task's actual; None where all actuals are equal."""
    bias_factor: float
    """Geometric mean of a / e: above 1, estimates are too low."""
    bias_interval: Interval | None
    """Student's interval of the mean logarithm; None for one pair."""
    bias_interval_by_assignee: Interval | None
    """A jackknife that leaves out one assignee at a time; None for one assignee."""
    log_ratio_sd: float | None
    mean_ratio: float
    mean_inverse_ratio: float
    total_ratio: float
    median_ratio: float
    within_double_percent: float
    exact_percent: float
    under_percent: float
    """Estimated too low: a above e."""
    over_percent: float


def accuracy_of(pairs: Sequence[Pair]) -> Accuracy | None:
    """All figures of the pairs, whatever their order; None of none.

    Raises ValueError for what is no amount.
    """
    if not pairs:
        return None
    actuals = [pair.actual for pair in pairs]
    estimates = [pair.estimate for pair in pairs]
    check_amounts(actuals)
    check_amounts(estimates)
    errors = [abs(actual - estimate) for actual, estimate in zip(actuals, estimates, strict=True)]
    of_actual = [error / actual for error, actual in zip(errors, actuals, strict=True)]
    of_estimate = [error / estimate for error, estimate in zip(errors, estimates, strict=True)]
    ratios = [actual / estimate for actual, estimate in zip(actuals, estimates, strict=True)]
    logs = [math.log(ratio) for ratio in ratios]
    return Accuracy(
        pairs_count=len(pairs),
        accuracy_percent=symmetric_percent(ratios),
        literal_percent=100 * fmean([max(0.0, 1 - part) for part in of_estimate]),
        literal_unbounded_percent=100 * (1 - fmean(of_estimate)),
        literal_of_actual_percent=100 * fmean([max(0.0, 1 - part) for part in of_actual]),
        mmre=fmean(of_actual),
        mdmre=median(of_actual),
        pred25_percent=_percent([part <= _PRED for part in of_actual]),
        mmer=fmean(of_estimate),
        mbre=fmean(list(map(max, of_actual, of_estimate))),
        mibre=fmean(list(map(min, of_actual, of_estimate))),
        wape=math.fsum(errors) / math.fsum(actuals),
        standardized_accuracy=_standardized(errors, actuals),
        bias_factor=math.exp(fmean(logs)),
        bias_interval=_factors(mean_interval(logs)),
        bias_interval_by_assignee=_factors(clustered_mean_interval(_by_assignee(pairs, logs))),
        log_ratio_sd=spread(logs) if len(logs) > 1 else None,
        mean_ratio=fmean(ratios),
        mean_inverse_ratio=fmean([1 / ratio for ratio in ratios]),
        total_ratio=math.fsum(actuals) / math.fsum(estimates),
        median_ratio=median(ratios),
        within_double_percent=_percent([1 / _DOUBLE <= ratio <= _DOUBLE for ratio in ratios]),
        exact_percent=_percent([error == 0 for error in errors]),
        under_percent=_percent([ratio > 1 for ratio in ratios]),
        over_percent=_percent([ratio < 1 for ratio in ratios]),
    )


def symmetric_percent(ratios: Sequence[float]) -> float:
    """The mean of min(a, e) / max(a, e), given some a / e."""
    return 100 * fmean([min(ratio, 1 / ratio) for ratio in ratios])


def _percent(flags: Sequence[bool]) -> float:
    return 100 * sum(flags) / len(flags)


def _factors(logs: Interval | None) -> Interval | None:
    return None if logs is None else logs.exp()


def _by_assignee(pairs: Sequence[Pair], logs: Sequence[float]) -> list[list[float]]:
    groups: dict[str, list[float]] = {}
    for pair, log in zip(pairs, logs, strict=True):
        groups.setdefault(pair.assignee, []).append(log)
    return list(groups.values())


def _standardized(errors: Sequence[float], actuals: Sequence[float]) -> float | None:
    guessing = _mean_difference(actuals)
    return 1 - fmean(errors) / guessing if guessing else None


def _mean_difference(values: Sequence[float]) -> float:
    """Mean of |x_i - x_j| over all i ≠ j, from one sorting; 0 for fewer than two values."""
    count = len(values)
    if count < 2:  # noqa: PLR2004 - a difference needs two
        return 0.0
    ranked = enumerate(sorted(values), start=1)
    weighted = math.fsum((2 * rank - count - 1) * value for rank, value in ranked)
    return 2 * weighted / (count * (count - 1))
