"""AI-assisted tasks beside unassisted ones: how much longer or shorter, at the same estimate?

People choose where they use a tool, so logs show what goes together and never what comes of what.
Where forecast, belief and measurement were compared (METR 2025), developers expected to be 24 %
faster with AI, believed to have been 20 % faster, and took 19 % longer.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, median
from typing import Final, Literal, NamedTuple, TypeAlias

from playbooks.estimation import check_amounts
from playbooks.intervals import Interval
from playbooks.regression import Difference, Row, difference, difference_within, moments_by
from playbooks.two_groups import Ranks, hodges_lehmann, ranks_of

Verdict: TypeAlias = Literal["cannot_tell", "longer", "shorter"]

LEAST_PER_GROUP: Final = 30
"""With fewer tasks in either group the interval is shown and nothing concluded."""

_POWER: Final = 0.8


class Effort(NamedTuple):
    """What a task took, what had been estimated before, and who did it how."""

    actual: float
    estimate: float
    with_ai: bool
    assignee: str = ""
    band: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of each group has a value, of an assignee, a size band or a kind."""

    value: str
    ai_percent: float
    other_percent: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether the groups are made of the same; 0 % apart is the same, 100 % nothing in common."""

    dimension: str
    apart_percent: float
    shares: tuple[Share, ...]
    """Those that differ most come first."""


@dataclass(frozen=True, slots=True)
class AiComparison:
    """AI-assisted against unassisted tasks; a ratio above 1 says that the assisted took longer."""

    ai_count: int
    other_count: int
    assignees_count: int
    mean_ratio: float
    """Raw, as are the next two: it compares different tasks."""
    median_ratio: float
    geometric_ratio: float
    ai_bias_factor: float
    """Geometric mean of actual / estimate."""
    other_bias_factor: float
    adjusted: Difference | None
    """Of logarithms, at the same estimate; None where it cannot be told."""
    within_assignees: Difference | None
    """The same, each assignee compared with themselves."""
    shift_ratio: float
    """Hodges-Lehmann, of actual / estimate."""
    ranks: Ranks
    """Cliff's δ and Mann-Whitney's p, of actual / estimate."""
    log_ratio_sd: float
    """Of ln(actual / estimate) within the groups."""
    overlap_percent: float
    """Tasks that have one of the other group by the same assignee in the same size band."""
    balance: tuple[Balance, ...]

    @property
    def adjusted_ratio(self) -> float | None:
        """Time of assisted tasks, as a factor of that of unassisted ones of the same estimate."""
        return None if self.adjusted is None else math.exp(self.adjusted.value)

    @property
    def adjusted_interval(self) -> Interval | None:
        """Clustered by assignee; with one assignee, as if every task stood alone."""
        if self.adjusted is None:
            return None
        return (self.adjusted.clustered_interval or self.adjusted.interval).exp()

    @property
    def cautious_interval(self) -> Interval | None:
        """What the verdict is told from: the same, wider the fewer the assignees."""
        if self.adjusted is None:
            return None
        return (self.adjusted.cautious_interval or self.adjusted.interval).exp()

    @property
    def verdict(self) -> Verdict:
        """Longer or shorter where tasks enough agree; never a reason for it."""
        interval = self.cautious_interval
        too_few = min(self.ai_count, self.other_count) < LEAST_PER_GROUP
        if too_few or interval is None or interval.holds(1):
            return "cannot_tell"
        return "longer" if interval.low > 1 else "shorter"

    def needed_count(self, ratio: float = 1.2) -> int:
        """The tasks per group at which such a ratio is found in 80 of 100 comparisons."""
        return needed_per_group(self.log_ratio_sd, ratio)

    def __str__(self) -> str:
        """The verdict as a sentence."""
        interval = self.cautious_interval
        shown = "" if interval is None else f" (95 % interval of the ratio {interval})"
        match self.verdict:
            case "cannot_tell":
                return (
                    f"Cannot tell whether AI-assisted tasks take longer or shorter{shown}:"
                    f" {self.ai_count} assisted and {self.other_count} unassisted tasks;"
                    f" a ratio of 1.2 needs about {self.needed_count()} of each."
                )
            case "longer" | "shorter" as word:
                percent = 100 * abs((self.adjusted_ratio or 1) - 1)
                return (
                    f"AI-assisted tasks took {percent:.0f} % {word} than unassisted ones of the"
                    f" same estimate{shown}. Who used AI for which tasks was not left to chance."
                )


def compare(efforts: Sequence[Effort]) -> AiComparison | None:
    """The comparison, whatever the order of the tasks; None when a group has no or one task.

    Raises ValueError for what is no amount.
    """
    check_amounts(effort.actual for effort in efforts)
    check_amounts(effort.estimate for effort in efforts)
    ai = [effort for effort in efforts if effort.with_ai]
    other = [effort for effort in efforts if not effort.with_ai]
    if min(len(ai), len(other)) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    ai_logs, other_logs = _log_ratios(ai), _log_ratios(other)
    ai_bias, other_bias = fmean(ai_logs), fmean(other_logs)
    assignees = moments_by(map(_row, efforts), (effort.assignee for effort in efforts))
    return AiComparison(
        ai_count=len(ai),
        other_count=len(other),
        assignees_count=len(assignees),
        mean_ratio=_ratio_by(fmean, ai, other),
        median_ratio=_ratio_by(median, ai, other),
        geometric_ratio=_ratio_by(_geometric, ai, other),
        ai_bias_factor=math.exp(ai_bias),
        other_bias_factor=math.exp(other_bias),
        adjusted=difference(assignees),
        within_assignees=difference_within(assignees),
        shift_ratio=math.exp(hodges_lehmann(ai_logs, other_logs)),
        ranks=ranks_of(ai_logs, other_logs),
        log_ratio_sd=_pooled_sd(
            [log - ai_bias for log in ai_logs], [log - other_bias for log in other_logs]
        ),
        overlap_percent=_overlap_percent(efforts),
        balance=(
            _balance("size", ai, other, lambda effort: effort.band),
            _balance("kind", ai, other, lambda effort: effort.kind),
            _balance("assignee", ai, other, lambda effort: effort.assignee),
        ),
    )


def needed_per_group(log_sd: float, ratio: float) -> int:
    """Tasks per group that show a ratio (other than 1) with 80 % power at 5 %, two-sided."""
    normal = NormalDist()
    quantiles = normal.inv_cdf(0.975) + normal.inv_cdf(_POWER)
    return math.ceil(2 * (quantiles * log_sd / math.log(ratio)) ** 2)


def _log_ratios(efforts: Iterable[Effort]) -> list[float]:
    return [math.log(effort.actual / effort.estimate) for effort in efforts]


def _row(effort: Effort) -> Row:
    return float(effort.with_ai), math.log(effort.estimate), math.log(effort.actual)


def _ratio_by(
    middle: Callable[[list[float]], float], ai: Sequence[Effort], other: Sequence[Effort]
) -> float:
    return middle([effort.actual for effort in ai]) / middle([effort.actual for effort in other])


def _geometric(values: Sequence[float]) -> float:
    return math.exp(fmean(map(math.log, values)))


def _pooled_sd(ones: Sequence[float], others: Sequence[float]) -> float:
    """The standard deviation within two groups, each of two or more and less its mean."""
    squares = math.fsum(value * value for value in (*ones, *others))
    return math.sqrt(squares / (len(ones) + len(others) - 2))


def _overlap_percent(efforts: Sequence[Effort]) -> float:
    arms: dict[tuple[str, str], set[bool]] = {}
    for effort in efforts:
        arms.setdefault((effort.assignee, effort.band), set()).add(effort.with_ai)
    return 100 * fmean(len(arms[effort.assignee, effort.band]) > 1 for effort in efforts)


def _balance(
    dimension: str,
    ai: Sequence[Effort],
    other: Sequence[Effort],
    value_of: Callable[[Effort], str],
) -> Balance:
    ai_counts, other_counts = Counter(map(value_of, ai)), Counter(map(value_of, other))
    shares = [
        Share(value, 100 * ai_counts[value] / len(ai), 100 * other_counts[value] / len(other))
        for value in sorted({*ai_counts, *other_counts})
    ]
    shares.sort(key=_apart, reverse=True)
    return Balance(dimension, math.fsum(map(_apart, shares)) / 2, tuple(shares))


def _apart(share: Share) -> float:
    return abs(share.ai_percent - share.other_percent)
