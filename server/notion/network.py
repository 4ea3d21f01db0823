"""The innermost layers: the network itself, and the reading of whole answers from it."""

from collections.abc import Mapping
from typing import Any

import httpx

from server.notion.answers import body_of
from server.notion.call import MS_PER_S, Layer, Monotonic, UnreadableAnswer, timing_of

TIMEOUT = httpx.Timeout(connect=10.0, read=65.0, write=30.0, pool=None)
"""Notion gives up on a request after 60 s; the call's own deadline is usually shorter."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout)


class Reader(Layer):
    """Reads each answer to its end; counts and times the attempts.

    So a body that breaks off, or is none, fails inside the repetitions and the deadline, and
    every layer above sees whole answers.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, *, monotonic: Monotonic) -> None:
        super().__init__(inner)
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and read the whole answer."""
        timing, started_s = timing_of(request), self._monotonic()
        timing.attempts_count += 1
        timing.unanswered_since_s = started_s
        try:
            response = await self._read(request)
        except _NEVER_SENT:
            timing.unanswered_since_s = None
            raise
        finally:
            timing.network_ms += (self._monotonic() - started_s) * MS_PER_S
        if response.is_success and body_of(response) is None:
            raise UnreadableAnswer("no JSON object", request=request)
        timing.unanswered_since_s = None
        return response

    async def _read(self, request: httpx.Request) -> httpx.Response:
        trace = _Trace(self._monotonic)
        request.extensions["trace"] = trace
        try:
            response = await self._inner.handle_async_request(request)
        finally:
            timing = timing_of(request)
            timing.connect_ms += trace.connect_s * MS_PER_S
            timing.server_ms += (self._monotonic() - trace.sent_at_s) * MS_PER_S
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response


class _Trace:
    """When a request was on its way, as httpcore tells it; else it is from the start."""

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self._started_s = self.sent_at_s = monotonic()
        self.connect_s = 0.0

    async def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        """Take note of one event, `http11.send_request_body.complete` for instance."""
        match event.partition(".")[2]:
            case "connect_tcp.started":
                self._started_s = self._monotonic()
            case "connect_tcp.complete" | "start_tls.complete":
                self.sent_at_s = self._monotonic()
                self.connect_s = self.sent_at_s - self._started_s
            case "send_request_body.complete":
                self.sent_at_s = self._monotonic()
            case _:
                pass


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
