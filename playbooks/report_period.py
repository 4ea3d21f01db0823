"""Which days a periodic report is about, the like periods before, and the ones since the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from playbooks.arguments import PeriodKind
from playbooks.days import WorkDays
from playbooks.task_dirt import EARLIEST_YEAR
from playbooks.velocity_question import QuestionInvalid, Window

_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)

EARLIER_COUNT: Final[dict[PeriodKind, int]] = {"daily": 8, "weekly": 8, "monthly": 6}
"""So many like periods say what is usual."""

_LOOKED_BACK: Final[dict[PeriodKind, int]] = {"daily": 14, "weekly": 4, "monthly": 3}
"""A report that is older than so many periods is not caught up with."""

_NAMES: Final[dict[PeriodKind, str]] = {"daily": "day", "weekly": "week", "monthly": "month"}


@dataclass(frozen=True, slots=True)
class Period:
    """A day, an ISO week or a calendar month, and how much of it there is on the day `today`."""

    kind: PeriodKind
    whole: Window
    today: date

    @property
    def is_over(self) -> bool:
        """Whether its last day has ended."""
        return self.whole.last < self.today

    @property
    def window(self) -> Window:
        """Its days up to today."""
        return Window(self.whole.first, min(self.whole.last, self.today))

    @property
    def noun(self) -> str:
        """`day`, `week` or `month`."""
        return _NAMES[self.kind]

    def earlier(self, days: WorkDays) -> list[Window]:
        """The like periods before, the last first; of a running one as many days of each.

        A day is like the same weekday: those that were a holiday where it is none are left out.
        """
        windows = [self._back(number) for number in range(1, EARLIER_COUNT[self.kind] + 1)]
        if self.kind == "daily":
            works = days.is_working(self.whole.first)
            return [window for window in windows if days.is_working(window.first) == works]
        if self.is_over:
            return windows
        length = timedelta(days=self.window.days_count - 1)
        return [Window(each.first, min(each.last, each.first + length)) for each in windows]

    def before(self) -> Iterator["Period"]:
        """The periods just before, the last first, as far as one is caught up with."""
        first = self.whole.first
        for _ in range(_LOOKED_BACK[self.kind]):
            whole = holding(self.kind, first - _DAY)
            yield Period(self.kind, whole, self.today)
            first = whole.first

    def _back(self, count: int) -> Window:
        whole = self.whole
        if self.kind != "monthly":
            return Window(whole.first - count * _WEEK, whole.last - count * _WEEK)
        for _ in range(count):
            whole = holding("monthly", whole.first - _DAY)
        return whole

    def __str__(self) -> str:
        match self.kind:
            case "daily":
                return f"{self.whole.first:%A %Y-%m-%d}"
            case "weekly":
                year, week, _ = self.whole.first.isocalendar()
                return f"week {year}-W{week:02} ({self.whole})"
            case "monthly":
                return f"{self.whole.first:%B %Y}"


def period_of(kind: PeriodKind, today: date, day: date | None) -> Period:
    """The period that holds `day`; else today, the last whole week, or the last whole month.

    Raises QuestionInvalid where the day lies in the future, or before any task.
    """
    if day is None:
        return Period(kind, _usual(kind, today), today)
    if day > today or day.year < EARLIEST_YEAR:
        raise QuestionInvalid(
            "There is no report on a day in the future, or before there was anything.",
            remedy=f"Give a day from {EARLIEST_YEAR}-01-01 to today, or leave it out.",
        )
    return Period(kind, holding(kind, day), today)


def _usual(kind: PeriodKind, today: date) -> Window:
    if kind == "daily":
        return Window(today, today)
    return holding(kind, holding(kind, today).first - _DAY)


def holding(kind: PeriodKind, day: date) -> Window:
    """The whole day, week from Monday, or month in which the day lies."""
    match kind:
        case "daily":
            return Window(day, day)
        case "weekly":
            monday = day - timedelta(days=day.weekday())
            return Window(monday, monday + _WEEK - _DAY)
        case "monthly":
            first = day.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
            return Window(first, following - _DAY)
