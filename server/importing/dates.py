"""Days and instants as files write them, read the same on every machine."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final, TypeAlias

ISO: Final = "ISO"
"""The format of days and instants of ISO 8601."""

ReadDate: TypeAlias = Callable[[str], date]
"""Gives a day, or an instant with its zone; raises ValueError for anything else."""

# strptime's %b would be the machine's own month names.
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_TOKENS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<year>\d{2})",
    "Mon": rf"(?P<month>{'|'.join(_MONTHS)})",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
}
_TOKEN: Final = re.compile("YYYY|YY|Mon|MM|DD")
_FIRST_SHORT_YEAR: Final = 1969
"""Two digits are years from here on for a century, as POSIX reads them."""


def date_reader(form: str) -> ReadDate:
    """The reader of a format made of DD, MM or Mon, YY or YYYY, or of ISO.

    Raises ValueError when it does not name day, month and year once each.
    """
    if form == ISO:
        return read_iso
    try:
        pattern = re.compile(_pattern(form), re.ASCII | re.IGNORECASE)
    except re.error as twice:
        raise ValueError(form) from twice
    if set(pattern.groupindex) != {"year", "month", "day"}:
        raise ValueError(form)
    return lambda text: _day(pattern, text)


def _pattern(form: str) -> str:
    between = (re.escape(part) for part in _TOKEN.split(form))
    tokens = [_TOKENS[token] for token in _TOKEN.findall(form)]
    return "".join(part + token for part, token in zip(between, [*tokens, ""], strict=True))


def _day(pattern: re.Pattern[str], text: str) -> date:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date(_year(match["year"]), _month(match["month"].lower()), int(match["day"]))


def _year(digits: str) -> int:
    if len(digits) > len("YY"):
        return int(digits)
    return _FIRST_SHORT_YEAR + (int(digits) - _FIRST_SHORT_YEAR) % 100


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return 1 + [*_MONTHS].index(written)


def read_iso(text: str) -> date:
    """A day or an instant of ISO 8601; an instant without a zone is in UTC."""
    if len(text) <= len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    # Notion keeps milliseconds: what is finer would differ at every import.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(
        microsecond=moment.microsecond // 1000 * 1000
    )
