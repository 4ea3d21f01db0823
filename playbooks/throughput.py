"""How much gets done: completions over days and weeks, those without any included."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

IsWorkingDay: TypeAlias = Callable[[date], bool]
WEEK_DAYS_COUNT: Final = 7


@dataclass(frozen=True, slots=True)
class Throughput:
    """Completions from the first to the last day of a window, both included."""

    completed_count: int
    days_count: int
    active_days_count: int
    """Days with a completion."""
    working_days_count: int
    completed_on_working_days_count: int
    active_working_days_count: int

    @property
    def per_day(self) -> float:
        """Completions per calendar day, the days without any counted."""
        return self.completed_count / self.days_count

    @property
    def idle_percent(self) -> float:
        """The part of the calendar days without a completion."""
        return 100 * (1 - self.active_days_count / self.days_count)

    @property
    def per_working_day(self) -> float | None:
        """Completions of working days per working day; None when the window has none."""
        if self.working_days_count == 0:
            return None
        return self.completed_on_working_days_count / self.working_days_count

    @property
    def idle_working_percent(self) -> float | None:
        """The part of the working days without a completion."""
        if self.working_days_count == 0:
            return None
        return 100 * (1 - self.active_working_days_count / self.working_days_count)


def throughput(
    finished: Iterable[date], first: date, last: date, is_working: IsWorkingDay
) -> Throughput:
    """The throughput of a window; what finished outside of it is not counted."""
    counts = daily_counts(finished, first, last)
    days = days_of(first, last)
    working = [count for day, count in zip(days, counts, strict=True) if is_working(day)]
    return Throughput(
        completed_count=sum(counts),
        days_count=len(counts),
        active_days_count=sum(count > 0 for count in counts),
        working_days_count=len(working),
        completed_on_working_days_count=sum(working),
        active_working_days_count=sum(count > 0 for count in working),
    )


def daily_counts(finished: Iterable[date], first: date, last: date) -> list[int]:
    """Completions of each day from `first` to `last`, oldest first."""
    counts = Counter(finished)
    return [counts[day] for day in days_of(first, last)]


def working_day_counts(
    finished: Iterable[date], first: date, last: date, is_working: IsWorkingDay
) -> list[int]:
    """Completions of each working day; what was done on another day counts for the next one."""
    counts: list[int] = []
    carried = 0
    days = days_of(first, last)
    for day, count in zip(days, daily_counts(finished, first, last), strict=True):
        carried += count
        if is_working(day):
            counts.append(carried)
            carried = 0
    return counts


def days_of(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`. Raises ValueError when `last` is earlier."""
    if last < first:
        raise ValueError(f"a window must not end ({last}) before it begins ({first})")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week's part of a window, and the total of what is dated in it."""

    monday: date
    days_count: int
    total: float

    @property
    def is_full(self) -> bool:
        """Whether the window holds all of it; a partial week says nothing about pace."""
        return self.days_count == WEEK_DAYS_COUNT

    def __str__(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"


def weekly(dated: Iterable[tuple[date, float]], first: date, last: date) -> list[Week]:
    """The amounts (1 for a completion, or its points) of each ISO week, the empty ones too."""
    days_counts = Counter(map(monday_of, days_of(first, last)))
    totals = dict.fromkeys(days_counts, 0.0)
    for day, amount in dated:
        if first <= day <= last:
            totals[monday_of(day)] += amount
    return [Week(monday, days_counts[monday], total) for monday, total in totals.items()]


def full_week_totals(weeks: Sequence[Week]) -> list[float]:
    """The totals of the whole weeks, oldest first: what a trend is told from."""
    return [week.total for week in weeks if week.is_full]


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())
