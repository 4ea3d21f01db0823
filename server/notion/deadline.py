"""The outermost layer: a call ends when its time is up, whatever it is doing."""

import anyio
import httpx

from server.notion.call import DeadlinePassed, Layer, Monotonic, call_of, timing_of


class Deadline(Layer):
    """Bounds the whole call, its waits and repetitions included; raises DeadlinePassed."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, monotonic: Monotonic) -> None:
        super().__init__(inner)
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on, at most until its deadline."""
        deadline_s = call_of(request).deadline_s
        if deadline_s is None:
            return await self._inner.handle_async_request(request)
        timing_of(request).ends_at_s = self._monotonic() + deadline_s
        try:
            with anyio.fail_after(deadline_s):
                return await self._inner.handle_async_request(request)
        except TimeoutError as late:
            why = f"it took longer than {deadline_s:g} s"
            raise DeadlinePassed(why, deadline_s=deadline_s, request=request) from late
