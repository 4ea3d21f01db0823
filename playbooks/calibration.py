"""At which level must a forecast be read to hold as often as it says?

Each past horizon is forecast from the days before it: u = P(S > what came) is the level above
which that forecast was met. What holds q of the time is then read at the q-quantile of u. Until a
team has twenty such horizons, the quantiles of 39 open-source projects (TAWOS) stand in.
"""

import math
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from playbooks.forecast import MOST_PER_DAY, WINDOW_DAYS, NoForecast, met_share, past_of, plainly
from playbooks.intervals import Interval, wilson

Source: TypeAlias = Literal["own", "reference"]

LEAST_OWN_COUNT: Final = 20
"""So many past horizons, and the team's own quantiles are used."""

MOST_OWN_COUNT: Final = 200
"""The newest so many are looked at; what lies further back is another team."""

REFERENCE_LEVELS: Final = {
    7: {50: 0.50, 85: 0.827, 95: 0.942},
    14: {50: 0.50, 85: 0.886, 95: 0.978},
    30: {50: 0.50, 85: 0.944, 95: 0.995},
}
"""By horizon in days, and by level in percent: where 39 projects were to be read."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often forecasts of the past were met, and what else that number may mean."""

    level_percent: int
    met_count: int
    horizons_count: int
    interval: Interval

    @property
    def met_percent(self) -> float:
        """The share that was met."""
        return 100 * self.met_count / self.horizons_count

    @property
    def is_consistent(self) -> bool:
        """Whether the promised level lies within the 95 % interval of what was achieved."""
        return self.interval.holds(self.level_percent / 100)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the past horizons of a length say about forecasts of that length."""

    horizon_days: int
    reference_days: int
    """The same horizon in calendar days, by which the reference is looked up."""
    met_shares: tuple[float, ...]
    """u of each past horizon, oldest first."""

    @property
    def source(self) -> Source:
        """Whose quantiles are read."""
        return "own" if len(self.met_shares) >= LEAST_OWN_COUNT else "reference"

    def read_at(self, level_percent: int) -> float:
        """The probability to read the plain forecast at."""
        return self._read_at(level_percent, sorted(self.met_shares))

    def coverage(self, level_percent: int) -> Coverage | None:
        """How often the recalibrated forecast was met, each read by what was known before it."""
        known: list[float] = []
        met_count = 0
        for share in self.met_shares:
            met_count += share < self._read_at(level_percent, known)
            insort(known, share)
        return self._covered(level_percent, met_count)

    def plain_coverage(self, level_percent: int) -> Coverage | None:
        """How often the forecast as it stands was met; None without a past horizon."""
        level = plainly(level_percent)
        return self._covered(level_percent, sum(share < level for share in self.met_shares))

    def _read_at(self, level_percent: int, known: Sequence[float]) -> float:
        if len(known) < LEAST_OWN_COUNT:
            return reference_level(level_percent, self.reference_days)
        # one more than the known: the coming horizon is as likely to fall anywhere among them
        rank = math.ceil((len(known) + 1) * level_percent / 100)
        return 1.0 if rank > len(known) else math.nextafter(known[rank - 1], 1)

    def _covered(self, level_percent: int, met_count: int) -> Coverage | None:
        count = len(self.met_shares)
        interval = wilson(met_count, count)
        return None if interval is None else Coverage(level_percent, met_count, count, interval)


def calibrate(
    daily_counts: Sequence[int],
    horizon_days: int,
    *,
    window_days: int = WINDOW_DAYS,
    reference_days: int | None = None,
) -> Calibration:
    """Forecasts the past of a team, oldest day first, in horizons that do not overlap.

    Left out are those whose past carries no forecast, or that hold a bulk closing. Counts of
    working days need `reference_days`, the horizon in calendar days.
    """
    starts = range(len(daily_counts) - horizon_days, window_days - 1, -horizon_days)
    shares = [
        _met_share(daily_counts[start - window_days : start], daily_counts[start:][:horizon_days])
        for start in reversed(starts[:MOST_OWN_COUNT])
    ]
    known = tuple(share for share in shares if share is not None)
    return Calibration(horizon_days, reference_days or horizon_days, known)


def _met_share(before: Sequence[int], horizon: Sequence[int]) -> float | None:
    if max(*before, *horizon) > MOST_PER_DAY:
        return None
    past = past_of(before, len(before))
    return None if isinstance(past, NoForecast) else met_share(past, sum(horizon), len(horizon))


def reference_level(level_percent: int, horizon_days: int) -> float:
    """Where the reference projects were to be read, linear between what was measured.

    Horizons beyond the measured ones are read as the nearest.
    """
    by_horizon = {
        days: _between(levels, level_percent) for days, levels in REFERENCE_LEVELS.items()
    }
    return _between(by_horizon, horizon_days)


def _between(known: dict[int, float], wanted: int) -> float:
    lower = max((key for key in known if key <= wanted), default=min(known))
    upper = min((key for key in known if key >= wanted), default=max(known))
    part = (wanted - lower) / (upper - lower) if upper > lower else 0.0
    return known[lower] + part * (known[upper] - known[lower])
