"""The texts of a plain line as a record of calls."""

from collections.abc import Mapping
from datetime import datetime

from playbooks.arguments import LONGEST_RESPONSE_MS, MOST_CALLS, MOST_COST, MOST_TOKENS
from playbooks.days import YEARS, WorkDays
from playbooks.tool_samples import share_named
from playbooks.usage import UsageRecord, error_class_named, record_id, tool_key
from server.importing.dates import read_iso
from server.importing.values import BadValue, value_of


def record_of_line(
    values: Mapping[str, str], tool: str | None, days: WorkDays, own_id: str
) -> UsageRecord:
    """The calls that a line tells of, its texts by role. Raises BadValue."""
    name = tool_key(values.get("tool", "") or tool or "")
    if not name:
        raise BadValue("bad_text", "names no tool; --tool names one for the whole file")
    at = _instant(values.get("at", ""), days)
    error = error_class_named(values.get("error", ""))
    success = _success(values.get("success", ""))
    if success and error is not None:
        raise BadValue("bad_text", "says success and names an error")
    return UsageRecord(
        id=record_id("file", name, own_id),
        tool=name,
        at=at,
        day=days.local_day(at),
        calls_count=_whole(values, "count", MOST_CALLS, default=1) or 0,
        response_time_ms=_time_ms(values),
        success=False if success is None and error else success,
        tokens=_whole(values, "tokens", MOST_TOKENS),
        cost=_amount(values, "cost"),
        task_id=values.get("task") or None,
        error_class=error,
    )


def _instant(text: str, days: WorkDays) -> datetime:
    """A day alone is taken for its first instant in the zone."""
    try:
        moment = read_iso(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise BadValue("bad_date", "has no instant of ISO 8601 as `at`")
    if isinstance(moment, datetime):
        return moment
    return days.begins(moment)


def _success(text: str) -> bool | None:
    share = share_named(text) if text else None
    if share is None and text in {"1", "0", "1.0", "0.0"}:
        share = float(text)
    if text and share is None:
        raise BadValue("bad_text", "says neither success nor failure")
    return None if share is None else share == 1


def _amount(values: Mapping[str, str], role: str, most: float = MOST_COST) -> float | None:
    text = values.get(role, "")
    if not text:
        return None
    number = value_of("number", text, read_iso)
    if not isinstance(number, int | float) or not 0 <= number <= most:
        raise BadValue("bad_number", f"has a {role} below zero or above {most:,}")
    return float(number)


def _whole(
    values: Mapping[str, str], role: str, most: int, *, default: int | None = None
) -> int | None:
    number = _amount(values, role, most)
    if number is not None and number != int(number):
        raise BadValue("bad_number", f"has no whole number as {role}")
    return default if number is None else int(number)


def _time_ms(values: Mapping[str, str]) -> float | None:
    number = _amount(values, "response_time_ms")
    if number is not None and not 0 < number <= LONGEST_RESPONSE_MS:
        raise BadValue("bad_number", "has an impossible response time")
    return number
