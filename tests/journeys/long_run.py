"""A workspace that lives on while the processes that work in it fail, are stopped, and die.

Every number that anybody writes is another one, and the workspace's own database notes each value
that a cell ever had: so it shows whether something was written twice, or over somebody's edit.
"""

import json
import random
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
import httpx
from sqlalchemy import Engine
from starlette.types import ASGIApp

from playbooks import outbox
from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.databases import DatabaseKey
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import PlaybookError
from playbooks.plan import Change
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Draft, Request
from playbooks.planning import make_plan
from playbooks.record_usage import Told, record_usage
from playbooks.save_report import save_report
from server.notion.wire import Profile
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Workspace
from server.workspace.inside import Inside
from server.workspace.plan import read_plan
from tests.journeys import virtual
from tests.journeys.bad_day import at_work
from tests.journeys.house import OWNER

T = TypeVar("T")

ROWS_COUNT: Final = 12
"""Few, so that plans, undoes and edits meet on the same ones."""

LATEST_S: Final = 90.0
"""No write comes later than that."""

NOTING: Final = """
    CREATE TABLE noted (number INTEGER PRIMARY KEY, node INTEGER, what TEXT, value REAL);
    CREATE TRIGGER note_cells AFTER INSERT ON cells WHEN NEW.column = {column} BEGIN
        INSERT INTO noted (node, what, value) VALUES (NEW.node, 'cell', NEW.number);
    END;
    CREATE TRIGGER note_trash AFTER UPDATE OF in_trash ON nodes BEGIN
        INSERT INTO noted (node, what, value) VALUES (NEW.number, 'trash', NEW.in_trash);
    END;
"""
"""The triggers of the workspace's database, which see every write that was committed."""


class Died(BaseException):
    """The process is no more: whatever it still tries does not happen."""


