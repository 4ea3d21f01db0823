"""`workspace serve|reset|import|faults`: the embedded workspace for other clients."""

import argparse
import json
import sys
from dataclasses import asdict

import anyio

from server.app import utc_now
from server.cli.exits import FAILED, USAGE
from server.cli.frame import framed
from server.cli.output import telling
from server.embedded import make_sample, open_embedded
from server.settings import Configuration


def run_workspace(options: argparse.Namespace) -> int:
    """Do what is asked of the embedded workspace of this user."""
    return framed(options, lambda configuration: _act(configuration, options))


def _act(configuration: Configuration, options: argparse.Namespace) -> int:
    match options.action:
        case "serve":
            return _serve(configuration, options.port)
        case "reset":
            return _reset(configuration, sure=options.yes)
        case "faults":
            from server.cli.faults import run_faults  # noqa: PLC0415 - only when asked for

            return run_faults(configuration, options)
        case _:
            return anyio.run(_import, configuration, options)


def _serve(configuration: Configuration, port: int) -> int:
    from server.workspace.serve import serve  # noqa: PLC0415 - uvicorn is heavy

    with telling() as tell:
        open_embedded(configuration.workspace_file, clock=utc_now, tell=tell.making).close()
    try:
        serve(configuration.workspace_file, port=port)
    except OSError as error:
        sys.stderr.write(f"notion-playbooks: port {port} cannot be taken: {error.strerror}.\n")
        return FAILED
    return 0


def _reset(configuration: Configuration, *, sure: bool) -> int:
    """Everything in the embedded workspace goes: a person says so, or a flag."""
    path = configuration.workspace_file
    if path.exists() and not sure and not _confirmed():
        sys.stderr.write("Nothing was changed. Say --yes, or type yes on a terminal.\n")
        return USAGE
    with telling() as tell:
        make_sample(path, clock=utc_now, tell=tell.making, replace=True)
    sys.stdout.write("The sample workspace is new.\n")
    return 0


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write("All that is in the embedded workspace will be lost. Type yes to go on: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == "yes"


async def _import(configuration: Configuration, options: argparse.Namespace) -> int:
    from server.cli.importing import print_result, run_import  # noqa: PLC0415 - httpx is heavy

    with telling() as tell:
        result = await run_import(configuration, options, tell.show)
    if options.json:
        sys.stdout.write(json.dumps(asdict(result)) + "\n")
    else:
        print_result(result)
    return 0
