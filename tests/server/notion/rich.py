"""A client of a workspace with one of everything, over a wire of fake time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rich_workspace import Rich, fill
from server.notion.client import NotionClient
from server.workspace.core import JSON, Workspace
from server.workspace.inside import Inside
from tests.notion_types import checked_app
from tests.server.notion.fakes import NOON, TOKEN, Connection


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace, what was made in it, and the integration's client."""

    workspace: Workspace
    rich: Rich
    notion: NotionClient

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """A request of the owner."""
        return self.workspace.perform(method, path, body, actor=self.rich.owner)

    def add_task(self, name: str, values: JSON | None = None) -> str:
        """A row; its id."""
        named = {"Name": {"title": [{"text": {"content": name}}]}}
        body = {"parent": {"data_source_id": self.rich.tasks_id}, "properties": named}
        body["properties"] = named | (values or {})
        return str(self.perform("POST", "/v1/pages", body)["id"])

    def column(self, name: str) -> JSON:
        """A column of the tasks as Notion shows it."""
        shown = self.perform("GET", f"/v1/data_sources/{self.rich.tasks_id}")
        column: JSON = shown["properties"][name]
        return column


@asynccontextmanager
async def open_home(directory: Path, *, tasks_count: int = 30) -> AsyncGenerator[Home]:
    """The workspace is filled, and the client has not called anybody yet."""
    path = directory / "workspace.sqlite3"
    with closing(Workspace.open(path, clock=lambda: NOON)) as workspace:
        rich = fill(workspace, token=TOKEN, tasks_count=tasks_count)
        connection = Connection(Inside(checked_app(workspace)), deadline_s=600)
        async with connection.client as notion:
            yield Home(workspace, rich, notion)
