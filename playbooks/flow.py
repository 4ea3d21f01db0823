"""How work flows: how long it takes, how much is open, how old that is, and whether it adds up."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from statistics import fmean
from typing import Final, TypeAlias

from playbooks.latency import percentile

Span: TypeAlias = tuple[date, date | None]
"""The day work started and the day it finished; None while it is open."""

SLE_PERCENT: Final = 85
"""The percentile of the cycle time that is the default service level expectation."""

LEAST_FOR_SLE: Final = 19
"""With fewer the longest does not exceed that percentile with 95 % probability."""


def inclusive_days(start: date, finish: date) -> int:
    """Both days counted: what is finished on the day it started took one (Kanban)."""
    return (finish - start).days + 1


@dataclass(frozen=True, slots=True)
class Durations:
    """Percentiles by nearest rank of what took so many days: each was observed."""

    count: int
    p50_days: float
    p70_days: float
    p85_days: float
    p95_days: float


def durations_of(days: Sequence[float]) -> Durations | None:
    """The percentiles of so many durations; None of none."""
    if not days:
        return None
    ordered = sorted(days)
    p50, p70, p85, p95 = (percentile(ordered, percent) for percent in (50, 70, SLE_PERCENT, 95))
    return Durations(len(ordered), p50, p70, p85, p95)


def age_risks(
    durations_days: Sequence[float], ages_days: Iterable[float], sle_days: float
) -> list[float | None]:
    """P(T > SLE | T > age) of open work of each age, from what finished work took.

    1 for what is already that old; None for what is older than anything that ever finished.
    """
    ordered = sorted(durations_days)
    late_count = _beyond(ordered, sle_days)
    risks: list[float | None] = []
    for age in ages_days:
        older_count = _beyond(ordered, age)
        risks.append(min(1.0, late_count / older_count) if older_count else None)
    return risks


def _beyond(ordered: Sequence[float], limit: float) -> int:
    return len(ordered) - bisect_right(ordered, limit)


def _open_counts(spans: Iterable[Span], first: date, last: date) -> list[int]:
    """How many items are open on each day, their first and last days included."""
    days_count = (last - first).days + 1
    changes = [0] * (days_count + 1)
    for start, finish in spans:
        begins = max(0, (start - first).days)
        ends = days_count if finish is None else (finish - first).days + 1
        ends = min(ends, days_count)
        if begins < ends:
            changes[begins] += 1
            changes[ends] -= 1
    return list(accumulate(changes[:-1]))


@dataclass(frozen=True, slots=True)
class LittlesLaw:
    """L = λW over a window; far from each other, the percentiles describe no steady flow."""

    wip_mean: float
    """L: open items per day, an item's first and last day both counted."""
    finished_per_day: float
    """λ."""
    cycle_mean_days: float
    """W of what finished, both days counted."""

    @property
    def implied_wip(self) -> float:
        """λW."""
        return self.finished_per_day * self.cycle_mean_days

    @property
    def gap_percent(self) -> float:
        """How far L lies from λW: above 0, work piles up; below, it is worked off."""
        return 100 * (self.wip_mean / self.implied_wip - 1)


def littles_law(spans: Sequence[Span], first: date, last: date) -> LittlesLaw | None:
    """The three figures by the same inclusive count of calendar days; None if nothing finished."""
    took = [
        inclusive_days(start, finish)
        for start, finish in spans
        if finish is not None and first <= finish <= last
    ]
    if not took:
        return None
    counts = _open_counts(spans, first, last)
    return LittlesLaw(
        wip_mean=fmean(counts),
        finished_per_day=len(took) / len(counts),
        cycle_mean_days=math.fsum(took) / len(took),
    )
