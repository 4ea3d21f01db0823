"""An embedded workspace to import into, and CSV files as tests write them."""

import secrets
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from playbooks.records import CallRecord
from server.importing.map import parse_map
from server.importing.result import ImportResult
from server.importing.source import TaskFile
from server.importing.tasks import import_tasks
from server.notion.client import NotionClient, open_client
from server.notion.wire import Profile
from server.workspace.core import Actor, Workspace
from tests.notion_types import checked_app

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

PAIRS = (
    "title=Task",
    "external_id=Key",
    "status=State",
    "actual_hours=Hours",
    "assignee=Who",
    "started=Start",
    "completed=End",
)
HEADER = "Key,Task,State,Hours,Who,Start,End"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of those lines."""

    def write_lines(*lines: str, name: str = "tasks.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write_lines


@dataclass
class House:
    """A workspace with one shared page, a client of its integration, and what both were asked."""

    workspace: Workspace
    client: NotionClient
    page_id: str
    calls: list[CallRecord] = field(default_factory=list[CallRecord])
    progress: list[tuple[int, int | None, str]] = field(
        default_factory=list[tuple[int, int | None, str]]
    )

    async def load(self, path: Path, pairs: Sequence[str] = PAIRS, **more: Any) -> ImportResult:
        into = more.pop("into", "Imported tasks")
        return await import_tasks(
            self.client,
            TaskFile(path, parse_map(pairs), **more),
            parent_page_id=self.page_id,
            into=into,
            progress=lambda *told: self.progress.append(told),
        )

    async def rows(self, data_source_id: str, *names: str) -> list[tuple[Any, ...]]:
        """The rows as tuples of the named properties, in order of creation."""
        pages = self.client.query_pages(data_source_id)
        return [tuple(row.plain(name) for name in names) async for row in pages]

    def writes_count(self) -> int:
        """Requests so far that were made to change something."""
        return sum(
            call.method == "PATCH" or call.endpoint in {"/v1/pages", "/v1/databases"}
            for call in self.calls
        )


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        yield opened


@pytest.fixture
async def house(workspace: Workspace) -> AsyncGenerator[House]:
    token = f"ntn_{secrets.token_hex(16)}"
    bot_id = workspace.add_bot("Importer", token=token)
    page = workspace.perform(
        "POST",
        "/v1/pages",
        {
            "parent": {"workspace": True},
            "properties": {"title": {"title": [{"text": {"content": "Root"}}]}},
        },
        actor=Actor(workspace.add_person("Ada", "ada@example.org"), "person"),
    )
    workspace.share(page["id"], bot_id)
    calls: list[CallRecord] = []
    async with open_client(
        token,
        profile=Profile("http://workspace.test", None),
        record=calls.append,
        default_deadline_s=30,
        network=httpx.ASGITransport(checked_app(workspace)),
    ) as client:
        yield House(workspace, client, page["id"], calls)


def numbered(count: int, first: int = 1) -> Iterator[str]:
    """Lines of so many tasks, keys T1, T2, …"""
    for number in range(first, first + count):
        yield f"T{number},Task {number},Open,{number},ada,2026-01-05,2026-01-06"
