"""What an answer cannot say: a connection that is reset, or held without a word.

An ASGI server gives an application no way to break a connection. Where the scope holds our own
extension (uvicorn with `Protocol`) it is used; elsewhere ConnectionResetError ends the request,
which `inside.Inside` turns into what a client would see.
"""

from typing import Final, Protocol, cast

import anyio
from starlette.types import Receive, Scope

EXTENSION: Final = "notion_playbooks.line"


class Line(Protocol):
    """The connection of a request, as its server hands it to us."""

    def reset(self) -> None:
        """Break it, so that the client sees a reset."""
        ...

    def hold(self) -> None:
        """The request waits for nothing but time: a server that ends may break it."""
        ...

    def release(self) -> None:
        """It waits no more."""
        ...


async def reset(scope: Scope, receive: Receive) -> None:
    """Break the connection; returns when it is gone. Raises ConnectionResetError."""
    line = _line(scope)
    if line is None:
        raise ConnectionResetError("the workspace's plan broke the connection")
    line.reset()
    await _hung_up(receive)


async def hold(scope: Scope, receive: Receive, duration_s: float) -> bool:
    """Let time pass; whether the client is still there at its end."""
    line = _line(scope)
    if line is not None:
        line.hold()
    with anyio.move_on_after(duration_s) as waiting:
        await _hung_up(receive)
    if line is not None:
        line.release()
    return waiting.cancelled_caught


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _line(scope: Scope) -> Line | None:
    return cast("Line | None", scope.get("extensions", {}).get(EXTENSION))
