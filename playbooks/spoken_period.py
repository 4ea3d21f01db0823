"""The days a question speaks of, in words: `last 7 days`, `since october`, `than last week`."""

import re
from calendar import month_name
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final, TypeAlias

Days: TypeAlias = tuple[date, date]
"""The first and the last."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a question says about days; `first` and `last` are None where it says nothing of them.

    `before` is the day with which the stretch begins that it is to be compared with, if one is
    named. `is_clear` False: some of its words about days are not understood.
    """

    first: date | None = None
    last: date | None = None
    compares: bool = False
    before: date | None = None
    is_clear: bool = True


def spoken_period(asked: str, today: date) -> Spoken:
    """The days of a question; weeks begin on Monday, a month is the last one of that name."""
    spaced = " ".join(re.sub(r"[<>?!()\"']", " ", asked.casefold()).split())
    text, named = _marked(_IN_GROUPS.sub("", spaced), today)
    if _BESIDE.search(text):
        return Spoken(is_clear=False)
    text, plain_count = _THAN_BEFORE.subn("", text)
    against = _THAN_DAYS.search(text)
    text = _THAN_DAYS.sub("", text, count=1)
    meant = _RANGE.search(text)
    first, last = (None, None) if meant is None else _range(meant, named, today)
    is_clear = not _OF_TIME.search(_RANGE.sub("", text, count=1))
    if against is None:
        return Spoken(first, last, compares=plain_count > 0, is_clear=is_clear)
    other = named[int(against["one"])]
    days = (other[1] + _DAY, today) if meant is None else (first, last)
    if not _alike(days, other, today):
        return Spoken(first, last, compares=True, is_clear=False)
    return Spoken(*days, compares=True, before=other[0], is_clear=is_clear)


def _marked(text: str, today: date) -> tuple[str, list[Days]]:
    """The text with `<0>` for its first days, and so on; and those days."""
    named: list[Days] = []

    def mark(found: re.Match[str], days_of: _DaysOf) -> str:
        try:
            named.append(days_of(found, today))
        except (ValueError, OverflowError):  # no such day in the calendar
            return found[0]
        return f"<{len(named) - 1}>"

    for pattern, days_of in _NAMED:
        text = pattern.sub(partial(mark, days_of=days_of), text)
    return text, named


def _range(
    meant: re.Match[str], named: Sequence[Days], today: date
) -> tuple[date | None, date | None]:
    first, last = named[int(meant["one"])]
    last = min(last, today) if first <= today else last
    if meant["other"] is not None:
        others = named[int(meant["other"])]
        return min(first, others[0]), max(last, others[1])
    match meant["how"]:
        case None:
            return first, last
        case "until" | "till" | "up to":
            return None, last
        case _:
            return first, max(last, today)


def _alike(days: tuple[date | None, date | None], other: Days, today: date) -> bool:
    """Whether `other` lies before, and is as long: months are not quite, nor what runs yet."""
    first, last = days
    if first is None or last is None or not other[1] < first <= last:
        return False
    longer_days = ((other[1] - other[0]) - (last - first)).days
    is_running = last == today and first == other[1] + _DAY
    return abs(longer_days) <= _MONTHS_DIFFER_DAYS or (is_running and longer_days > 0)


_DAY: Final = timedelta(days=1)
_MONTHS_DIFFER_DAYS: Final = 3

_DaysOf: TypeAlias = Callable[[re.Match[str], date], Days]


def _iso_day(found: re.Match[str], _: date) -> Days:
    day = date.fromisoformat(found["day"])
    return day, day


def _day_of_month(found: re.Match[str], today: date) -> Days:
    first = _named_month(found, today)
    day = first.replace(day=int(found["day"]))
    if day > today and found["year"] is None:
        day = day.replace(year=day.year - 1)
    return day, day


def _month(found: re.Match[str], today: date) -> Days:
    first = _named_month(found, today)
    return first, _months_on(first, 1) - _DAY


def _named_month(found: re.Match[str], today: date) -> date:
    """Its first day: of the year that is named, else of the last such month that has begun."""
    number = _MONTHS.index(found["month"][:3]) + 1
    year = found["year"] or today.year - (number > today.month)
    return date(int(year), number, 1)


