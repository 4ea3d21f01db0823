"""uvicorn's HTTP, with connections that the application may reset or hold."""

import asyncio
import socket
import struct

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.workspace.connection import EXTENSION

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class LineProtocol(H11Protocol):
    """One connection; it is the `Line` of its requests."""

    _is_held = False
    _is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Hand itself to every request."""
        super().connection_made(transport)
        self.app = _with_line(self.app, self)

    def reset(self) -> None:
        """Break the connection, so that the client sees a reset."""
        raw: socket.socket = self.transport.get_extra_info("socket")
        # Or closing would be a polite end, which a client may take for that of an answer.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self.transport.abort()

    def hold(self) -> None:
        """The request waits for nothing but time: a server that ends breaks it."""
        self._is_held = True
        if self._is_ending:
            self.reset()

    def release(self) -> None:
        """The request waits no more."""
        self._is_held = False

    def shutdown(self) -> None:
        """End with the server."""
        super().shutdown()
        self._is_ending = True
        if self._is_held:
            self.reset()


def _with_line(app: ASGIApp, line: LineProtocol) -> ASGIApp:
    async def with_line(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "extensions": {EXTENSION: line}}, receive, send)

    return with_line
