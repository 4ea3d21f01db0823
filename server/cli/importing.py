"""`workspace import tasks`: the import wired to the embedded workspace, and its result in words."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from playbooks.errors import PlaybookError
from playbooks.text import shown
from server.app import open_house
from server.embedded import alone
from server.importing.result import ImportResult
from server.importing.source import TaskFile
from server.importing.tasks import import_tasks, parse_map
from server.notion.client import NotionClient
from server.settings import Configuration
from server.workspace.sample.names import ROOT_TITLE

REQUEST_DEADLINE_S = 60.0
"""A load is in no hurry: one slow answer must not end it."""


class ImportUnderWay(PlaybookError):
    """Two imports at once would each create what the other has not finished yet."""

    def __init__(self) -> None:
        super().__init__(
            "Another import into the embedded workspace is under way.",
            remedy="Start this one again when it has ended.",
        )


class NoPlace(PlaybookError):
    """The embedded workspace has no page under which a database could be made."""

    def __init__(self) -> None:
        super().__init__(
            f"The embedded workspace has no page {ROOT_TITLE!r} to put the database under.",
            remedy="Make it anew with `notion-playbooks workspace reset`.",
        )


async def run_import(
    configuration: Configuration,
    options: argparse.Namespace,
    progress: Callable[[int, int | None, str], None],
) -> ImportResult:
    """Load the file that `options` names; raises PlaybookError."""
    source = TaskFile(
        path=Path(options.file),
        map=parse_map(options.map),
        join=Path(options.join) if options.join else None,
        on=options.on,
        encoding=options.encoding,
        limit=options.limit,
    )
    with alone(configuration.workspace_file) as first:
        if not first:
            raise ImportUnderWay
        return await _load(configuration, source, options.into, progress)


async def _load(
    configuration: Configuration,
    source: TaskFile,
    into: str,
    progress: Callable[[int, int | None, str], None],
) -> ImportResult:
    async with open_house(configuration) as house:
        client = (await house.embedded_link()).notion.within(REQUEST_DEADLINE_S)
        client = client.attributed("workspace_import", "import")
        return await import_tasks(
            client,
            source,
            parent_page_id=await _root(client),
            into=into,
            progress=progress,
        )


async def _root(client: NotionClient) -> str:
    async for page in client.search(ROOT_TITLE, kind="page"):
        if page.title == ROOT_TITLE:
            return page.id
    raise NoPlace


def print_result(result: ImportResult) -> None:
    """What was read, written and skipped, and how to use it."""
    counts = (
        f"{result.created_count} created, {result.updated_count} updated,"
        f" {result.unchanged_count} unchanged"
    )
    title = shown(result.database_title)
    lines = [
        f"{result.lines_count} lines read; tasks in {title}: {result.tasks_count} ({counts}).",
        f"{result.elapsed_s:.1f} s, {result.rows_per_s:.0f} tasks a second.",
        *(f"Skipped, {_words(kind)}: {count}" for kind, count in result.skipped_counts.items()),
        *(f"  {line.file}, line {line.line}: {line.reason}" for line in result.skipped),
        *(f"Loaded as it is, {_words(kind)}: {count}" for kind, count in result.notes.items()),
        "To use it, in playbooks.toml:",
        'workspace = "embedded"',
        "[databases.task_management]",
        f'id = "{result.data_source_id}"',
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _words(kind: str) -> str:
    return kind.replace("_", " ")
