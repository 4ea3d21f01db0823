"""The team's calendar: weekends are rare, holidays are quiet, August is slow."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

HISTORY_DAYS: Final = 184
"""About six months up to today."""

OLD_AFTER_DAYS: Final = 30
"""Log entries and calls before that many days ago are what a clean-up may take."""

_HORIZON_DAYS: Final = 250
"""How far work in hand may reach beyond today; what lies there has not happened yet."""

_HOLIDAYS: Final = frozenset(
    {(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11)} | {(12, day) for day in range(24, 32)}
)
_QUIET_MONTH: Final = 8
_QUIET_PACE: Final = 0.55
_WEEKEND_CHANCE: Final = 0.05
_DAY_STARTS: Final = time(7, 30, tzinfo=UTC)
_DAY_LASTS_MIN: Final = 9 * 60


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days on which somebody worked, in order; a position counts them, in fractions."""

    today: date
    days: tuple[date, ...]

    @property
    def past(self) -> tuple[date, ...]:
        """The days up to and with today."""
        return self.days[: bisect_left(self.days, self.today + timedelta(days=1))]

    def later(self, instant: datetime, worked_days: float) -> datetime:
        """The working instant that many working days after `instant`."""
        position = self._position(instant) + worked_days
        whole = min(int(position), len(self.days) - 1)
        return instant_of(self.days[whole], position - int(position))

    def between(self, start: datetime, end: datetime, share: float) -> datetime:
        """The instant at that share of the working time from `start` to `end`."""
        return self.later(start, (self._position(end) - self._position(start)) * share)

    def _position(self, instant: datetime) -> float:
        whole = bisect_left(self.days, instant.date())
        if whole == len(self.days) or self.days[whole] != instant.date():
            return float(whole)
        since_start = instant - datetime.combine(instant.date(), _DAY_STARTS)
        share = since_start / timedelta(minutes=_DAY_LASTS_MIN)
        return whole + min(max(share, 0.0), 0.999)


def workdays(today: date, rng: Random) -> Workdays:
    """The calendar from six months ago to well beyond today."""
    first = today - timedelta(days=HISTORY_DAYS)
    span = (first + timedelta(days=n) for n in range(HISTORY_DAYS + _HORIZON_DAYS))
    return Workdays(today, tuple(day for day in span if _is_worked(day, rng)))


def pick_days(days: Sequence[date], count: int, rng: Random, *, growth: float = 0.0) -> list[date]:
    """`count` days in order; later ones likelier by `growth` (1.0 = twice at the end)."""
    if not days:
        return []
    weights = [
        (1 + growth * place / len(days)) * (_QUIET_PACE if day.month == _QUIET_MONTH else 1.0)
        for place, day in enumerate(days)
    ]
    return sorted(rng.choices(days, weights, k=count))


def instant_of(day: date, share: float) -> datetime:
    """The instant at that share of the working day, cut to the minute as Notion does."""
    return datetime.combine(day, _DAY_STARTS) + timedelta(minutes=int(share * _DAY_LASTS_MIN))


def _is_worked(day: date, rng: Random) -> bool:
    weekend = day.isoweekday() > 5  # noqa: PLR2004 - Saturday and Sunday
    by_chance = rng.random() < _WEEKEND_CHANCE
    return by_chance if weekend else (day.month, day.day) not in _HOLIDAYS
