"""Which stretch of time a question is about, and the one before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from playbooks.arguments import MOST_METRIC_DAYS
from playbooks.days import YEARS, WorkDays
from playbooks.errors import PlaybookError


class PeriodInvalid(PlaybookError):
    """The period asked for is none."""


@dataclass(frozen=True, slots=True)
class MetricPeriod:
    """From `start` until before `end`, both instants; `days` are of the team's zone.

    `before_first_day` begins the stretch to compare it with, where that is not the one just before.
    """

    start: datetime
    end: datetime
    days: WorkDays
    before_first_day: date | None = None

    @property
    def first_day(self) -> date:
        """The day in which it begins."""
        return self.days.local_day(self.start)

    @property
    def last_day(self) -> date:
        """The day in which its last instant lies."""
        return self.days.local_day(self.end - timedelta(microseconds=1))

    def holds(self, moment: date) -> bool:
        """Whether an instant, or a day without a time, belongs to it."""
        if isinstance(moment, datetime):
            return self.start <= moment < self.end
        return self.first_day <= moment <= self.last_day

    def before(self) -> "MetricPeriod":
        """The stretch of the same length to compare it with: as many days, the same times of day.

        Just before it, unless another day is given.
        """
        first = self.before_first_day
        length = self.first_day - first if first else self.last_day - self.first_day + _DAY
        return MetricPeriod(self._back(self.start, length), self._back(self.end, length), self.days)

    def _back(self, moment: datetime, length: timedelta) -> datetime:
        """Days, not hours: a day with a change of clocks has 23 or 25 of them."""
        day = self.days.local_day(moment)
        return self.days.begins(day - length) + (moment - self.days.begins(day))

    def __str__(self) -> str:
        """Its first and last day."""
        return f"{self.first_day:%Y-%m-%d} to {self.last_day:%Y-%m-%d}"

    def told(self, *, compared: bool) -> str:
        """Its days, and those it is compared with."""
        return f"{self} (before: {self.before()})" if compared else str(self)


_DAY: Final = timedelta(days=1)


def metric_period_of(
    now: datetime, days: WorkDays, *, count: int, since: str | None, until: str | None
) -> MetricPeriod:
    """The last `count` days, today included, or from `since` to `until`. Raises PeriodInvalid.

    Both are days or instants of ISO 8601; a day as `until` is included, an instant is not.
    """
    today = days.local_day(now)
    if _moment(since, days.begins, now) > now:
        raise PeriodInvalid("`since` lies in the future.", remedy="Give an earlier `since`.")
    end = min(
        now,
        _moment(until, lambda day: days.begins(min(day, today) + _DAY), now),
    )
    if end.year not in YEARS:
        raise PeriodInvalid(
            f"The period ends before {YEARS.start}.", remedy="Give a later `until`, or none."
        )
    last_day = days.local_day(end - timedelta(microseconds=1))
    start = _moment(since, days.begins, days.begins(last_day - timedelta(days=count - 1)))
    if start >= end:
        raise PeriodInvalid("The period ends before it begins.", remedy="Give a `since` before it.")
    if end - start > timedelta(days=MOST_METRIC_DAYS + 1):
        raise PeriodInvalid(
            f"The period is longer than {MOST_METRIC_DAYS} days.",
            remedy="Nothing is kept longer: cut it.",
        )
    return MetricPeriod(start, end, days)


def _moment(text: str | None, of_day: Callable[[date], datetime], default: datetime) -> datetime:
    if text is None:
        return default
    try:
        if len(text) <= len("2026-01-31"):
            return of_day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PeriodInvalid(
            "The period is not written as ISO 8601.",
            remedy="Write days as 2026-01-31, instants with their zone as 2026-01-31T12:00:00Z.",
        )
    return moment
