"""What the words of date filters mean: spans of instants, in UTC."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from server.workspace.times import DAY_MS, from_ms, to_ms

_YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, in milliseconds; an instant is a span of one."""

    start_ms: int
    end_ms: int


def of_moment(moment: date | datetime) -> Span:
    """A day in whole, or an instant."""
    start_ms = to_ms(moment)
    if isinstance(moment, datetime):
        return Span(start_ms, start_ms + 1)
    return Span(start_ms, start_ms + DAY_MS)


def named_day(word: str, now_ms: int) -> Span:
    """The day that a word such as `today` or `one_week_ago` means."""
    return of_moment(DAYS[word](from_ms(now_ms).date()))


def named_span(word: str, now_ms: int) -> Span:
    """The days of `this_week` (from Monday), `past_month`, `next_year`; the latter touch today."""
    first, last = _SPANS[word](from_ms(now_ms).date())
    return Span(to_ms(first), to_ms(last) + DAY_MS)


def _months(day: date, count: int) -> date:
    index = day.year * _YEAR_MONTHS + day.month - 1 + count
    year, month = divmod(index, _YEAR_MONTHS)
    following = date(year + (month == _YEAR_MONTHS - 1), (month + 1) % _YEAR_MONTHS + 1, 1)
    last_day = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last_day))


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


DAYS: Final[Mapping[str, Callable[[date], date]]] = {
    "today": lambda day: day,
    "tomorrow": lambda day: day + timedelta(days=1),
    "yesterday": lambda day: day - timedelta(days=1),
    "one_week_ago": lambda day: day - timedelta(days=7),
    "one_week_from_now": lambda day: day + timedelta(days=7),
    "one_month_ago": lambda day: _months(day, -1),
    "one_month_from_now": lambda day: _months(day, 1),
}
"""Words that may stand where a date does."""

_SPANS: Final[Mapping[str, Callable[[date], tuple[date, date]]]] = {
    "this_week": _week,
    "past_week": lambda day: (day - timedelta(days=7), day),
    "past_month": lambda day: (_months(day, -1), day),
    "past_year": lambda day: (_months(day, -_YEAR_MONTHS), day),
    "next_week": lambda day: (day, day + timedelta(days=7)),
    "next_month": lambda day: (day, _months(day, 1)),
    "next_year": lambda day: (day, _months(day, _YEAR_MONTHS)),
}
SPANS: Final = tuple(_SPANS)
"""Operators that take an empty object."""
