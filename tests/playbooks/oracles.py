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


def hodges_lehmann(these: Sequence[float], those: Sequence[float]) -> float:
    return float(np.median(np.subtract.outer(these, those)))


def regression(
    rows: Sequence[tuple[float, float, float]], clusters: Sequence[str], *, within: bool
) -> tuple[float, float, float]:
    """The flag's coefficient, its standard error and its clustered one (CR1), by matrices.

    Rows are flag, covariate and outcome; `within` adds a constant for each cluster.
    """
    flag, covariate, outcome = np.array(rows).T
    members = np.array(
        [[cluster == name for name in sorted(set(clusters))] for cluster in clusters]
    )
    constants = members.astype(float) if within else np.ones((len(rows), 1))
    design = np.column_stack([flag, covariate, constants])
    bread = np.linalg.inv(design.T @ design)
    errors = outcome - design @ (bread @ design.T @ outcome)
    freedom = len(rows) - design.shape[1]
    scores = members.T @ (design * errors[:, None])
    groups_count = members.shape[1]
    small_sample = groups_count / (groups_count - 1) * (len(rows) - 1) / freedom
    clustered = bread @ (scores.T @ scores) @ bread * small_sample
    plain = bread * (errors @ errors) / freedom
    coefficient = (bread @ design.T @ outcome)[0]
    return float(coefficient), float(plain[0, 0] ** 0.5), float(clustered[0, 0] ** 0.5)
