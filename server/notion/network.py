"""The innermost layers: the network itself, and the reading of whole answers from it."""

import httpx

from server.notion.call import MS_PER_S, Layer, Monotonic, timing_of

TIMEOUT = httpx.Timeout(connect=10.0, read=65.0, write=30.0, pool=None)
"""Notion gives up on a request after 60 s; the call's own deadline is usually shorter."""


class Reader(Layer):
    """Reads each answer to its end; counts and times the attempts.

    So a body that breaks off fails inside the repetitions and the deadline, and every layer
    above sees whole answers.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, *, monotonic: Monotonic) -> None:
        super().__init__(inner)
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and read the whole answer."""
        started_s = self._monotonic()
        timing_of(request).attempts_count += 1
        try:
            response = await self._inner.handle_async_request(request)
            try:
                await response.aread()
            finally:
                await response.aclose()
        finally:
            timing_of(request).network_ms += (self._monotonic() - started_s) * MS_PER_S
        return response


class Network(httpx.AsyncBaseTransport):
    """The network by the ways the environment names, proxies included.

    httpx takes proxies from the environment only in a client without a transport of its own;
    so one such client stands here. It is made at the first call, since loading the
    certificates takes a while.
    """

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; never follows a redirect."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        return await self._client.send(request, stream=True)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
