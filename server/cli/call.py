"""`call TOOL`: any tool, through the protocol, so that a shell sees what an assistant sees."""

import argparse
import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult, ImageContent, TextContent

from playbooks.report import Report
from server.app import build_server, open_house
from server.cli.exits import BUG, FAILED, USAGE, exit_status
from server.cli.output import print_report, telling
from server.cli.scanning import ScanByHand, scan_options
from server.settings import Configuration, read_configuration
from tools.boundary import NO_PICTURE
from tools.catalog import tools
from tools.declaration import told_name


def run_call(options: argparse.Namespace) -> int:
    """Call the tool and print its report; the exit status is the report's, 64 when refused."""
    known = {tool.name: tool for tool in tools()}
    if options.tool not in known:
        return _refuse(f"there is no tool {options.tool!r}; there are: {', '.join(known)}")
    try:
        words, scan = scan_options(options.tool, options.arguments)
        arguments, as_json = parse_arguments(words)
        scan.require_writable()
    except ValueError as error:
        return _refuse(str(error))
    if not as_json and "detail" in known[options.tool].parameters["properties"]:
        arguments.setdefault("detail", "full")  # a terminal has room for all evidence
    configuration = read_configuration(options.config)
    result = anyio.run(_call, configuration, options.tool, arguments, scan)
    if result.is_error:
        return _failed(options.tool, result)
    report = Report.model_validate(result.structured_content)
    print_report(report, as_json=as_json)
    _tell_of_picture(report, result)
    status = exit_status(report.status)
    return status if scan.save(report) else max(status, FAILED)


def parse_arguments(words: Sequence[str]) -> tuple[dict[str, Any], bool]:
    """`--name value` and `--name=value` pairs, and whether `--json` is among them.

    Raises ValueError with a sentence for anything else.
    """
    arguments: dict[str, Any] = {}
    as_json = False
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--json":
            as_json = True
            continue
        if not word.startswith("--"):
            name = told_name(word.partition("=")[0])
            raise ValueError(f"{name} is no argument: they are written --name value")
        name, equals, value = word.removeprefix("--").partition("=")
        if not equals:
            if not left:
                raise ValueError(f"argument --{name} has no value")
            value = left.pop(0)
        arguments[name.replace("-", "_")] = value
    return arguments, as_json


async def _call(
    configuration: Configuration, tool: str, arguments: dict[str, Any], scan: ScanByHand
) -> CallToolResult:
    with telling() as tell:

        async def show(progress: float, total: float | None, message: str | None) -> None:
            tell.show(int(progress), None if total is None else int(total), message or tool)

        async with (
            open_house(configuration, making=tell.making, by_hand=scan.by_hand) as house,
            Client(build_server(house.desk, read_only=house.read_only)) as client,
        ):
            return await client.call_tool(tool, arguments, progress_callback=show)


def _tell_of_picture(report: Report, result: CallToolResult) -> None:
    """A shell shows no picture: it becomes a file, or it is said why there is none."""
    for content in result.content:
        if isinstance(content, ImageContent):
            sys.stderr.write(f"{_saved(report, base64.b64decode(content.data))}\n")
    _, asked, why = report.summary.rpartition(NO_PICTURE)
    if asked:
        sys.stderr.write(f"{NO_PICTURE}{why}\n")


def _saved(report: Report, png: bytes) -> str:
    """Written beside whatever else is in the working directory; what exists is left alone."""
    file = Path(f"{report.procedure}-{report.run_id}.png")
    try:
        with file.open("xb") as opened:
            opened.write(png)
    except OSError as error:
        return f"picture not saved: {file}: {error.strerror}"
    return f"picture saved: {file}"


def _refuse(problem: str) -> int:
    sys.stderr.write(f"notion-playbooks: {problem}.\n")
    return USAGE


def _failed(tool: str, result: CallToolResult) -> int:
    text = " ".join(part.text for part in result.content if isinstance(part, TextContent))
    masked = f"Error executing tool {tool}"
    told = text.removeprefix(f"{masked}: ")
    sys.stderr.write(f"notion-playbooks: {told}\n")
    return BUG if told == masked else USAGE
