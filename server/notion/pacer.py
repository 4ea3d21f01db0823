"""Keeps the calls of one connection within its rate, interactive ones before background ones."""

import math
from collections import deque
from http import HTTPStatus
from typing import Final, Protocol

import anyio
import httpx

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

ARRIVAL_MARGIN: Final = 0.01
"""The window is kept this part longer: the server counts a call when it arrives, not when we let
it go, and two calls are not equally long on their way."""


LEAVING_S: Final = 1.0
"""A shared window that cannot be told for so long finds out by itself that a waiter is gone."""

OWN_LIMIT: Final = "public_api_request_rate_limit"
"""The reason of a 429 that is about our own connection; others are about all of a workspace."""

LEAST_PART: Final = 0.25
"""A window is not lowered below this part of its setting: a foreign program with the same token
may have used up the rest once, and would else silence us for good."""


def lowered(allowed_count: int, used_count: int, setting_count: int) -> int:
    """The calls of a window after a 429 of our own, when `used_count` had passed in it."""
    return min(allowed_count, max(used_count, math.ceil(setting_count * LEAST_PART)))


class Window(Protocol):
    """Where the calls of one connection are counted, for all who use its token.

    A pacer asks for the first of its waiters only, so each process is one waiter at most.
    """

    async def take(self, *, interactive: bool) -> float:
        """Count a call now and return 0; or count nothing and return the seconds to wait.

        Who was told to wait counts as waiting until it takes or leaves. While interactive ones
        wait, background ones get a small part of the calls, but never none.
        """
        ...

    async def leave(self) -> None:
        """Our waiter gives up, so nobody need wait for it."""
        ...

    async def pause(self, pause_s: float, reason: str) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one.

        `reason` is Notion's word: its `rate_limit_reason`, else its `code`, else the status.
        OWN_LIMIT below what the window allows lowers the window.
        """
        ...


class LocalWindow:
    """The window of one process: a sliding log of at most `calls_count` calls in `window_s`.

    `calls_count` None counts nothing; a pause holds all the same. Who comes first goes first.
    """

    def __init__(self, calls_count: int | None, window_s: float, *, monotonic: Monotonic) -> None:
        self._setting_count = calls_count
        self._calls_count = calls_count
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
        if self._calls_count is not None:
            self._taken_at_s.append(now_s)
        return 0.0

    async def leave(self) -> None:
        """Nobody else waits."""

    async def pause(self, pause_s: float, reason: str) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one."""
        now_s = self._monotonic()
        self._paused_until_s = max(self._paused_until_s, now_s + pause_s)
        if reason == OWN_LIMIT and self._calls_count is not None:
            self._free_at_s(now_s)
            assert self._setting_count is not None
            passed_count = len(self._taken_at_s) - 1
            self._calls_count = lowered(self._calls_count, passed_count, self._setting_count)

    def _free_at_s(self, now_s: float) -> float:
        log = self._taken_at_s
        while log and log[0] + self._window_s <= now_s:
            log.popleft()
        if self._calls_count is None or len(log) < self._calls_count:
            return now_s
        return log[-self._calls_count] + self._window_s


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
        if said.retry_after_s is not None:
            reason = said.rate_limit_reason or said.code or str(response.status_code)
            await self._window.pause(said.retry_after_s, reason)


def _refuse_beyond_deadline(request: httpx.Request, goes_at_s: float) -> None:
    if goes_at_s >= timing_of(request).ends_at_s:
        deadline_s = call_of(request).deadline_s
        why = "the rate limit leaves no room for it in time"
        raise DeadlinePassed(why, deadline_s=deadline_s, request=request)
