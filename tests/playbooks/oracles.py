"""scipy as an oracle: what an independent implementation says, as plain numbers."""

from collections.abc import Sequence

import numpy as np
from scipy import stats  # type: ignore[import-untyped]  # scipy brings no types


def t_quantile(probability: float, freedom: int) -> float:
    return float(stats.t.ppf(probability, freedom))


def wilson(successes_count: int, count: int) -> tuple[float, float]:
    interval = stats.binomtest(successes_count, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    return float(interval.low), float(interval.high)


def survival(
    finished: Sequence[float], still_open: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The times and shares of the curve, where it falls."""
    sample = stats.CensoredData(uncensored=finished, right=still_open)
    curve = stats.ecdf(sample).sf
    times, shares = curve.quantiles.tolist(), curve.probabilities.tolist()
    falls = [n for n, time in enumerate(times) if time in finished]
    return [times[n] for n in falls], [shares[n] for n in falls]


def nearest_rank(values: Sequence[float], percents: Sequence[float]) -> list[float]:
    return [float(np.percentile(values, p, method="inverted_cdf")) for p in percents]


def theil_sen(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Slope, intercept, and the interval of the slope."""
    found = stats.theilslopes(values, range(len(values)), 0.95)
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])


def kendall_s(values: Sequence[float]) -> int:
    return int(np.sign(np.subtract.outer(values, values))[np.tril_indices(len(values))].sum())


def mann_whitney(these: Sequence[float], those: Sequence[float]) -> tuple[float, float]:
    """U of `these` and the two-sided p of the normal approximation, corrected for ties."""
    found = stats.mannwhitneyu(these, those, method="asymptotic", use_continuity=True)
    return float(found.statistic), float(found.pvalue)


def power_of(distribution: Sequence[float], exponent: int) -> list[float]:
    """The distribution of a sum of so many independent draws, by plain convolution."""
    total = np.array([1.0])
    for _ in range(exponent):
        total = np.convolve(total, distribution)
    return [float(value) for value in total]
