"""A house over a workspace with one of everything, which was filled an hour ago."""

import secrets
import shutil
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.rich_workspace import Rich, fill, titled
from playbooks.desk import Desk
from playbooks.report import Report
from playbooks.snapshot import RecordKind
from server.app import House, open_house
from server.settings import read_configuration
from server.workspace.core import JSON, Workspace

KINDS: Final[tuple[RecordKind, ...]] = (
    "database",
    "data_source",
    "page",
    "content",
    "comments",
    "user",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A workspace's file, which is copied and never opened."""

    file: Path
    rich: Rich
    token: str


def filled(directory: Path, *, tasks_count: int = 30) -> Filled:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    token = "ntn_" + secrets.token_hex(23)
    with closing(Workspace.open(directory / "rich.sqlite3", clock=lambda: hour_ago)) as workspace:
        rich = fill(workspace, token=token, tasks_count=tasks_count)
    return Filled(directory / "rich.sqlite3", rich, token)


@dataclass(frozen=True, slots=True)
class Office:
    """The house, its desk, and the workspace as its owner sees it."""

    house: House
    desk: Desk
    workspace: Workspace
    rich: Rich
    token: str
    backups: Path

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """A request of the owner, now."""
        return self.workspace.perform(method, path, body, actor=self.rich.owner)

    def rename(self, task_id: str, name: str) -> None:
        body = {"properties": titled(name, "Name")}
        self.perform("PATCH", f"/v1/pages/{task_id}", body)

    def add_task(self, name: str) -> str:
        parent = {"data_source_id": self.rich.tasks_id}
        body = {"parent": parent, "properties": titled(name, "Name")}
        return str(self.perform("POST", "/v1/pages", body)["id"])

    def at(self, clock: Callable[[], datetime]) -> Desk:
        """The desk at other times."""
        return replace(self.desk, clock=clock)

    def later(self, *, hours: float) -> Desk:
        """The desk, so much later."""
        return self.at(lambda: self.desk.clock() + timedelta(hours=hours))

    async def held(self, report: Report) -> Mapping[RecordKind, Mapping[str, Any]]:
        """All that the backup of that report holds, but our own settings and what is computed."""
        backup_id = str(report.measurements["backup_id"])
        return {
            kind: {
                i: without_computed(record)
                async for _, i, record in self.house.backups.records(backup_id, kind)
            }
            for kind in KINDS
        }


def without_computed(record: Any) -> Any:
    """Notion computes these anew when they are read, which is no edit of the row."""
    if not isinstance(record, dict) or record.get("object") != "page":
        return record
    values = record["properties"].items()
    stored = {name: each for name, each in values if each["type"] not in {"rollup", "formula"}}
    return {**record, "properties": stored}


@asynccontextmanager
async def opened(home: Path, made: Filled, patch: pytest.MonkeyPatch) -> AsyncGenerator[Office]:
    """A house of its own over a copy of the workspace."""
    patch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    shutil.copy(made.file, data / "workspace.sqlite3")
    real = Workspace.open(data / "workspace.sqlite3", clock=lambda: datetime.now(UTC))
    with closing(real) as workspace:
        async with open_house(read_configuration()) as house:
            desk = await house.desk()
            yield Office(house, desk, workspace, made.rich, made.token, data / "backups")
