"""MCP over stdio: what an assistant starts."""

import argparse
import os
import signal
from types import FrameType
from typing import NoReturn

from server.app import House, build_server
from server.cli.exits import INTERRUPTED
from server.settings import read_configuration


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(INTERRUPTED)


def run_stdio(options: argparse.Namespace) -> int:
    """Serve until the client closes our input; a configuration with mistakes is served too."""
    house = House(read_configuration(options.config))
    mcp = build_server(house.desk, house.running, read_only=house.read_only)
    # The SDK's reader waits in a thread that nothing wakes. Every write is one transaction, so
    # leaving at once harms nothing.
    signal.signal(signal.SIGINT, _leave)
    try:
        mcp.run("stdio")
    except* (BrokenPipeError, ConnectionResetError):
        pass  # The client went away while it was being answered: nobody is left to tell.
    return 0
