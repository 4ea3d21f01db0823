"""Bounds how many calls of this process are in flight at once."""

from contextlib import AsyncExitStack

import anyio
import httpx

from server.notion.call import Layer, Monotonic, call_of, queueing


class Slot(Layer):
    """At most `calls_count` (≥ 2) calls at once, background ones at most half of that.

    A call in flight waits in the pacer or is on the network; one that waits for its repetition
    is not.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, calls_count: int, monotonic: Monotonic
    ) -> None:
        super().__init__(inner)
        self._monotonic = monotonic
        self._all = anyio.Semaphore(calls_count)
        self._background = anyio.Semaphore(calls_count // 2)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on when there is room for it."""
        async with AsyncExitStack() as held:
            with queueing(request, self._monotonic):
                if call_of(request).background:
                    await held.enter_async_context(self._background)
                await held.enter_async_context(self._all)
            return await self._inner.handle_async_request(request)
