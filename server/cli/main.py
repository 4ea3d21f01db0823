"""`notion-playbooks`: the commands, and the exit status of each."""

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Final

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


_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "backups": ("server.cli.backups", "run_backups"),
    "call": ("server.cli.call", "run_call"),
    "init": ("server.cli.init", "run_init"),
    "plans": ("server.cli.plans", "run_plans"),
    "approve": ("server.cli.plans", "run_plans"),
    "audit": ("server.cli.plans", "run_plans"),
    "contract": ("server.cli.contract", "run_contract"),
    "import-usage": ("server.cli.usage", "run_import_usage"),
    "workspace": ("server.cli.workspace", "run_workspace"),
}
"""The module of each command, imported when it is asked for: the server must start at once."""


def _dispatch(given: list[str]) -> int:
    options = parse(given)
    module, name = _COMMANDS.get(options.command, ("server.cli.stdio", "run_stdio"))
    if options.health_check:
        module, name = "server.cli.health", "run_health_check"
    run: Callable[[Namespace], int] = getattr(import_module(module), name)
    return run(options)
