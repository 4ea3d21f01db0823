"""Keeps the calls of one connection within its rate, first come, first served."""

import math
from collections import deque
from typing import Final, Protocol

import anyio
import httpx

from server.notion.answers import said_by
from server.notion.call import (
    MS_PER_S,
    DeadlinePassed,
    Layer,
    Monotonic,
    Sleep,
    call_of,
    timing_of,
)

ARRIVAL_MARGIN: Final = 0.01
"""The window is kept this part longer: the server counts a call when it arrives, not when we let
it go, and two calls are not equally long on their way."""


class Window(Protocol):
    """Where the calls of one connection are counted, for all who use its token."""

    async def take(self) -> float:
        """Count a call now and return 0; or count nothing and return the seconds to wait."""
        ...

    async def pause(self, pause_s: float) -> None:
        """Let nobody call for that long."""
        ...


class LocalWindow:
    """The window of one process: a sliding log of at most `calls_count` calls in `window_s`.

    `calls_count` None counts nothing; a pause holds all the same.
    """

    def __init__(self, calls_count: int | None, window_s: float, *, monotonic: Monotonic) -> None:
        self._calls_count = calls_count
        self._window_s = window_s * (1 + ARRIVAL_MARGIN)
        self._monotonic = monotonic
        self._taken_at_s: deque[float] = deque()
        self._paused_until_s = -math.inf

    async def take(self) -> float:
        """Count a call now and return 0; or count nothing and return the seconds to wait."""
        now_s = self._monotonic()
        wait_s = max(self._paused_until_s, self._free_at_s(now_s)) - now_s
        if wait_s > 0:
            return wait_s
        if self._calls_count is not None:
            self._taken_at_s.append(now_s)
        return 0.0

    async def pause(self, pause_s: float) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one."""
        self._paused_until_s = max(self._paused_until_s, self._monotonic() + pause_s)

    def _free_at_s(self, now_s: float) -> float:
        log = self._taken_at_s
        while log and log[0] + self._window_s <= now_s:
            log.popleft()
        is_full = self._calls_count is not None and len(log) >= self._calls_count
        return log[0] + self._window_s if is_full else now_s


class Pacer(Layer):
    """Lets calls go in the order they came, as the window allows; one Retry-After pauses all.

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
        self._turn = anyio.Lock()
        self._first_goes_at_s = -math.inf

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on when its turn has come."""
        arrived_s = self._monotonic()
        try:
            await self._wait_for_turn(request)
        finally:
            timing_of(request).queue_wait_ms += (self._monotonic() - arrived_s) * MS_PER_S
        response = await self._inner.handle_async_request(request)
        await self._heed(response)
        return response

    async def _wait_for_turn(self, request: httpx.Request) -> None:
        # Who waits first holds the lock; a newcomer cannot go before it.
        _refuse_beyond_deadline(request, self._first_goes_at_s)
        async with self._turn:
            while (wait_s := await self._window.take()) > 0:
                self._first_goes_at_s = self._monotonic() + wait_s
                _refuse_beyond_deadline(request, self._first_goes_at_s)
                await self._sleep(wait_s)

    async def _heed(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        pause_s = said_by(response).retry_after_s
        if pause_s is not None:
            await self._window.pause(pause_s)


def _refuse_beyond_deadline(request: httpx.Request, goes_at_s: float) -> None:
    if goes_at_s >= timing_of(request).ends_at_s:
        deadline_s = call_of(request).deadline_s
        why = "the rate limit leaves no room for it in time"
        raise DeadlinePassed(why, deadline_s=deadline_s, request=request)
