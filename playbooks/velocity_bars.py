"""A velocity as lines of characters: the picture that comes unasked."""

from collections.abc import Mapping
from datetime import date

from playbooks.days import WorkDays
from playbooks.flow import Durations
from playbooks.throughput import full_week_totals
from playbooks.unicode_bars import BarRow, SpanRow, bar_lines, span_lines, sparkline
from playbooks.velocity import Velocity
from playbooks.velocity_flow import Flow
from playbooks.velocity_text import counted


def bars_of(velocity: Velocity, days: WorkDays) -> list[str]:
    """The full weeks; below them the odds where a forecast was asked for, else how long it took.

    Beside a comparison, which is told in words, the weeks alone.
    """
    if velocity.question.compare == "ai":
        return _weeks(velocity)
    return [*_weeks(velocity), *(_odds(velocity) or _times(velocity.flow, days.unit))]


def _weeks(velocity: Velocity) -> list[str]:
    totals = full_week_totals(velocity.pace.weeks)
    return [f"tasks/week  {sparkline(totals)}"] if any(totals) else []


def _odds(velocity: Velocity) -> list[str]:
    """How many at each confidence, or after how many days."""
    question, outlook = velocity.question, velocity.outlook
    by_date, done = outlook.by_date, outlook.done
    if by_date is not None:
        rows = [
            BarRow(f"odds: {level} %", count, f"{count:,} by {by_date.by}")
            for level, count in by_date.counts.items()
        ]
    elif done is not None and question.forecast_count is not None:
        rows = _by_level(done.dates, question.today)
    else:
        return []
    return bar_lines(rows)


def _by_level(dates: Mapping[int, date | None], today: date) -> list[BarRow]:
    ahead = {level: (day - today).days for level, day in dates.items() if day is not None}
    return [
        BarRow(f"odds: {level} %", days, f"{counted(days, 'calendar day')}: {dates[level]}")
        for level, days in ahead.items()
    ]


def _times(flow: Flow, unit: str) -> list[str]:
    return span_lines(
        [
            _span(name, durations, unit)
            for name, durations in (("cycle time", flow.cycle), ("lead time", flow.lead))
            if durations is not None
        ]
    )


def _span(name: str, durations: Durations, unit: str) -> SpanRow:
    p50, p85, p95 = durations.p50_days, durations.p85_days, durations.p95_days
    return SpanRow(name, p50, p85, p95, f"p50 {p50:g}, p85 {p85:g}, p95 {p95:g} {unit}")
