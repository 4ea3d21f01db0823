"""Cells of a file as the values that a page gives back, so that the two can be compared."""

import math
import re
from typing import Final

from playbooks.rows import Plain, Span
from server.importing.dates import ReadDate
from server.importing.fields import FieldType
from server.importing.lines import SkipKind
from server.notion.payloads import LONGEST_TEXT_UNITS as PART_UNITS
from server.notion.properties import REFERENCES_SHOWN

LONGEST_OPTION_UNITS: Final = 100
LONGEST_TEXT_UNITS: Final = (PART_UNITS - 1) * REFERENCES_SHOWN
"""What is longer a page may not show whole, so it could not be compared. A part may be short of
one unit where a character of two does not fit."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_SHOWN_CHARS: Final = 40


class BadValue(Exception):
    """A cell does not fit its role; `reason` completes a sentence whose subject is its column."""

    def __init__(self, kind: SkipKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: SkipKind = kind
        self.reason = reason


def value_of(kind: FieldType, text: str, read_date: ReadDate) -> Plain:
    """The value of a cell that is not empty, as a page of that type gives it. Raises BadValue."""
    match kind:
        case "number":
            return _number(text)
        case "date":
            return _date(text, read_date)
        case "select" | "status":
            return _option(text)
        case "title" | "rich_text":
            return _text(text)


def _number(text: str) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise BadValue("bad_number", f"is no number: {_shown(text)}")
    return number


def _date(text: str, read_date: ReadDate) -> Span:
    try:
        return Span(read_date(text))
    except ValueError:
        raise BadValue("bad_date", f"is no date of the map's format: {_shown(text)}") from None


def _option(text: str) -> str:
    if "," in text:
        raise BadValue("bad_text", f"has a comma, which no option may have: {_shown(text)}")
    if _units_count(text) > LONGEST_OPTION_UNITS:
        raise BadValue("bad_text", f"is longer than an option may be: {_shown(text)}")
    return text


def _text(text: str) -> str:
    if _units_count(text) > LONGEST_TEXT_UNITS:
        raise BadValue("bad_text", f"is longer than {LONGEST_TEXT_UNITS} characters")
    return text


def _units_count(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…")