@dataclass(slots=True)
class Life:
    """How many more times the process may touch the store or the network; None for ever."""

    left: int | None = None

    def pass_point(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            raise Died

    @property
    def is_over(self) -> bool:
        return self.left is not None and self.left <= 0


class MortalStore(SqlStore):
    """The store of a process that may die before or after anything that it does there."""

    life: Life

    async def perform(
        self, action: Callable[[Engine], T], *, undo: Callable[[Engine, T], None] | None = None
    ) -> T:
        self.life.pass_point()
        result = await super().perform(action, undo=undo)
        self.life.pass_point()
        return result


@dataclass(slots=True)
class MortalNetwork(httpx.AsyncBaseTransport):
    """The same for what it sends."""

    app: ASGIApp
    life: Life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.life.pass_point()
        response = await Inside(self.app).handle_async_request(request)
        self.life.pass_point()
        return response


@dataclass(slots=True)
class World:
    """What lives on, what was told to be done in it, and the process that works at present."""

    workspace: Workspace
    app: ASGIApp
    path: Path
    root: Path
    chance: random.Random
    databases: Mapping[DatabaseKey, DatabaseSetting]
    first: Mapping[str, float | None]
    hours: str
    run_numbers: Any = field(default_factory=count)
    values: Any = field(default_factory=lambda: count(1000))
    life: Life = field(default_factory=Life)
    plans: list[str] = field(default_factory=list[str])
    runs: list[str] = field(default_factory=list[str])
    edits: set[float] = field(default_factory=set[float])
    calls: list[Told] = field(default_factory=list[Told])
    titles: set[str] = field(default_factory=set[str])
    deaths_count: int = 0
    refusals_count: int = 0

    def fail(self, rules: list[JSON]) -> None:
        self.workspace.set_plan(read_plan({"seed": 6, "rules": rules}))

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """A request of the workspace's owner, past every fault."""
        return self.workspace.perform(method, path, body, actor=OWNER)

    @property
    def rows(self) -> Sequence[str]:
        return [*self.first]

    async def settle(self) -> None:
        """Whatever was still on its way has come."""
        await anyio.sleep(LATEST_S)
        async with httpx.AsyncClient(transport=Inside(self.app)) as anybody:
            with suppress(httpx.HTTPError):
                await anybody.get("http://workspace.invalid/v1/users/me")

    @asynccontextmanager
    async def process(self) -> AsyncGenerator[Desk]:
        """A new process over the store that the last one left."""
        self.life = Life()
        store = MortalStore(f"sqlite:///{self.root / 'store.sqlite3'}", clock=virtual.clock)
        store.life = self.life
        profile = Profile("http://workspace.invalid", None)
        async with at_work(
            self.workspace,
            store,
            MortalNetwork(self.app, self.life),
            profile=profile,
            record=lambda _: None,
            new_run_id=lambda: f"run_{next(self.run_numbers)}",
        ) as (desk, link):
            try:
                yield replace(
                    desk,
                    connection=replace(desk.connection, databases=self.databases),
                    own_rows=link.own_rows,
                    editor=link.editor,
                )
            finally:
                await store.aclose()

    async def step(self, desk: Desk, act: Callable[["World", Desk], Any]) -> None:
        """Do it; what is refused or stopped is for a later step. Raises Died."""
        try:
            with anyio.move_on_after(self._patience_s()):
                await act(self, desk)
        except PlaybookError:
            self.refusals_count += 1
        except BaseExceptionGroup as several:
            if several.subgroup(Died) is None:
                raise
            raise Died from several

    def _patience_s(self) -> float:
        """Somebody stops one in eight."""
        return self.chance.choice([1.0, 20.0] + [3600.0] * 14)

    def truth(self, row_id: str) -> JSON:
        return self.perform("GET", f"/v1/pages/{row_id}")


async def plan(world: World, desk: Desk) -> None:
    """A plan of some cells and of a row for the trash, as the rows are now."""
    chosen = world.chance.sample(world.rows, world.chance.randint(1, 5))
    changes = [_cell(world, row_id) for row_id in chosen]
    if world.chance.random() < 0.4:
        row_id = world.chance.choice(world.rows)
        changes.append(Change(target=f"trash/{row_id}", before=False, after=True))
    draft = Draft("", tuple(changes))
    made = await make_plan(desk, "repair", draft, run_id=desk.new_run_id(), actor="t")
    world.plans.append(made.id)


def _cell(world: World, row_id: str) -> Change:
    values = world.truth(row_id)["properties"].values()
    number = next(each["number"] for each in values if each["id"] == world.hours)
    return Change(
        target=f"cell/{row_id}/{world.hours}",
        before=None if number is None else {"number": number},
        after={"number": next(world.values)},
    )


async def undo(world: World, desk: Desk) -> None:
    if not world.plans:
        return
    report = await plan_change(desk, "undo", Request(of=world.chance.choice(world.plans)))
    world.plans.append(str(report.measurements["plan_id"]))


async def approve_one(world: World, desk: Desk) -> None:
    for plan_id in world.plans[-3:]:
        kept = await desk.store.plan(plan_id)
        if kept is not None and kept.state == "planned":
            await approve(desk, plan_id, digest=kept.digest, by="terminal", actor="t")


async def apply(world: World, desk: Desk) -> None:
    if world.plans:
        report = await apply_plan(desk, world.chance.choice(world.plans[-4:]))
        world.runs.append(report.run_id)


async def go_on(world: World, desk: Desk) -> None:
    del world
    await outbox.go_on(desk)


async def tell_usage(world: World, desk: Desk) -> None:
    """A call; one that was told before is told again from time to time."""
    if not world.calls or world.chance.random() < 0.8:
        told = Told("cursor", success=world.chance.random() < 0.7, id=f"{len(world.calls)}")
        world.calls.append(told)
    await record_usage(desk, world.chance.choice(world.calls[-4:]))


async def save(world: World, desk: Desk) -> None:
    if world.runs:
        await save_report(desk, world.chance.choice(world.runs[-3:]))


async def edit(world: World, desk: Desk) -> None:
    """Somebody writes a number, and takes a row out of the trash."""
    del desk
    await world.settle()
    for row_id in world.rows:
        if world.truth(row_id)["in_trash"]:
            world.perform("PATCH", f"/v1/pages/{row_id}", {"in_trash": False})
    value = next(world.values)
    world.edits.add(value)
    body = {"properties": {world.hours: {"number": value}}}
    world.perform("PATCH", f"/v1/pages/{world.chance.choice(world.rows)}", body)


async def wait(world: World, desk: Desk) -> None:
    del desk
    await anyio.sleep(world.chance.choice([5, 40, 150, 900]))


ACTS: Final[Mapping[Callable[[World, Desk], Any], int]] = {
    plan: 5, approve_one: 5, apply: 9, undo: 2, go_on: 3, tell_usage: 3, save: 2, edit: 2, wait: 4,
}  # fmt: skip
"""What happens, and how often."""


def note_everything(path: Path) -> None:
    """From now on the workspace's database notes what becomes of estimates, and of the trash."""
    table = "SELECT document FROM documents JOIN nodes ON node = number WHERE title = 'Tasks'"
    with closing(sqlite3.connect(path)) as db, db:
        (document,) = db.execute(f"{table} AND kind = 'data_source'").fetchone()
        columns = json.loads(document)["properties"]
        column = next(each["column"] for each in columns if each["name"] == "Estimated hours")
        db.executescript(NOTING.format(column=column))


def noted(path: Path, what: str) -> dict[str, list[float]]:
    """The values that were written, by page, one after another; the same twice is no change."""
    told = "SELECT id, value FROM noted JOIN nodes ON node = nodes.number WHERE what = ?"
    written = defaultdict[str, list[float]](list)
    with closing(sqlite3.connect(path)) as db:
        for page_id, value in db.execute(f"{told} ORDER BY noted.number", (what,)):
            if written[page_id][-1:] != [value]:
                written[page_id].append(value)
    return written


@asynccontextmanager
async def open_world(root: Path, sample_file: Path, seed: int) -> AsyncGenerator[World]:
    path = root / "workspace.sqlite3"
    shutil.copy(sample_file, path)
    note_everything(path)
    with closing(Workspace.open(path, clock=virtual.clock)) as workspace:
        asked = {"filter": {"property": "object", "value": "data_source"}}
        found = workspace.perform("POST", "/v1/search", asked, actor=OWNER)["results"]
        tables = {each["title"][0]["plain_text"]: each for each in found}
        tasks = tables["Tasks"]
        rows = workspace.perform(
            "POST", f"/v1/data_sources/{tasks['id']}/query", {"page_size": ROWS_COUNT}, actor=OWNER
        )["results"]
        yield World(
            workspace,
            create_app(workspace),
            path,
            root,
            random.Random(seed),
            {
                "operations_log": DatabaseSetting(id=tables["Development log"]["id"], ours=True),
                "ai_tool_metrics": DatabaseSetting(id=tables["AI tool metrics"]["id"], ours=True),
            },
            {row["id"]: row["properties"]["Estimated hours"]["number"] for row in rows},
            tasks["properties"]["Estimated hours"]["id"],
        )
