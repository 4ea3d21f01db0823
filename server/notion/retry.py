"""Repeats what may be repeated: reads after a failure, anything after a limit or a conflict."""

from typing import TypeAlias

import httpx

from playbooks.bands import Retrying
from server.notion.answers import Said, said_by
from server.notion.call import (
    MS_PER_S,
    DeadlinePassed,
    Layer,
    Monotonic,
    Random,
    Sleep,
    call_of,
    reads,
    timing_of,
)
from server.notion.paging import SMALLEST_PAGE

BLOCKED = "public_api_request_blocked"
"""The one reason of a 429 that no waiting cures."""

_FAILURES = frozenset({500, 502, 503, 504})
_LIMITED, _OVERLOADED, _CONFLICT = 429, 529, 409
_BROKEN = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)

Outcome: TypeAlias = httpx.Response | httpx.TransportError


class Budget:
    """Keeps repetitions after failures a small part of all calls, however bad the service is.

    Each call earns a fifth of a repetition; at most ten are saved up. Limits and conflicts do
    not draw on it: the service said itself when to come again.
    """

    _MOST = 10.0
    _EARNED_BY_A_CALL = 0.2

    def __init__(self) -> None:
        self._saved = self._MOST

    def earn(self) -> None:
        """A call begins."""
        self._saved = min(self._MOST, self._saved + self._EARNED_BY_A_CALL)

    def spend(self) -> bool:
        """Take one repetition; False when none is left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class Retry(Layer):
    """P14's repetitions. The last answer is returned as it is, the last failure raised.

    A wait that would end beyond the deadline is not begun, and a try for which no time is left
    changes nothing.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        rules: Retrying,
        monotonic: Monotonic,
        random: Random,
        sleep: Sleep,
    ) -> None:
        super().__init__(inner)
        self._rules = rules
        self._monotonic = monotonic
        self._random = random
        self._sleep = sleep
        self._budget = Budget()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on until it is answered for good."""
        self._budget.earn()
        outcome = await self._try(request)
        for failures_count in range(self._rules.tries_count - 1):
            wait_s = self._wait_s(request, outcome, failures_count)
            if wait_s is None or not self._worth_waiting(request, outcome, wait_s):
                break
            await self._wait(request, wait_s)
            later = await self._try(request)
            if isinstance(later, DeadlinePassed):
                break
            outcome = later
        if isinstance(outcome, httpx.Response):
            return outcome
        raise outcome

    async def _try(self, request: httpx.Request) -> Outcome:
        try:
            return await self._inner.handle_async_request(request)
        except httpx.TransportError as broken:
            return broken

    def _wait_s(
        self, request: httpx.Request, outcome: Outcome, failures_count: int
    ) -> float | None:
        """Seconds to wait before the next try; None when there should be none."""
        if not isinstance(outcome, httpx.Response):
            may_repeat = _is_broken(outcome) and _is_repeatable(request)
            return self._backoff_s(failures_count) if may_repeat else None
        said = said_by(outcome)
        if not _may_repeat(request, outcome.status_code, said):
            return None
        if said.retry_after_s is not None:
            return said.retry_after_s + self._jitter_s()
        if outcome.status_code == _LIMITED:
            return self._rules.retry_after_absent_s + self._jitter_s()
        return self._backoff_s(failures_count)

    def _backoff_s(self, failures_count: int) -> float:
        return 2.0**failures_count + self._random()

    def _jitter_s(self) -> float:
        shortest_s, longest_s = self._rules.shortest_jitter_s, self._rules.longest_jitter_s
        return shortest_s + (longest_s - shortest_s) * self._random()

    def _worth_waiting(self, request: httpx.Request, outcome: Outcome, wait_s: float) -> bool:
        if self._monotonic() + wait_s >= timing_of(request).ends_at_s:
            return False
        return _is_asked_for(outcome) or self._budget.spend()

    async def _wait(self, request: httpx.Request, wait_s: float) -> None:
        started_s = self._monotonic()
        try:
            await self._sleep(wait_s)
        finally:
            timing_of(request).retry_wait_ms += (self._monotonic() - started_s) * MS_PER_S


def _may_be_halved(request: httpx.Request) -> bool:
    """Whether who reads the list asks for half of it, rather than again for the same."""
    return (call_of(request).page_size or 0) > SMALLEST_PAGE


def _is_broken(outcome: httpx.TransportError) -> bool:
    return isinstance(outcome, _BROKEN) and not isinstance(outcome, DeadlinePassed)


def _is_repeatable(request: httpx.Request) -> bool:
    """Whether a second time changes nothing that the first did not."""
    return request.method == "DELETE" or reads(request)


def _is_asked_for(outcome: Outcome) -> bool:
    return isinstance(outcome, httpx.Response) and outcome.status_code in {_LIMITED, _CONFLICT}


def _may_repeat(request: httpx.Request, status: int, said: Said) -> bool:
    if status in {_LIMITED, _OVERLOADED}:
        return said.rate_limit_reason != BLOCKED
    if status == _CONFLICT:
        return said.code == "conflict_error"
    if said.is_too_heavy and _may_be_halved(request):
        return False
    return status in _FAILURES and _is_repeatable(request)
