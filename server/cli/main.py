"""`notion-playbooks`: the commands, and the exit status of each."""

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from server.cli.exits import INTERRUPTED, PIPE_CLOSED
from server.cli.parser import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Thousands of classes are made at the start, and none is garbage: a tenth of it is saved.
    gc.set_threshold(100_000)
    _print_marks_anywhere()
    try:
        status = _dispatch(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing is left half-done.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on; what Python still holds for stdout must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _print_marks_anywhere() -> None:
    """A mark that the terminal's encoding lacks becomes `?` instead of a failure."""
    stdout: object = sys.stdout
    if isinstance(stdout, TextIOWrapper):
        stdout.reconfigure(errors="replace")


def _dispatch(given: list[str]) -> int:
    options = parse(given)
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
        case "plans" | "approve" | "audit":
            from server.cli.plans import run_plans  # noqa: PLC0415

            return run_plans(options)
        case "workspace":
            from server.cli.workspace import run_workspace  # noqa: PLC0415

            return run_workspace(options)
        case _:
            from server.cli.stdio import run_stdio  # noqa: PLC0415

            return run_stdio(options)
