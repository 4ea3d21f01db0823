"""`notion-playbooks`: the commands, and the exit status of each."""

import sys
from collections.abc import Sequence

from server.cli.exits import INTERRUPTED
from server.cli.parser import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(given)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing is left half-done.\n")
        return INTERRUPTED


def _dispatch(given: list[str]) -> int:
    options = parser().parse_args(given)
    # Each command is imported when it is asked for: the server must start at once.
    if options.health_check:
        from server.cli.health import run_health_check  # noqa: PLC0415

        return run_health_check(options)
    match options.command:
        case "call":
            from server.cli.call import run_call  # noqa: PLC0415

            return run_call(options)
        case "init":
            from server.cli.init import run_init  # noqa: PLC0415

            return run_init(options)
        case "workspace":
            from server.cli.workspace import run_workspace  # noqa: PLC0415

            return run_workspace(options)
        case _:
            from server.cli.stdio import run_stdio  # noqa: PLC0415

            return run_stdio(options)
