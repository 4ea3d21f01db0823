"""Days as a team lives them: in its time zone, with its working days and holidays."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY: Final = (0, 1, 2, 3, 4)
"""Days of the week as `date.weekday` counts them."""

YEARS: Final = range(1970, 9999)
"""Of instants that can be meant; those at the ends of the calendar have no day in some zones."""

_WEEK_DAYS: Final = 7
"""Ordinal 1, the first day that there is, was a Monday."""


@dataclass(frozen=True, slots=True)
class WorkDays:
    """The calendar of a team: IANA `zone`, working `weekdays` (Monday is 0), `holidays`.

    Days are counted with both ends: from a day to itself is one day.
    """

    zone: str = "UTC"
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    holidays: tuple[date, ...] = ()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _before: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _off: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _known: dict[int, int] = field(
        init=False, repr=False, compare=False, default_factory=dict[int, int]
    )

    def __post_init__(self) -> None:
        working = tuple(sum(day < end for day in self.weekdays) for end in range(_WEEK_DAYS))
        off = {day.toordinal() for day in self.holidays if day.weekday() in self.weekdays}
        object.__setattr__(self, "_zone", ZoneInfo(self.zone))
        object.__setattr__(self, "_before", working)
        object.__setattr__(self, "_off", tuple(sorted(off)))

    @property
    def is_every_day(self) -> bool:
        """Whether working days are simply calendar days."""
        return len(set(self.weekdays)) == _WEEK_DAYS and not self.holidays

    @property
    def unit(self) -> str:
        """What is counted, in words."""
        return f"{self._day}s"

    def lasting(self, days_count: float) -> str:
        """`1 working day`, `8 working days`."""
        return f"{days_count:g} {self._day if days_count == 1 else self.unit}"

    @property
    def _day(self) -> str:
        return "calendar day" if self.is_every_day else "working day"

    def local_day(self, moment: date) -> date:
        """The day of an instant in the zone; a day without a time is one of the zone already."""
        if isinstance(moment, datetime):
            return moment.astimezone(self._zone).date()
        return moment

    def begins(self, day: date) -> datetime:
        """The instant, in UTC, at which the day begins in the zone."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def is_working(self, day: date) -> bool:
        """Whether work is done on that day."""
        return self.count(day, day) == 1

    def count(self, first: date, last: date) -> int:
        """The working days from `first` to `last`, both counted; 0 when there are none."""
        return max(0, self._until(last.toordinal()) - self._until(first.toordinal() - 1))

    def _until(self, ordinal: int) -> int:
        """Working days from the first day that there is up to and with this one.

        Remembered: many tasks have few different days.
        """
        known = self._known.get(ordinal)
        if known is None:
            weeks, rest = divmod(ordinal, _WEEK_DAYS)
            working = weeks * len(self.weekdays) + self._before[rest]
            known = self._known[ordinal] = working - bisect_right(self._off, ordinal)
        return known
