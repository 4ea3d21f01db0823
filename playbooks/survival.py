"""How long work takes when some of it is still open (Kaplan and Meier 1958).

Percentiles of the finished alone are too low: what takes long is what is still open.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OPEN_MATTERS_FROM_SHARE: Final = 0.2
"""From this share of open work on, both medians are told."""

_ROUNDING: Final = 1e-9
"""A product of thousands of fractions may miss the half it stands for by so much."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The part of the work that takes longer than each of the times at which some finished."""

    days: tuple[float, ...]
    longer_shares: tuple[float, ...]

    def percentile(self, percent: float) -> float | None:
        """The least time by which `percent` of all work is finished; None: not seen so far."""
        still_open = 1 - percent / 100 + _ROUNDING
        reached = (
            day
            for day, longer in zip(self.days, self.longer_shares, strict=True)
            if longer <= still_open
        )
        return next(reached, None)


def survival_of(finished_days: Sequence[float], open_ages_days: Sequence[float]) -> Survival:
    """The curve of what finished after so many days, and what is open at such an age."""
    finished, still_open = Counter(finished_days), Counter(open_ages_days)
    at_risk = len(finished_days) + len(open_ages_days)
    longer = 1.0
    days: list[float] = []
    shares: list[float] = []
    for day in sorted({*finished, *still_open}):
        if finished[day]:
            longer *= 1 - finished[day] / at_risk
            days.append(day)
            shares.append(longer)
        at_risk -= finished[day] + still_open[day]
    return Survival(tuple(days), tuple(shares))
