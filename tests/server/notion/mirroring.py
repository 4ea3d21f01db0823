"""A mirror of a table of the embedded workspace, on a clock that stands until it is set."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx

from playbooks.records import CallRecord, Reading, Strategy, Transition
from playbooks.rows import Row
from server.notion.call import TimeAndChance
from server.notion.client import NotionClient, open_client
from server.notion.mirror import PATIENCE_S, Freshness, NotionMirror, open_mirror
from server.notion.properties import row_of
from server.notion.wire import Profile
from server.store.kept import KeptRows
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Actor, Workspace
from server.workspace.inside import Inside

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCHEMA: JSON = {
    "Name": {"title": {}},
    "Status": {"status": {}},
    "Points": {"number": {}},
    "Notes": {"rich_text": {}},
}


class Watch:
    """A clock that stands until somebody waits or sets it on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def monotonic(self) -> float:
        return (self.now - START).total_seconds()

    async def sleep(self, wait_s: float) -> None:
        self.advance(seconds=wait_s)
        await anyio.lowlevel.checkpoint()


class Wire(httpx.AsyncBaseTransport):
    """The workspace's end of the wire; `before` is called with each request and may raise.

    `waits` is awaited with each request, as a slow network.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.asked: list[str] = []
        self.before: Callable[[httpx.Request], None] | None = None
        self.waits: Callable[[httpx.Request], Awaitable[None]] | None = None
        self.inner: httpx.AsyncBaseTransport = Inside(create_app(workspace))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.before is not None:
            self.before(request)
        if self.waits is not None:
            await self.waits(request)
        # A real network lets others go on meanwhile.
        await anyio.lowlevel.checkpoint()
        return await self.inner.handle_async_request(request)


@dataclass
class Table:
    """A table, who edits it, and the mirror of it."""

    workspace: Workspace
    actor: Actor
    id: str
    home_id: str
    watch: Watch
    wire: Wire
    store: SqlStore
    make_mirror: Callable[[], NotionMirror]
    records: list[CallRecord]
    client: NotionClient
    mirror: NotionMirror = field(init=False)

    def __post_init__(self) -> None:
        self.mirror = self.make_mirror()

    def add(self, name: str = "row", **properties: JSON) -> str:
        """Add a row; its id."""
        body = {
            "parent": {"data_source_id": self.id},
            "properties": {"Name": {"title": [{"text": {"content": name}}]}, **properties},
        }
        return str(self.perform("POST", "/v1/pages", body)["id"])

    def add_many(
        self, count: int, *, every: timedelta = timedelta(0), name: str = "row {}"
    ) -> list[str]:
        """Add rows, one each so often, named by their number."""
        ids: list[str] = []
        with self.workspace.transaction():
            for number in range(count):
                ids.append(self.add(name.format(number)))
                self.watch.now += every
        return ids

    def edit(self, row_id: str, **changes: Any) -> None:
        """Change properties, or with `in_trash` move to the trash and back."""
        flags = {key: changes.pop(key) for key in ("in_trash", "is_archived") if key in changes}
        body = flags | ({"properties": changes} if changes else {})
        self.perform("PATCH", f"/v1/pages/{row_id}", body)

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        return self.workspace.perform(method, path, body, actor=self.actor)

    async def read(
        self, strategy: Strategy = "FRESH", properties: Sequence[str] = ()
    ) -> tuple[Reading, list[Row]]:
        """Open the mirror and read everything."""
        view = await self.mirror.open(self.id, strategy=strategy)
        return view.reading, [row async for row in view.rows(properties)]

    async def transitions(self) -> list[Transition]:
        view = await self.mirror.open(self.id, strategy="OFFLINE")
        return [each async for each in view.transitions(START - timedelta(days=1))]

    def truth(self) -> list[Row]:
        """What the workspace holds, oldest first."""
        pages: list[JSON] = []
        cursor: JSON = {}
        while True:
            answer = self.perform("POST", f"/v1/data_sources/{self.id}/query", cursor)
            pages += answer["results"]
            if not answer["has_more"]:
                break
            cursor = {"start_cursor": answer["next_cursor"]}
        return sorted((row_of(page) for page in pages), key=lambda row: (row.created_at, row.id))


@asynccontextmanager
async def open_table(
    directory: Path,
    *,
    schema: JSON = SCHEMA,
    freshness: Freshness = Freshness(),  # noqa: B008  # frozen
) -> AsyncGenerator[Table]:
    """An empty table with a mirror of nothing yet."""
    watch = Watch()
    workspace = Workspace.open(directory / "workspace.sqlite3", clock=watch)
    store = SqlStore(f"sqlite:///{directory / 'store.db'}", clock=watch)
    try:
        token = f"ntn_{secrets.token_hex(16)}"
        bot_id = workspace.add_bot("Robot", token=token)
        ada = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
        home_id = _home(workspace, ada, bot_id)
        wire = Wire(workspace)
        records: list[CallRecord] = []
        calls: list[CallRecord] = []
        client = open_client(
            token,
            profile=Profile("http://workspace.test", None),
            record=calls.append,
            default_deadline_s=None,
            network=wire,
            given=TimeAndChance(watch, watch.monotonic, watch.sleep),
        )

        async def fresh(data_source_id: str) -> Freshness:
            del data_source_id
            return freshness

        async def sleep(wait_s: float) -> None:
            if wait_s > PATIENCE_S:
                await anyio.sleep_forever()  # the heartbeat of a lease: no test lasts as long
            await watch.sleep(wait_s)

        def make_mirror() -> NotionMirror:
            return open_mirror(
                client,
                KeptRows(store, connection="c"),
                clock=watch,
                record=records.append,
                freshness=fresh,
                sleep=sleep,
            )

        table_id = make_table(workspace, ada, home_id, schema)
        async with client:
            made = (workspace, ada, table_id, home_id, watch, wire, store, make_mirror, records)
            yield Table(*made, client)
    finally:
        await store.aclose()
        workspace.close()


def make_table(workspace: Workspace, actor: Actor, home_id: str, schema: JSON) -> str:
    """A table on the page; the id of its data source."""
    made = workspace.perform(
        "POST",
        "/v1/databases",
        {
            "parent": {"page_id": home_id},
            "title": [{"text": {"content": "Tasks"}}],
            "initial_data_source": {"properties": schema},
        },
        actor=actor,
    )
    return str(made["data_sources"][0]["id"])


def _home(workspace: Workspace, actor: Actor, bot_id: str) -> str:
    title = {"title": {"title": [{"text": {"content": "Home"}}]}}
    body = {"parent": {"workspace": True}, "properties": title}
    home = workspace.perform("POST", "/v1/pages", body, actor=actor)
    workspace.share(home["id"], bot_id)
    return str(home["id"])
