"""Who used up the rate limit: our own calls, somebody else, or is the token blocked?"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal, TypeAlias

from playbooks.causes import Cause
from playbooks.records import CallRecord

WINDOW_CALLS_COUNT: Final = 180
"""What Notion allows a connection in a minute."""

WINDOW: Final = timedelta(seconds=60)

LEAST_LIMITED_COUNT: Final = 3
"""One or two limited calls are no cause."""

LEAST_LIMITED_PART: Final = 0.01
"""Below this part of the calls a limit costs less than anybody notices."""

_BLOCKED: Final = "public_api_request_blocked"
_OF_ANOTHER: Final = frozenset(
    {"public_api_space_request_rate_limit", "collection_router_upstream_429"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The calls that met a 429, told apart."""

    calls_count: int
    own: tuple[CallRecord, ...]
    foreign: tuple[CallRecord, ...]
    blocked: tuple[CallRecord, ...]


def limits_of(calls: Sequence[CallRecord], *, window_calls_count: int) -> Limits:
    """Tell the limited calls apart by Notion's reason, and by how much we had called ourselves.

    A limit of our own connection while we were below the budget is somebody else's doing: another
    program uses the same token.
    """
    sent = sorted(_sent_at(call) for call in calls for _ in range(call.attempts_count))
    kinds: dict[_Kind, list[CallRecord]] = {"own": [], "foreign": [], "blocked": []}
    for call in calls:
        if call.rate_limit_reason is not None or call.status == HTTPStatus.TOO_MANY_REQUESTS:
            is_full = _sent_until(sent, _sent_at(call)) >= window_calls_count * _FULL_PART
            kinds[_kind(call.rate_limit_reason, is_full=is_full)].append(call)
    own, foreign, blocked = (tuple(kinds[kind]) for kind in ("own", "foreign", "blocked"))
    return Limits(len(calls), own, foreign, blocked)


_Kind: TypeAlias = Literal["own", "foreign", "blocked"]


def _kind(reason: str | None, *, is_full: bool) -> _Kind:
    if reason == _BLOCKED:
        return "blocked"
    return "own" if is_full and reason not in _OF_ANOTHER else "foreign"


_FULL_PART: Final = 0.9
"""With fewer calls than this part of the budget in the minute before, it was not we who filled it:
our clock and Notion's do not agree on when a minute begins, hence not 1."""


def _sent_at(call: CallRecord) -> datetime:
    """When a call left our own queue, and not when it began."""
    return call.at + timedelta(milliseconds=call.queue_wait_ms)


def _sent_until(sent: Sequence[datetime], at: datetime) -> int:
    return bisect_right(sent, at) - bisect_left(sent, at - WINDOW)


def limit_causes(limits: Limits) -> tuple[Cause, ...]:
    """A cause for each kind of limit that was met often enough to matter."""
    return (
        *_blocked(limits),
        *_foreign(limits),
        *_own(limits),
    )


def _blocked(limits: Limits) -> tuple[Cause, ...]:
    if not limits.blocked:
        return ()
    told = f"Notion blocks this connection: {len(limits.blocked)} calls were refused for good"
    return (
        Cause(
            "blocked",
            (told, _when(limits.blocked)),
            "Waiting does not help: ask Notion's support with a request id, and stop other"
            " programs that use this token.",
            severity="critical",
        ),
    )


def _foreign(limits: Limits) -> tuple[Cause, ...]:
    if not _matters(limits.foreign, limits):
        return ()
    told = f"{_count(limits.foreign, limits)} were limited while we were below our own budget"
    return (
        Cause(
            "foreign_rate_limit",
            (told, _reasons(limits.foreign), _when(limits.foreign)),
            "Slow down the workspace's other integrations (Settings > Connections), or move them"
            " to other hours.",
            confidence="certain" if _is_told(limits.foreign) else "likely",
            saved_s=_waited_s(limits.foreign),
        ),
    )


def _own(limits: Limits) -> tuple[Cause, ...]:
    if not _matters(limits.own, limits):
        return ()
    told = f"{_count(limits.own, limits)} were limited because of our own calls"
    return (
        Cause(
            "own_rate_limit",
            (told, _reasons(limits.own), _when(limits.own)),
            "Let all programs of this token share one store, so that they share one budget, and"
            " do first what saves the most requests below.",
            saved_s=_waited_s(limits.own),
        ),
    )


def _matters(limited: Sequence[CallRecord], limits: Limits) -> bool:
    least = max(LEAST_LIMITED_COUNT, LEAST_LIMITED_PART * limits.calls_count)
    return len(limited) >= least


def _count(limited: Sequence[CallRecord], limits: Limits) -> str:
    return f"{len(limited)} of {limits.calls_count} calls"


def _reasons(limited: Sequence[CallRecord]) -> str:
    """Reasons are Notion's own words, of one shape (letters and underscores)."""
    reasons = sorted({call.rate_limit_reason or "no reason given" for call in limited})
    return f"reason: {', '.join(reasons)}"


def _is_told(limited: Sequence[CallRecord]) -> bool:
    return all(call.rate_limit_reason in _OF_ANOTHER for call in limited)


def _when(limited: Sequence[CallRecord]) -> str:
    return f"first {limited[0].at:%m-%d %H:%M}, last {limited[-1].at:%m-%d %H:%M} UTC"


def _waited_s(limited: Sequence[CallRecord]) -> float:
    return sum(call.retry_wait_ms for call in limited) / 1000
