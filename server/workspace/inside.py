"""The workspace as the network of a client in the same process."""

import httpx
from starlette.types import ASGIApp


class Inside(httpx.AsyncBaseTransport):
    """Requests go to the application without a socket; its broken connections are httpx's."""

    def __init__(self, app: ASGIApp) -> None:
        self._asgi = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; raises httpx.ReadError when the connection broke."""
        try:
            return await self._asgi.handle_async_request(request)
        except ConnectionResetError as broken:
            raise httpx.ReadError(str(broken), request=request) from broken