def _months_on(day: date, count: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + count, 12)
    following = date(day.year + years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(following - _DAY, date(day.year + years, month + 1, 1) + (day.day - 1) * _DAY)


def _year(found: re.Match[str], _: date) -> Days:
    year = int(found["year"])
    return date(year, 1, 1), date(year, 12, 31)


def _last_count(found: re.Match[str], today: date) -> Days:
    told = found["count"] or "1"
    count = int(told) if told.isdecimal() else _COUNTS.index(told) + 1
    return _back(today, count, found["unit"]) + _DAY, today


def _back(today: date, count: int, unit: str) -> date:
    match unit:
        case "day":
            return today - count * _DAY
        case "week":
            return today - 7 * count * _DAY
        case "month":
            return _months_on(today, -count)
        case _:
            return _months_on(today, -12 * count)


def _unit(found: re.Match[str], today: date) -> Days:
    """`this week`, `last month`: whole ones of the calendar, as far as they are over."""
    match found["unit"]:
        case "week":
            first = today - today.weekday() * _DAY
        case "month":
            first = today.replace(day=1)
        case _:
            first = today.replace(month=1, day=1)
    if found["which"] in {"this", "current"}:
        return first, today
    return _back(first, 1, found["unit"]), first - _DAY


def _single_day(found: re.Match[str], today: date) -> Days:
    ago = ("today", "yesterday", "day before yesterday").index(found["day"])
    return today - ago * _DAY, today - ago * _DAY


def _weekday(found: re.Match[str], today: date) -> Days:
    """The last day of that name; today where today has it, unless it is called `last`."""
    ago = (today.weekday() - _WEEKDAYS.index(found["day"])) % 7
    day = today - (ago or (7 if found["last"] else 0)) * _DAY
    return day, day


_MONTHS: Final = tuple(name[:3].casefold() for name in month_name[1:])
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTS: Final = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)

_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_OF_YEAR: Final = r"(?:,? (?P<year>20\d\d))?"
_MAY_IS_NO_VERB: Final = (
    r"(?:(?!may\b)|(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\bfrom )|(?<=\bto )|(?<=\bduring )"
    r"|(?<=\buntil )|(?<=\bthan )|(?=may 20\d\d))"
)

_NAMED: Final[tuple[tuple[re.Pattern[str], _DaysOf], ...]] = (
    (re.compile(r"\b(?P<day>\d{4}-\d\d-\d\d)\b(?![t:-])"), _iso_day),
    (
        re.compile(rf"\b(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? {_MONTH}\b{_OF_YEAR}"),
        _day_of_month,
    ),
    (re.compile(rf"\b{_MONTH} (?P<day>\d\d?)(?:st|nd|rd|th)?\b{_OF_YEAR}"), _day_of_month),
    (re.compile(rf"\b{_MAY_IS_NO_VERB}(?:last )?{_MONTH}\b{_OF_YEAR}"), _month),
    (re.compile(r"(?<![-./\d])(?P<year>20[123]\d)\b(?![-./])"), _year),
    (
        re.compile(
            rf"\b(?:last|past|previous|recent) (?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
            r" (?P<unit>day|week|month|year)s?\b"
        ),
        _last_count,
    ),
    (re.compile(r"\bpast (?P<count>)(?P<unit>day|week|month|year)\b"), _last_count),
    (
        re.compile(r"\b(?P<which>this|current|last|previous) (?P<unit>week|month|year)\b"),
        _unit,
    ),
    (re.compile(r"\b(?P<day>today|day before yesterday|yesterday)\b"), _single_day),
    (re.compile(rf"\b(?P<last>last )?(?P<day>{'|'.join(_WEEKDAYS)})\b"), _weekday),
)
"""In this order: what is part of a longer expression comes after it."""

_DAYS: Final = r"<(?P<one>\d+)>"
_RANGE: Final = re.compile(
    r"(?:\b(?P<how>since|starting(?: from| on| in)?|until|till|up to) )?(?:the )?"
    rf"(?:(?:start|beginning|end) of )?{_DAYS}"
    r"(?: ?(?:\bto|\buntil|\btill|\bthrough|\band|-|\u2013) ?(?:the )?<(?P<other>\d+)>)?"
)
_THAN: Final = (
    r"\b(?:than|vs\.?|versus|against|compared (?:to|with))"
    r" (?:(?:it was|was|were|in|on|during|the) )*"
)
_THAN_DAYS: Final = re.compile(_THAN + _DAYS)
_THAN_BEFORE: Final = re.compile(
    _THAN + r"(?:(?:previous|prior|preceding) (?:period|one)|(?:\d+ )?(?:(?:day|week|month|year)s?"
    r" |period )?before)\b(?! (?:the )?(?:last|<))"
)
_BESIDE: Final = re.compile(r"\b(?:before|after|except|excluding|without) (?:the )?<")
"""Days that are named, but not asked about."""

_IN_GROUPS: Final = re.compile(r"\b(?:per|by|each|every|a) (?:day|week|month|year)s?\b")
_OF_TIME: Final = re.compile(
    r"<|\d[-./]\d\d?[-./]\d|\b(?:days?|weeks?|months?|years?|quarters?|hours?|sprints?|weekends?"
    r"|tomorrow|tonight|morning|afternoon|evening|night|ago|since|until|till|before|after|next"
    rf"|q[1-4]|{'|'.join(each for each in _MONTHS if each != 'may')})\b"
)
