"""The workspace for other processes: uvicorn on one address, until Ctrl-C."""

import socket
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.workspace.core import Workspace

KEEP_ALIVE_S: Final = 75
"""An idle connection is kept for longer than a rate limit's window, as Notion keeps it."""


def serve(path: Path, *, host: str = "127.0.0.1", port: int) -> None:
    """Serve the workspace file; port 0 takes a free one.

    Prints `address` and `token` lines on stdout once it listens; Ctrl-C ends it cleanly.
    Raises WorkspaceUnusable, and OSError when the address is taken.
    """
    # uvicorn and starlette are heavy, and only this command needs them.
    import uvicorn  # noqa: PLC0415

    from server.workspace.asgi import create_app  # noqa: PLC0415
    from server.workspace.http_server import LineProtocol  # noqa: PLC0415

    with (
        closing(Workspace.open(path, clock=lambda: datetime.now(UTC))) as workspace,
        closing(socket.create_server((host, port))) as listening,
    ):
        config = uvicorn.Config(
            create_app(workspace),
            http=LineProtocol,
            log_level="warning",
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_S,
            # A firewall's page says whose it is.
            server_header=False,
        )
        _announce(host, listening.getsockname()[1], workspace.own_token())
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _announce(host: str, port: int, token: str | None) -> None:
    sys.stdout.write(f"address: http://{host}:{port}\ntoken: {token or 'none yet'}\n")
    sys.stdout.flush()
