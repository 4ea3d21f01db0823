"""The picture of a velocity report: the forecast where one was asked for, else the weeks."""

from datetime import date, timedelta
from typing import Final

from playbooks.days import WorkDays
from playbooks.forecast import (
    LONGEST_HORIZON_DAYS,
    NoForecast,
    Past,
    how_many,
    working_days_until,
)
from playbooks.picture import Specification
from playbooks.pictures.forecast_fan import ForecastDay, forecast_fan
from playbooks.pictures.throughput import WeeklyTrend, throughput
from playbooks.trend import Trend
from playbooks.velocity import Velocity
from playbooks.velocity_text import counted, number

_SHOWN_DAYS: Final = 30
"""How far ahead is shown where no day is in sight."""

_DIRECTIONS: Final = {
    "rising": "rising",
    "falling": "falling",
    "no_evidence": "no evidence of a trend",
}


def picture_of(velocity: Velocity, days: WorkDays) -> Specification:
    """A specification whose title says the finding."""
    question, past = velocity.question, velocity.outlook.past
    asks = question.forecast_by is not None or question.forecast_count is not None
    if asks and not isinstance(past, NoForecast):
        return _fan(velocity, past, days)
    return _weeks(velocity)


def _weeks(velocity: Velocity) -> Specification:
    full = [week for week in velocity.pace.weeks if week.is_full]
    trend = velocity.pace.trend
    told = f"; {_DIRECTIONS[trend.direction]}" if trend else ""
    title = f"{number(velocity.flow.throughput.per_day)} tasks a day{told}"
    first = full[0].monday if full else velocity.question.window.first
    return throughput(title, first, [week.total for week in full], _line(trend))


def _line(trend: Trend | None) -> WeeklyTrend | None:
    if trend is None:
        return None
    slope = trend.slope
    return WeeklyTrend(slope.intercept, slope.per_step, slope.interval.low, slope.interval.high)


def _fan(velocity: Velocity, past: Past, days: WorkDays) -> Specification:
    outlook, today = velocity.outlook, velocity.question.today
    by_date, done = outlook.by_date, outlook.done
    calibration = outlook.calibration
    assert calibration is not None  # there is a past, and a question about it
    ends = [day for day in (done.dates.values() if done else ()) if day is not None]
    if by_date is not None:
        ends.append(by_date.by)
    last = max(ends) if ends else today + timedelta(days=_SHOWN_DAYS)
    shown = [
        ForecastDay(day, how_many(past, working_days, calibration.read_at))
        for day in _drawn_days(today, last, days)
        if (working_days := working_days_until(today, day, days.is_working)) <= LONGEST_HORIZON_DAYS
    ]
    if by_date is not None:
        title = f"{counted(by_date.counts[85], 'task')} or more by {by_date.by}, at 85 %"
    else:
        assert done is not None
        title = (
            f"{counted(done.items_count, 'task')} by {done.dates[85] or 'no day in sight'}, at 85 %"
        )
    return forecast_fan(
        title,
        shown,
        goal=done.items_count if done else None,
        deadline=velocity.question.forecast_by,
    )


def _drawn_days(today: date, last: date, days: WorkDays) -> list[date]:
    """Each working day after today, on which alone a forecast rises, and the last day."""
    later = [today + timedelta(days=number) for number in range(1, (last - today).days)]
    return [*filter(days.is_working, later), last]
