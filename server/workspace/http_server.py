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

    held = False

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

    def shutdown(self) -> None:
        """End with the server: a request that only waits is not waited for."""
        super().shutdown()
        if self.held:
            self.reset()


def _with_line(app: ASGIApp, line: LineProtocol) -> ASGIApp:
    async def with_line(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "extensions": {EXTENSION: line}}, receive, send)

    return with_line
