"""How far apart are two groups at the same covariate? Least squares, with clusters.

All of it follows from the sums and products of each cluster, so that 100,000 rows cost one pass,
and thousands of constants no matrix: what the covariate and the constants explain is taken out of
outcome and flag, and the slope of what is left is the coefficient that the whole regression has
(Frisch, Waugh and Lovell).
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final, TypeAlias

from playbooks.intervals import Z95, Interval, around, t_quantile

Row: TypeAlias = tuple[float, float, float]
"""The flag (1 or 0), the covariate, the outcome."""

Matrix: TypeAlias = tuple[Row, Row, Row]
"""Sums of products of each of the three with each, about some means."""

_NO_VARIATION: Final = 1e-9
"""So small a part of the flag left over is rounding."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The coefficient of the flag, and how sure it is."""

    value: float
    rows_count: int
    clusters_count: int
    interval: Interval
    """As if every row stood alone."""
    clustered_interval: Interval | None
    """Rows of a cluster go together (CR1, the normal quantile: as statistics packages print it)."""
    cautious_interval: Interval | None
    """The same with Student's quantile of the number of clusters, which few clusters need."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What a regression needs to know of the rows of one cluster."""

    count: int
    sums: Row
    products: Matrix

    @property
    def means(self) -> Row:
        """Of flag, covariate and outcome."""
        flag, covariate, outcome = self.sums
        return flag / self.count, covariate / self.count, outcome / self.count

    def about(self, means: Row) -> Matrix:
        """The sums of products of what lies off the means."""
        rows = (
            tuple(
                product - mean * other_sum - other_mean * own_sum + self.count * mean * other_mean
                for product, other_sum, other_mean in zip(products, self.sums, means, strict=True)
            )
            for products, own_sum, mean in zip(self.products, self.sums, means, strict=True)
        )
        flag, covariate, outcome = ((one, two, three) for one, two, three in rows)
        return flag, covariate, outcome


def moments_by(rows: Iterable[Row], clusters: Iterable[Hashable]) -> list[Moments]:
    """The moments of each cluster."""
    members: dict[Hashable, list[Row]] = {}
    for row, cluster in zip(rows, clusters, strict=True):
        members.setdefault(cluster, []).append(row)
    return [_moments_of(each) for each in members.values()]


def _moments_of(rows: Sequence[Row]) -> Moments:
    flags, covariates, outcomes = zip(*rows, strict=True)
    ff, fc, fo = _dot(flags, flags), _dot(flags, covariates), _dot(flags, outcomes)
    cc, co, oo = _dot(covariates, covariates), _dot(covariates, outcomes), _dot(outcomes, outcomes)
    sums = math.fsum(flags), math.fsum(covariates), math.fsum(outcomes)
    return Moments(len(rows), sums, ((ff, fc, fo), (fc, cc, co), (fo, co, oo)))


def difference(clusters: Sequence[Moments]) -> Difference | None:
    """The flag's coefficient in outcome = constant + flag + covariate.

    None where it cannot be told: the flag follows from the rest, or there are too few rows.
    """
    means = _total([each.sums for each in clusters])
    count = sum(each.count for each in clusters)
    centre = (means[0] / count, means[1] / count, means[2] / count) if count else means
    return _fitted([each.about(centre) for each in clusters], count, constants_count=1)


def difference_within(clusters: Sequence[Moments]) -> Difference | None:
    """The same with a constant for each cluster: each is compared with itself."""
    count = sum(each.count for each in clusters)
    apart = [each.about(each.means) for each in clusters]
    return _fitted(apart, count, constants_count=len(clusters))


def _fitted(
    clusters: Sequence[Matrix], rows_count: int, *, constants_count: int
) -> Difference | None:
    freedom = rows_count - constants_count - 2
    if freedom < 1:
        return None
    flag, covariate, outcome = (_total([each[n] for each in clusters]) for n in range(3))
    of_flag = flag[1] / covariate[1] if covariate[1] else 0.0
    of_outcome = outcome[1] / covariate[1] if covariate[1] else 0.0
    weight = flag[0] - of_flag * flag[1]
    if weight <= _NO_VARIATION * rows_count:
        return None
    value = (flag[2] - of_flag * covariate[2]) / weight
    left_flag: Row = (1.0, -of_flag, 0.0)
    error: Row = (-value, value * of_flag - of_outcome, 1.0)
    squares = max(0.0, _form((flag, covariate, outcome), error, error))
    scores = [_form(each, left_flag, error) for each in clusters]
    clustered, cautious = _clustered(value, scores, weight, (rows_count - 1) / freedom)
    return Difference(
        value=value,
        rows_count=rows_count,
        clusters_count=len(clusters),
        interval=around(value, Z95 * math.sqrt(squares / freedom / weight)),
        clustered_interval=clustered,
        cautious_interval=cautious,
    )


def _clustered(
    value: float, scores: Sequence[float], weight: float, small_sample: float
) -> tuple[Interval | None, Interval | None]:
    count = len(scores)
    if count < 2:  # noqa: PLR2004 - one cluster says nothing about others
        return None, None
    squares = _dot(scores, scores) * small_sample * count / (count - 1)
    error = math.sqrt(squares) / weight
    return around(value, Z95 * error), around(value, t_quantile(0.975, count - 1) * error)


def _form(matrix: Matrix, left: Row, right: Row) -> float:
    """Left · matrix · right."""
    return math.fsum(one * _dot(row, right) for one, row in zip(left, matrix, strict=True))


def _total(rows: Sequence[Row]) -> Row:
    first, second, third = (math.fsum(row[n] for row in rows) for n in range(3))
    return first, second, third


def _dot(ones: Iterable[float], others: Iterable[float]) -> float:
    return math.fsum(map(mul, ones, others))
