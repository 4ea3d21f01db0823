"""Where it goes: the trend of the weeks, and what of the future the past carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from playbooks.calibration import Calibration, calibrate
from playbooks.days import WorkDays
from playbooks.forecast import (
    LONGEST_HORIZON_DAYS,
    WINDOW_DAYS,
    NoForecast,
    Past,
    day_after,
    how_many,
    past_of,
    when_done,
    working_days_until,
)
from playbooks.task import Task
from playbooks.throughput import Week, full_week_totals, weekly, working_day_counts
from playbooks.trend import Trend, trend_of
from playbooks.velocity_flow import finished_on
from playbooks.velocity_question import Window

_CALIBRATED_PERCENT: Final = 85
"""When so many are done is read at the horizon that the plain forecast gives at this level."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Completions by week over the window, the partial weeks at its ends too, and their trend."""

    weeks: Sequence[Week]
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class CountForecast:
    """At least so many by the end of that day, by level in percent."""

    by: date
    horizon_days: int
    counts: Mapping[int, int]
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class DateForecast:
    """The day by which so many are done, by level in percent; None: not within a year of work."""

    items_count: int
    dates: Mapping[int, date | None]
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is forecast, or why nothing is."""

    past: Past | NoForecast
    by_date: CountForecast | None
    done: DateForecast | None

    @property
    def calibration(self) -> Calibration | None:
        """Of the forecast that was asked for first."""
        first = self.by_date or self.done
        return None if first is None else first.calibration


def pace_of(completed: Sequence[Task], window: Window) -> Pace:
    """The weeks of what was completed in the window."""
    dated = [(day, 1.0) for task in completed if (day := finished_on(task))]
    weeks = weekly(dated, window.first, window.last)
    return Pace(weeks, trend_of(full_week_totals(weeks)) if dated else None)


def outlook_of(
    tasks: Sequence[Task], days: WorkDays, today: date, *, by: date | None, items_count: int
) -> Outlook:
    """From the working days up to yesterday, about those after today.

    `by` lies after today; with `items_count` 0 no day is forecast.
    """
    counts = _history(tasks, days, today)
    past = past_of(counts)
    if isinstance(past, NoForecast):
        return Outlook(past, None, None)
    return Outlook(
        past,
        None if by is None else _count_by(past, counts, days, today, by),
        _done(past, counts, days, today, items_count) if items_count else None,
    )


def _history(tasks: Sequence[Task], days: WorkDays, today: date) -> list[int]:
    """Completions of each working day since the first task, oldest first; today is not over."""
    yesterday = today - timedelta(days=1)
    finished = [(day, task.created) for task in tasks if (day := finished_on(task))]
    begins = min((min(dates) for dates in finished), default=today)
    if begins > yesterday:
        return []
    return working_day_counts((day for day, _ in finished), begins, yesterday, days.is_working)


def _count_by(
    past: Past, counts: Sequence[int], days: WorkDays, today: date, by: date
) -> CountForecast:
    horizon = working_days_until(today, by, days.is_working)
    calibration = _calibrated(counts, horizon, (by - today).days)
    return CountForecast(by, horizon, how_many(past, horizon, calibration.read_at), calibration)


def _done(
    past: Past, counts: Sequence[int], days: WorkDays, today: date, items_count: int
) -> DateForecast:
    plain = when_done(past, items_count)[_CALIBRATED_PERCENT] or LONGEST_HORIZON_DAYS
    until = day_after(today, plain, days.is_working) or today
    calibration = _calibrated(counts, plain, (until - today).days)
    needed = when_done(past, items_count, calibration.read_at)
    dates = {
        level: None if count is None else day_after(today, count, days.is_working)
        for level, count in needed.items()
    }
    return DateForecast(items_count, dates, calibration)


def _calibrated(counts: Sequence[int], horizon: int, calendar_days: int) -> Calibration:
    window = min(WINDOW_DAYS, max(1, len(counts)))
    return calibrate(
        counts, max(1, horizon), window_days=window, reference_days=max(1, calendar_days)
    )
