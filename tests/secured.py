"""A small workspace whose sharing a test changes, and a house over it."""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.desk import Desk
from playbooks.plan_change import plan_change
from playbooks.report import Finding, Report
from playbooks.security_ports import Wish
from playbooks.security_scan import security_scan
from server.app import EMBEDDED_URL, House, open_house
from server.notion.access import NotionAccess
from server.notion.client import open_client
from server.notion.wire import Profile
from server.settings import read_configuration
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Actor, Workspace

Alter = Callable[[JSON], JSON]


def text(*runs: str) -> list[JSON]:
    """Rich text in so many runs."""
    return [{"type": "text", "text": {"content": run}} for run in runs]


@dataclass(slots=True)
class Secured:
    """The house, its desk, and the workspace as its owner sees it."""

    house: House
    desk: Desk
    workspace: Workspace
    token: str
    bot_id: str
    owner: Actor
    home_id: str
    child_id: str
    apart_id: str
    table_id: str
    row_ids: list[str]
    database_id: str
    now: list[datetime]

    def set_back(self) -> None:
        """The workspace's clock goes back an hour: what is edited now was edited long ago."""
        self.now[0] -= timedelta(hours=1)

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        return self.workspace.perform(method, path, body, actor=self.owner)

    def page(self, title: str, parent: JSON) -> str:
        return new_page(self.workspace, self.owner, title, parent)

    def capabilities(self, *names: str) -> None:
        """Give the bot these alone; the embedded workspace has no call for it."""
        import json  # noqa: PLC0415 - only here

        with self.workspace._database.writing() as db:
            db.execute(
                "UPDATE users SET capabilities = ? WHERE id = ?",
                (json.dumps(sorted(names)), self.bot_id),
            )

    async def scan(self, *, notion: bool = False, **wish: Any) -> Report:
        return await security_scan(self.desk, Wish(**wish), notion=notion)

    async def approve_baseline(self) -> Report:
        """Plan, approve and apply what is seen now."""
        report = await plan_change(self.desk, "baseline", actor="test 1")
        plan_id = str(report.measurements["plan_id"])
        plan = await self.desk.store.plan(plan_id)
        assert plan is not None
        await approve(self.desk, plan_id, digest=plan.digest, by="terminal", actor="somebody")
        return await apply_plan(self.desk, plan_id, actor="test 1")

    @asynccontextmanager
    async def answering(self, alter: Alter, token: str = "") -> AsyncGenerator[Desk]:
        """The desk, asking with that token, every answer about access altered on its way."""
        inner = httpx.ASGITransport(create_app(self.workspace))

        async def handle(request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            await answer.aread()
            if answer.status_code != httpx.codes.OK:
                return httpx.Response(answer.status_code, content=answer.content)
            return httpx.Response(200, json=alter(answer.json()))

        client = open_client(
            token or self.token,
            profile=Profile(EMBEDDED_URL, None),
            record=lambda _: None,
            default_deadline_s=10,
            network=httpx.MockTransport(handle),
        )
        async with client:
            yield replace(self.desk, access=NotionAccess(client))


def new_page(workspace: Workspace, owner: Actor, title: str, parent: JSON) -> str:
    name = "Name" if "data_source_id" in parent else "title"
    body = {"parent": parent, "properties": {name: {"title": text(title)}}}
    return str(workspace.perform("POST", "/v1/pages", body, actor=owner)["id"])


@asynccontextmanager
async def secured(home: Path, patch: pytest.MonkeyPatch) -> AsyncGenerator[Secured]:
    """A house over a workspace with a page, its child, a page apart, and a table of two rows."""
    patch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    (home / "data").chmod(0o700)
    data.chmod(0o700)
    token = "ntn_" + secrets.token_hex(23)
    now = [datetime.now(UTC) - timedelta(hours=1)]
    opened = Workspace.open(data / "workspace.sqlite3", clock=lambda: now[0])
    with closing(opened) as workspace:
        bot_id = workspace.add_bot("Robot", token=token)
        owner = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
        home_id = new_page(workspace, owner, "Home", {"workspace": True})
        workspace.share(home_id, bot_id)
        child_id = new_page(workspace, owner, "Child", {"page_id": home_id})
        apart_id = new_page(workspace, owner, "Apart", {"workspace": True})
        database = workspace.perform(
            "POST",
            "/v1/databases",
            {
                "parent": {"page_id": home_id},
                "title": text("Tasks"),
                "initial_data_source": {
                    "properties": {"Name": {"title": {}}, "Notes": {"rich_text": {}}}
                },
            },
            actor=owner,
        )
        table_id = str(database["data_sources"][0]["id"])
        rows = [
            new_page(workspace, owner, f"Task {n}", {"data_source_id": table_id}) for n in (1, 2)
        ]
        now[0] += timedelta(hours=1)
        async with open_house(read_configuration()) as house:
            desk = await house.desk()
            yield Secured(
                house, desk, workspace, token, bot_id, owner,
                home_id, child_id, apart_id, table_id, rows, str(database["id"]), now,
            )  # fmt: skip


def ids(report: Report) -> list[str]:
    """The findings by id."""
    return [each.id for each in report.findings]


def gate(report: Report, name: str) -> str:
    """The status of a gate."""
    return next(each.status for each in report.gates if each.name == name)


def finding(report: Report, start: str) -> Finding:
    """The one finding whose id begins so."""
    (found,) = [each for each in report.findings if each.id.startswith(f"security_scan.{start}")]
    return found
