"""What Continue's own development data tell of calls: one JSON object a line and event.

Continue (schema 0.2.0) writes one file an event below `~/.continue/dev_data/`. Each request to a
model is one `tokensGenerated`, which has its tokens and no time; `autocomplete`, and
`nextEditOutcome`, have a time, and their requests are counted by the former. So one brings calls
and tokens, the others times. Whether a request failed is written nowhere: the outcome is unknown.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from playbooks.arguments import LONGEST_RESPONSE_MS, MOST_TOKENS
from playbooks.days import YEARS, WorkDays
from playbooks.usage import UsageRecord

TOOL: Final = "continue"

TOLD_ELSEWHERE: Final = frozenset(
    {
        "chatInteraction",
        "chatFeedback",
        "editInteraction",
        "editOutcome",
        "quickEdit",
        "nextEdit",
        "nextEditWithHistory",
        "toolUsage",
    }
)
"""Events of requests that `tokensGenerated` counts, or of no request."""

_TIMES: Final[Mapping[str, str]] = {"autocomplete": "time", "nextEditOutcome": "elapsed"}
_MS_PER_S: Final = 1000


class EventInvalid(Exception):
    """The event lacks what it must have; its text completes a sentence about its line."""


def record_of_event(
    event: Mapping[str, object], *, record_id: str, days: WorkDays
) -> UsageRecord | None:
    """What the event tells; None when another event tells it, or it was served from a cache.

    Raises EventInvalid.
    """
    name = event.get("eventName")
    if name in TOLD_ELSEWHERE or (name == "autocomplete" and event.get("cacheHit") is True):
        return None
    if name == "tokensGenerated":
        at = _instant(event)
        tokens = _whole(event, "promptTokens") + _whole(event, "generatedTokens")
        return UsageRecord(record_id, TOOL, at, days.local_day(at), tokens=tokens)
    if isinstance(name, str) and name in _TIMES:
        at = _instant(event)
        time_ms = _time_ms(event, _TIMES[name])
        return UsageRecord(
            record_id,
            TOOL,
            at,
            days.local_day(at),
            calls_count=0,
            response_time_ms=time_ms,
        )
    raise EventInvalid("is no event of Continue that is known here")


def _instant(event: Mapping[str, object]) -> datetime:
    at = _written_at(event)
    if at is None or at.year not in YEARS:
        raise EventInvalid("has no timestamp")
    return at


def _written_at(event: Mapping[str, object]) -> datetime | None:
    """Of `timestamp`, ISO 8601 or milliseconds since 1970; `createdAt` in older versions."""
    written = event.get("timestamp", event.get("createdAt"))
    try:
        if isinstance(written, str):
            at = datetime.fromisoformat(written)
            return at if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(written, int | float) and not isinstance(written, bool):
            return datetime.fromtimestamp(written / _MS_PER_S, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _whole(event: Mapping[str, object], name: str) -> int:
    number = _number(event, name)
    if not 0 <= number <= MOST_TOKENS or number != int(number):
        raise EventInvalid(f"has an impossible {name}")
    return int(number)


def _time_ms(event: Mapping[str, object], name: str) -> float:
    number = _number(event, name)
    if not 0 < number <= LONGEST_RESPONSE_MS:
        raise EventInvalid(f"has an impossible {name}")
    return number


def _number(event: Mapping[str, object], name: str) -> float:
    number = event.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise EventInvalid(f"has no number {name}")
    return number
