"""Our own stack in one process: an embedded workspace, its client and mirror, and a desk.

Requests go through the workspace's HTTP API without a socket, and time is an injected clock.
"""

import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from playbooks.bands import Bands
from playbooks.clock import Clock
from playbooks.desk import ConfigurationState, Connection, DatabaseSetting, Desk, TokenView
from playbooks.ports import ServerState
from playbooks.work import Work
from server.concurrency import together
from server.importing.result import ImportResult
from server.importing.source import TaskFile
from server.importing.tasks import import_tasks
from server.notion.client import NotionClient, open_client
from server.notion.mirror import Freshness, open_mirror
from server.notion.wire import Profile
from server.store.kept import KeptRows
from server.store.kept_usage import KeptUsage
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import Actor, Workspace
from server.workspace.inside import Inside

KEY = "benchmark"


@dataclass
class Watch:
    """The clock of everything in the stack."""

    now: datetime

    def __call__(self) -> datetime:
        """The present instant."""
        return self.now


@dataclass(frozen=True, slots=True)
class Stack:
    """The parts. `page_id` is a page that the client sees; `desk` knows no database yet."""

    workspace: Workspace
    person: Actor
    client: NotionClient
    page_id: str
    watch: Watch
    desk: Desk

    async def load(self, file: TaskFile) -> ImportResult:
        """The tasks of a file, by an import through the API; time passes meanwhile.

        Rows that were all created in one minute could not be listed beyond the first 10,000.
        """
        return await import_tasks(
            self.client, file, parent_page_id=self.page_id, progress=self._pass_a_second
        )

    def _pass_a_second(self, *_: object) -> None:
        self.watch.now += timedelta(seconds=1)

    def desk_for(self, data_source_id: str, work: Work) -> Desk:
        """A desk whose tasks are that data source's, for a team that works so."""
        setting = DatabaseSetting(id=data_source_id)
        connection = replace(self.desk.connection, databases={"task_management": setting})
        return replace(self.desk, connection=connection, work=work)


class _Probed:
    async def probe(self) -> ServerState:
        return ServerState("0", "0", tools_count=0, latency_ms=0.0)


@asynccontextmanager
async def open_stack(directory: Path, now: datetime) -> AsyncGenerator[Stack]:
    """A stack with an empty workspace in that directory, where it is `now`."""
    watch = Watch(now)
    async with AsyncExitStack() as closing:
        workspace = Workspace.open(directory / "workspace.sqlite3", clock=watch)
        closing.callback(workspace.close)
        person = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
        token = f"ntn_{secrets.token_hex(16)}"
        page_id = _shared_page(workspace, person, workspace.add_bot("Benchmark", token=token))
        store = SqlStore(f"sqlite:///{directory / 'store.db'}", clock=watch)
        closing.push_async_callback(store.aclose)
        client = await closing.enter_async_context(client_of(workspace, token))
        yield Stack(workspace, person, client, page_id, watch, desk_over(client, store, watch))


def _shared_page(workspace: Workspace, person: Actor, bot_id: str) -> str:
    title = {"title": {"title": [{"text": {"content": "Root"}}]}}
    page = {"parent": {"workspace": True}, "properties": title}
    page_id = str(workspace.perform("POST", "/v1/pages", page, actor=person)["id"])
    workspace.share(page_id, bot_id)
    return page_id


def client_of(workspace: Workspace, token: str) -> NotionClient:
    """A client of the workspace without a socket."""
    return open_client(
        token,
        profile=Profile("http://workspace.invalid", None),
        record=lambda _: None,
        default_deadline_s=None,
        network=Inside(create_app(workspace)),
    )


def desk_over(client: NotionClient, store: SqlStore, watch: Clock) -> Desk:
    """A desk that knows no database yet."""
    kept = KeptRows(store, connection=KEY)
    return Desk(
        configuration=ConfigurationState(),
        connection=Connection("sample workspace", TokenView("sample workspace"), key=KEY),
        notion=client,
        mirror=open_mirror(client, kept, clock=watch, record=lambda _: None, freshness=_freshness),
        store=store,
        usage=KeptUsage(store, connection=KEY, clock=watch),
        server=_Probed(),
        bands=Bands(),
        clock=watch,
        together=together,
        new_run_id=lambda: secrets.token_hex(8),
    )


async def _freshness(data_source_id: str) -> Freshness:
    """The copy is read again after an hour of the injected clock, and not swept."""
    del data_source_id
    return Freshness(ttl_s=3600, sweep_after_s=timedelta(days=36500).total_seconds())
