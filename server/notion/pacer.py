"""Keeps the calls of one connection within its rate, interactive ones before background ones."""

import math
from collections import deque
from http import HTTPStatus
from typing import Final

import anyio
import httpx

from playbooks.rate import ARRIVAL_MARGIN, OWN_LIMIT, Window, lowered, recovered
from server.notion.answers import said_by
from server.notion.call import (
    DeadlinePassed,
    Layer,
    Monotonic,
    Sleep,
    call_of,
    queueing,
    timing_of,
)
from server.notion.line import Line, Place

LEAVING_S: Final = 1.0
"""A shared window that cannot be told for so long finds out by itself that a waiter is gone."""

_PAUSING: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, 529)
"""The answers whose Retry-After is about everybody; that of another one is about its call."""


class LocalWindow:
    """The window of one process: a sliding log of at most `calls_count` calls in `window_s`.

    `calls_count` None counts nothing; a pause holds all the same. Who comes first goes first.
    A 429 of our own lowers the window, which grows back with each window without another one.
    """

    def __init__(self, calls_count: int | None, window_s: float, *, monotonic: Monotonic) -> None:
        self._setting_count = calls_count
        self._lowered_count = calls_count
        self._lowered_at_s = monotonic()
        self._setting_s = window_s
        self._window_s = window_s * (1 + ARRIVAL_MARGIN)
        self._monotonic = monotonic
        self._taken_at_s: deque[float] = deque()
        self._paused_until_s = -math.inf

    async def take(self, *, interactive: bool) -> float:  # noqa: ARG002 - the pacer puts them in order
        """Count a call now and return 0; or count nothing and return the seconds to wait."""
        now_s = self._monotonic()
        wait_s = max(self._paused_until_s, self._free_at_s(now_s)) - now_s
        if wait_s > 0:
            return wait_s
        if self._setting_count is not None:
            self._taken_at_s.append(now_s)
        return 0.0

    async def leave(self) -> None:
        """Nobody else waits."""

    async def pause(self, pause_s: float, reason: str) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one."""
        now_s = self._monotonic()
        self._paused_until_s = max(self._paused_until_s, now_s + pause_s)
        allowed_count = self._allowed_count(now_s)
        if reason == OWN_LIMIT and allowed_count is not None and self._setting_count is not None:
            self._free_at_s(now_s)
            taken_count = len(self._taken_at_s)
            self._lowered_count = lowered(allowed_count, taken_count, self._setting_count)
            self._lowered_at_s = now_s

    def _free_at_s(self, now_s: float) -> float:
        log, allowed_count = self._taken_at_s, self._allowed_count(now_s)
        while log and log[0] + self._window_s <= now_s:
            log.popleft()
        if allowed_count is None or len(log) < allowed_count:
            return now_s
        return log[-allowed_count] + self._window_s

    def _allowed_count(self, now_s: float) -> int | None:
        if self._lowered_count is None or self._setting_count is None:
            return None
        windows_count = int((now_s - self._lowered_at_s) / self._setting_s)
        return recovered(self._lowered_count, windows_count, self._setting_count)


class Pacer(Layer):
    """Lets calls go as the window allows, interactive ones first; one Retry-After pauses all.

    A cancelled waiter has counted nothing. A call whose wait would end beyond its deadline is
    refused at once with DeadlinePassed.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        window: Window,
        monotonic: Monotonic,
        sleep: Sleep,
    ) -> None:
        super().__init__(inner)
        self._window = window
        self._monotonic = monotonic
        self._sleep = sleep
        self._line = Line()
        self._next_goes_at_s = -math.inf

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on when its turn has come."""
        with queueing(request, self._monotonic):
            await self._wait_for_turn(request)
        response = await self._inner.handle_async_request(request)
        await self._heed(request, response)
        return response

    async def _wait_for_turn(self, request: httpx.Request) -> None:
        _refuse_beyond_deadline(request, self._next_goes_at_s)
        with self._line.place(interactive=not call_of(request).background) as place:
            try:
                while not await self._goes(request, place):
                    pass
            except BaseException:
                await self._give_up(place)
                raise

    async def _goes(self, request: httpx.Request, place: Place) -> bool:
        await self._line.until_first(place)
        is_urgent = self._line.is_urgent(place)
        wait_s = await self._window.take(interactive=is_urgent)
        if wait_s <= 0:
            self._line.went(place)
            return True
        goes_at_s = self._monotonic() + wait_s
        if is_urgent:
            self._next_goes_at_s = goes_at_s
        _refuse_beyond_deadline(request, goes_at_s)
        await self._sleep(wait_s)
        return False

    async def _give_up(self, place: Place) -> None:
        if self._line.is_first(place):
            with anyio.move_on_after(LEAVING_S, shield=True):
                await self._window.leave()

    async def _heed(self, request: httpx.Request, response: httpx.Response) -> None:
        if response.is_success:
            return
        said = said_by(response)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            timing_of(request).rate_limit_reason = said.rate_limit_reason
        if said.retry_after_s is not None and response.status_code in _PAUSING:
            reason = said.rate_limit_reason or said.code or str(response.status_code)
            await self._window.pause(said.retry_after_s, reason)


def _refuse_beyond_deadline(request: httpx.Request, goes_at_s: float) -> None:
    if goes_at_s >= timing_of(request).ends_at_s:
        deadline_s = call_of(request).deadline_s
        why = "the rate limit leaves no room for it in time"
        raise DeadlinePassed(why, deadline_s=deadline_s, request=request)
