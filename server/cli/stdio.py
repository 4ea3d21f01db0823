"""MCP over stdio: what an assistant starts."""

import argparse
import gc


def run_stdio(options: argparse.Namespace) -> int:
    """Serve until the client closes our input; a configuration with mistakes is served too."""
    # No garbage is worth collecting while thousands of classes are made: a tenth of the start.
    gc.disable()
    from server.app import House, build_server  # noqa: PLC0415 - after the line above
    from server.settings import read_configuration  # noqa: PLC0415 - after the line above

    house = House(read_configuration(options.config))
    mcp = build_server(house.desk, house.running)
    gc.enable()
    try:
        mcp.run("stdio")
    except* (BrokenPipeError, ConnectionResetError):
        pass  # The client went away while it was being answered: nobody is left to tell.
    return 0
