"""A workspace and everything of ours that keeps it and brings it back, in one process."""

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks import rich_workspace
from benchmarks.stack import KEY, client_of, desk_over
from playbooks.desk import Desk
from server.backups.archive import Archive
from server.backups.draft import Maker as Stamp
from server.backups.drafts import Place as Shelf
from server.notion.client import NOTION_VERSION, NotionClient
from server.notion.editor import NotionEditor
from server.notion.exporter import NotionExporter
from server.notion.maker import NotionMaker
from server.store.kept_remade import KeptRemade
from server.store.sql import SqlStore
from server.workspace.core import Actor, Workspace

LONG_MINUTES: Final = 600.0
"""A backup within it ends in one call."""

NOW: Final = datetime(2026, 11, 25, 12, tzinfo=UTC)
OWNER: Final = Actor("00000000-0000-4000-8000-000000000000", "person")


@dataclass(slots=True)
class Ticking:
    """A clock that moves on whenever it is looked at: no minute has more rows than a query."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The present instant."""
        self.now += timedelta(milliseconds=20)
        return self.now


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace with a bot, and the desk of whoever works through it."""

    workspace: Workspace
    bot_id: str
    client: NotionClient
    desk: Desk
    clock: Ticking


@asynccontextmanager
async def opened(file: Path, token: str) -> AsyncGenerator[Place]:
    """The workspace in that file, with everything of ours beside it."""
    clock = Ticking()
    async with AsyncExitStack() as closing_last:
        workspace = Workspace.open(file, clock=clock)
        closing_last.callback(workspace.close)
        store = SqlStore(f"sqlite:///{file.with_name('store.db')}", clock=clock)
        closing_last.push_async_callback(store.aclose)
        client = await closing_last.enter_async_context(client_of(workspace, token))
        shelf = Shelf(file.with_name("backups"), KEY, Stamp("0", NOTION_VERSION))
        archive = Archive(shelf, clock=clock, monotonic=time.monotonic)
        closing_last.callback(archive.close)
        desk = replace(
            desk_over(client, store, clock),
            editor=NotionEditor(client),
            exporter=NotionExporter(client),
            maker=NotionMaker(client, archive, KeptRemade(store, connection=KEY)),
            backups=archive,
            standing_approvals=frozenset({"restore"}),
        )
        bot_id = (await client.who_am_i()).id
        yield Place(workspace, bot_id, client, desk, clock)


def shared_page(workspace: Workspace, bot_id: str, name: str) -> str:
    """A new page at the top that the bot sees."""
    body = {"parent": {"workspace": True}, "properties": rich_workspace.titled(name)}
    page_id = str(workspace.perform("POST", "/v1/pages", body, actor=OWNER)["id"])
    workspace.share(page_id, bot_id)
    return page_id


def new_token() -> str:
    """A token of the usual shape."""
    return f"ntn_{secrets.token_hex(16)}"
