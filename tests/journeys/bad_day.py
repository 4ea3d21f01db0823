"""A workspace whose bad days are planned, a desk over it, and time that is not waited for."""

import random
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
from starlette.types import ASGIApp

from playbooks.bands import Bands
from playbooks.databases import DatabaseKey
from playbooks.desk import ConfigurationState, Connection, DatabaseSetting, Desk, TokenView
from playbooks.ports import ServerState
from server.concurrency import together
from server.link import Link, open_link
from server.notion.call import TimeAndChance
from server.notion.recorder import Record
from server.notion.wire import Profile
from server.settings import Settings
from server.store.kept_usage import KeptUsage
from server.store.recording import CallBuffer
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import Workspace
from server.workspace.inside import Inside
from server.workspace.plan import read_plan
from tests.journeys import virtual


class OwnServer:
    """Stands where our own server would be asked, which has no part in Notion's bad days."""

    async def probe(self) -> ServerState:
        return ServerState("0", "2026-07-28", 5, 1.0)


@dataclass
class Day:
    """One workspace, and a desk over it."""

    workspace: Workspace
    app: ASGIApp
    desk: Desk
    link: Link
    tasks: str
    path: Path

    def fail(self, rules: list[dict[str, Any]]) -> None:
        self.workspace.set_plan(read_plan({"seed": 20261125, "rules": rules}))

    async def settle(self) -> None:
        """Whatever was still on its way has come."""
        await anyio.sleep(90)
        async with httpx.AsyncClient(transport=Inside(self.app)) as anybody:
            await anybody.get("http://workspace.invalid/v1/users/me")

    def contents(self) -> list[tuple[Any, ...]]:
        """Everything the workspace holds, faults aside."""
        with closing(sqlite3.connect(self.path)) as db:
            tables = ("nodes", "documents", "cells", "columns", "comments", "users", "shares")
            return [row for table in tables for row in db.execute(f"SELECT * FROM {table}")]


@asynccontextmanager
async def open_day(
    root: Path, sample_file: Path, *, calls_count: int | None = None
) -> AsyncGenerator[Day]:
    """Paced by the store's budget where there are so many calls a minute."""
    path = root / "workspace.sqlite3"
    shutil.copy(sample_file, path)
    store = SqlStore(f"sqlite:///{root / 'store.sqlite3'}", clock=virtual.clock)
    buffer = CallBuffer(store)
    with closing(Workspace.open(path, clock=virtual.clock)) as workspace:
        app = create_app(workspace)
        profile = Profile("http://workspace.invalid", calls_count)
        new_run_id = iter([f"run_{i}" for i in range(100)]).__next__
        async with at_work(
            workspace, store, Inside(app), profile=profile, record=buffer.add, new_run_id=new_run_id
        ) as (desk, link):
            found = await link.notion.find_data_sources("Tasks")
            yield Day(workspace, app, desk, link, found[0].id, path)
        await buffer.flush()
    await store.aclose()


@asynccontextmanager
async def at_work(
    workspace: Workspace,
    store: SqlStore,
    network: httpx.AsyncBaseTransport,
    *,
    profile: Profile,
    record: Record,
    new_run_id: Callable[[], str],
) -> AsyncGenerator[tuple[Desk, Link]]:
    """One process over that workspace and that store, while it lives."""
    loop = virtual.virtual_loop(store._threads)
    link = open_link(
        workspace.own_token() or "",
        profile,
        settings=Settings(),
        store=store,
        record=record,
        key="chaos",
        network=network,
        given=TimeAndChance(virtual.clock, loop.time, anyio.sleep, random.Random(7).random),
    )
    desk = Desk(
        configuration=ConfigurationState(digest="chaos"),
        connection=Connection("sample workspace", TokenView("sample workspace"), key="chaos"),
        notion=link.notion,
        mirror=link.mirror,
        store=store,
        usage=KeptUsage(store, connection="chaos", clock=virtual.clock),
        server=OwnServer(),
        bands=Bands(),
        clock=virtual.clock,
        together=together,
        new_run_id=new_run_id,
    )
    async with link.notion:
        yield desk, link


async def mark_as_ours(day: "Day", title: str, key: DatabaseKey) -> None:
    """Rows of our own may be added to the database of that title from now on."""
    (found,) = await day.link.notion.find_data_sources(title)
    connection = replace(
        day.desk.connection, databases={key: DatabaseSetting(id=found.id, ours=True)}
    )
    day.desk = replace(day.desk, connection=connection, own_rows=day.link.own_rows)
