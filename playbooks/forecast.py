"""How many by then, and when so many: exact, from the throughput of the team's own days.

Each coming day is a draw from the past ones. Plain, such a forecast is too sure of itself, since
work comes in bursts and teams change; `playbooks.calibration` says at which level it must be read
to hold.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final, TypeAlias

from playbooks.convolution import (
    NOTHING,
    Weights,
    convolved,
    power,
    share_from,
    weights_of,
)
from playbooks.throughput import IsWorkingDay, days_of

LEVELS_PERCENT: Final = (50, 70, 85, 95)
"""The confidences that a forecast is told at."""

WINDOW_DAYS: Final = 90
"""How many past days are drawn from; shorter windows did worse on 41 real histories."""

LEAST_ACTIVE_DAYS: Final = 5
"""With completions on fewer days there is no forecast."""

MOST_PER_DAY: Final = 200
"""More completions on one day are a bulk closing; they are drawn as this many."""

LONGEST_HORIZON_DAYS: Final = 365
"""Further ahead the past says nothing."""

ReadAt: TypeAlias = Callable[[int], float]
"""The probability, from 0 to 1, to read a plain forecast at for a level in percent."""


def plainly(level_percent: int) -> float:
    """Reads the forecast as it stands."""
    return level_percent / 100


@dataclass(frozen=True, slots=True)
class Past:
    """The completions of the past days that a forecast draws from."""

    days: Weights
    """How likely each number of completions a day is."""
    days_count: int
    capped_days_count: int

    def sum_of(self, days_count: int, below: int | None = None) -> Weights:
        """The distribution of the completions in so many coming days."""
        return power(self.days, days_count, below)


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Why the past does not carry one."""

    reason: str


def past_of(daily_counts: Sequence[int], window_days: int = WINDOW_DAYS) -> Past | NoForecast:
    """The newest days of a history (oldest first, the days without completions included)."""
    days = daily_counts[-window_days:]
    active_count = sum(count > 0 for count in days)
    if not active_count:
        return NoForecast(f"nothing was completed lately; it needs {LEAST_ACTIVE_DAYS} such days")
    if active_count < LEAST_ACTIVE_DAYS:
        return NoForecast(
            f"only {active_count} of the last {len(days)} days have a completion;"
            f" a forecast needs {LEAST_ACTIVE_DAYS}"
        )
    capped = [min(count, MOST_PER_DAY) for count in days]
    too_many_count = sum(count > MOST_PER_DAY for count in days)
    return Past(weights_of(capped), len(days), too_many_count)


def how_many(past: Past, days_count: int, read_at: ReadAt = plainly) -> dict[int, int]:
    """The completions to count on within so many days, by level in percent.

    Raises ValueError for more than a year.
    """
    _check_horizon(days_count)
    below = [0, *accumulate(past.sum_of(days_count))]
    return {level: _most_at(below, read_at(level)) for level in LEVELS_PERCENT}


def _most_at(below: Sequence[int], probability: float) -> int:
    """The largest k of which k or more are at least so probable."""
    allowed = below[-1] * (1 - probability)
    return min(bisect_right(below, allowed), len(below) - 1) - 1


def likelihood(past: Past, items_count: int, days_count: int) -> float:
    """The plain probability of so many completions or more within so many days."""
    _check_horizon(days_count)
    wanted = max(0, items_count)
    return share_from(past.sum_of(days_count, below=wanted), wanted)


def when_done(past: Past, items_count: int, read_at: ReadAt = plainly) -> dict[int, int | None]:
    """In how many days so many are done, by level in percent; None: not within a year."""
    if items_count <= 0:
        return dict.fromkeys(LEVELS_PERCENT, 0)
    doublings = _doublings(past, items_count)
    return {level: _least_days(doublings, items_count, read_at(level)) for level in LEVELS_PERCENT}


def _doublings(past: Past, items_count: int) -> list[Weights]:
    """The completions of 1, 2, 4, … days, below the wanted number."""
    doublings = [past.sum_of(1, below=items_count)]
    while 2 ** len(doublings) <= LONGEST_HORIZON_DAYS:
        doublings.append(convolved(doublings[-1], doublings[-1], below=items_count))
    return doublings


def _least_days(doublings: Sequence[Weights], items_count: int, probability: float) -> int | None:
    """The first day by which it is so probable, found bit by bit: it only grows with the days."""
    days, total = 0, NOTHING
    for bit in reversed(range(len(doublings))):
        longer = convolved(total, doublings[bit], below=items_count)
        if share_from(longer, items_count) < probability:
            days, total = days + 2**bit, longer
    return days + 1 if days < LONGEST_HORIZON_DAYS else None


def met_share(past: Past, actual_count: int, days_count: int) -> float:
    """P(S > actual): a forecast read at a higher probability than this was met."""
    return likelihood(past, actual_count + 1, days_count)


def _check_horizon(days_count: int) -> None:
    if not 0 <= days_count <= LONGEST_HORIZON_DAYS:
        raise ValueError(f"a horizon has 0 to {LONGEST_HORIZON_DAYS} days, got {days_count}")


def working_days_until(today: date, until: date, is_working: IsWorkingDay) -> int:
    """The working days after today and up to `until`."""
    return sum(map(is_working, days_of(today, until)[1:]))


def day_after(today: date, working_days: int, is_working: IsWorkingDay) -> date | None:
    """The day that so many working days after today end on; None: not within five years."""
    left = working_days
    for day in (today + timedelta(days=n) for n in range(5 * LONGEST_HORIZON_DAYS)):
        left -= day > today and is_working(day)
        if left <= 0:
            return day
    return None
