"""Does one thing in processes that die at random points, then once more; prints what was wrong.

    python killed.py OPERATION POINTS_COUNT SEED DIRECTORY

A point is a statement of a database (store, workspace, draft of a backup) or a change of a file.
Each process is a fork of this one, which has imported everything and opened nothing.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, cast, get_args

import anyio

from benchmarks.rich_workspace import fill, titled
from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.arguments import PlanKind
from playbooks.create_backup import create_backup
from playbooks.desk import Desk
from playbooks.objects import Found
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.snapshot import Broken, RecordKind
from server.app import House, open_house
from server.embedded import make_sample
from server.settings import read_configuration
from server.store.sql import SqlStore
from server.workspace.core import JSON, Workspace
from tests.journeys.house import OWNER, new_token

TASKS_COUNT: Final = 8
CHANGES_COUNT: Final = 12
SHOWN_LENGTH: Final = 400
DRAWN: Final = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|block_property:[^:]*")
"""Ids of objects, and those of properties in formulas."""

IDS: Final = ("id", "column")
"""How the names of values end that are numbered or drawn anew."""

Facts = dict[str, Any]


class Fate:
    """Counts the points that this process passes, and ends it at one of them."""

    def __init__(self) -> None:
        self.directory: str | None = None
        self.die_at = 0
        self.passed = 0
        self._numbers = count(1)

    def begin(self, directory: Path, die_at: int) -> None:
        self.directory, self.die_at = str(directory), die_at

    def pass_point(self, *_: Any) -> None:
        if self.directory is None:
            return
        self.passed = next(self._numbers)
        if self.passed == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook: files of ours that are opened to be written, renamed or removed."""
        if event not in {"open", "os.rename", "os.remove", "os.mkdir"} or self.directory is None:
            return
        reads = event == "open" and arguments[1] in {"r", "rb"}
        if not reads and str(arguments[0]).startswith(self.directory):
            self.pass_point()


fate = Fate()


class Watched(sqlite3.Connection):
    """Each statement is a point."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.set_trace_callback(fate.pass_point)


def watch_everything() -> None:
    """Whatever opens a database from now on is watched."""
    connect = partial(sqlite3.connect, factory=Watched)
    sqlite3.connect = sqlite3.dbapi2.connect = connect  # type: ignore[assignment] # of this process
    sys.addaudithook(fate.hear)


@dataclass(frozen=True, slots=True)
class Operation:
    """What may be killed: `prepare` gives the plan, "" for none; `facts` are what is to come."""

    fill: Callable[[Path], None]
    prepare: Callable[[House], Awaitable[str]]
    run: Callable[[Desk, str], Awaitable[object]]
    facts: Callable[[House, str], Awaitable[Facts]]


def rich(file: Path) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with closing(Workspace.open(file, clock=lambda: hour_ago)) as workspace:
        fill(workspace, token=new_token(), tasks_count=TASKS_COUNT, people_count=3)


def sample(file: Path) -> None:
    make_sample(file, clock=lambda: datetime.now(UTC))


async def nothing(house: House) -> str:
    del house
    return ""


async def back_up(desk: Desk, _: str) -> object:
    return await create_backup(desk, mode="full")


async def back_up_changes(desk: Desk, _: str) -> object:
    return await create_backup(desk, mode="incremental")


async def base(house: House) -> str:
    """A backup for the next one to build on, then an edit, a new row and one less."""
    await create_backup(await house.desk())
    with workspace() as perform:
        tables = perform("POST", "/v1/search", searched("data_source"))["results"]
        tasks = next(each for each in tables if each["title"][0]["plain_text"] == "Tasks")
        rows = perform("POST", f"/v1/data_sources/{tasks['id']}/query", {})["results"]
        edited, gone = (f"/v1/pages/{row['id']}" for row in rows[:2])
        perform("PATCH", edited, {"properties": titled("Edited", "Name")})
        perform("PATCH", gone, {"in_trash": True})
        parent = {"data_source_id": tasks["id"]}
        perform("POST", "/v1/pages", {"parent": parent, "properties": titled("New", "Name")})
    return ""


async def repair(house: House) -> str:
    return await approved(await house.desk(), "repair", Request())


async def restore(house: House) -> str:
    """Everything is in the trash, and comes back below a new page."""
    desk = await house.desk()
    assert desk.notion is not None
    me = await desk.notion.who_am_i()
    await create_backup(desk)
    with workspace() as perform:
        for page in perform("POST", "/v1/search", searched("page"))["results"]:
            if page["parent"]["type"] == "workspace":
                perform("PATCH", f"/v1/pages/{page['id']}", {"in_trash": True})
        body = {"parent": {"workspace": True}, "properties": titled("Ruins")}
        into = str(perform("POST", "/v1/pages", body)["id"])
        perform.workspace.share(into, me.id)
    return await approved(desk, "restore", Request(into=into))


async def clean_up(house: House) -> str:
    desk = await house.desk()
    await create_backup(desk)
    return await approved(desk, "clean_up", Request(database="ai_tool_metrics"))


async def approved(desk: Desk, kind: PlanKind, request: Request) -> str:
    """A plan of few changes, unless it restores; its id."""
    few = desk.bands.model_copy(update={"plan_most_changes": CHANGES_COUNT})
    planned = await plan_change(replace(desk, bands=few), kind, request)
    plan = await desk.store.plan(str(planned.measurements["plan_id"]))
    assert plan is not None, planned.summary
    await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="t")
    return plan.id


@dataclass(frozen=True, slots=True)
class Owner:
    """Makes requests of the workspace as its owner."""

    workspace: Workspace

    def __call__(self, method: str, path: str, body: JSON) -> JSON:
        return self.workspace.perform(method, path, body, actor=OWNER)


@contextmanager
def workspace() -> Generator[Owner]:
    file = read_configuration().workspace_file
    with closing(Workspace.open(file, clock=lambda: datetime.now(UTC))) as opened:
        yield Owner(opened)


def searched(kind: str) -> JSON:
    return {"filter": {"property": "object", "value": kind}}


async def of_backup(house: House, _: str) -> Facts:
    """The newest backup is as it would be, no other was lost, and nothing half-made is left."""
    desk = await house.desk()
    assert desk.backups is not None
    found = await desk.backups.snapshots()
    whole = [each for each in found if not isinstance(each, Broken)]
    newest = max(whole, key=lambda each: each.id)
    checked = await desk.backups.verify(newest.id, 2)
    return {
        "verified": checked.passed,
        "broken": len(found) - len(whole),
        "drafts": len(list(read_configuration().backups_directory.glob("**/.draft-*"))),
        "records": [
            [kind, place, key, json.dumps(record, sort_keys=True)]
            for kind in get_args(RecordKind)
            if kind != "setting"
            async for place, key, record in desk.backups.records(newest.id, kind)
        ],
    }


async def of_plan(house: House, plan_id: str) -> Facts:
    """Every change was made once, and journalled; the workspace is as it would be."""
    desk = await house.desk()
    assert isinstance(desk.store, SqlStore)
    assert desk.book is not None
    plan = await desk.store.plan(plan_id)
    assert plan is not None
    told = plan.outcome.get("measured", {})
    tables = [table.id for table in await tables_of(desk)]
    return {
        "state": plan.state,
        "steps": Counter(await desk.store.steps(plan_id)),
        "changes": len(plan.changes),
        "compared": [told.get(each) for each in ("match_percent", "lost_count", "doubled_count")],
        "journal": await desk.store.verify_journal(),
        "rolled": [
            asdict(row)
            for table in tables
            for row in await desk.book.rolled_up(table, date.min, date.max)
        ],
        "workspace": contents(),
    }


async def tables_of(desk: Desk) -> Sequence[Found]:
    assert desk.notion is not None
    return await desk.notion.find_data_sources("")


LIVE: Final = """
    WITH RECURSIVE live(number) AS (
        SELECT number FROM nodes WHERE parent IS NULL AND NOT in_trash
        UNION ALL
        SELECT nodes.number FROM nodes JOIN live ON nodes.parent = live.number
        WHERE NOT nodes.in_trash
    )
    SELECT kind, title, document, (
        SELECT group_concat(quote(text) || quote(cells.number))
        FROM cells JOIN columns ON columns.number = cells.column WHERE node = nodes.number
    ) FROM live JOIN nodes USING (number) LEFT JOIN documents ON node = nodes.number
"""


def contents() -> list[str]:
    """What is out of the trash, in an order of its own; ids, which are drawn anew, left out."""
    with closing(sqlite3.connect(read_configuration().workspace_file)) as db:
        rows = [(kind, title, without_ids(json.loads(document or "null")), cells)
                for kind, title, document, cells in db.execute(LIVE)]  # fmt: skip
    return sorted(DRAWN.sub("id", json.dumps(row)) for row in rows)


def without_ids(value: Any) -> Any:
    match value:
        case dict():
            told = cast("dict[str, Any]", value).items()
            return {key: without_ids(each) for key, each in told if not key.endswith(IDS)}
        case [*items]:
            return [without_ids(each) for each in items]
        case _:
            return value


OPERATIONS: Final[dict[str, Operation]] = {
    "backup": Operation(rich, nothing, back_up, of_backup),
    "incremental": Operation(rich, base, back_up_changes, of_backup),
    "apply": Operation(sample, repair, apply_plan, of_plan),
    "restore": Operation(rich, restore, apply_plan, of_plan),
    "clean_up": Operation(sample, clean_up, apply_plan, of_plan),
}


def elsewhere(work: Callable[[], Awaitable[Any]]) -> Any:
    """What the work gives, done in a process of its own; None when that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            json.dump(anyio.run(work), answer, default=str)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else json.loads(told)


@dataclass(frozen=True, slots=True)
class Trial:
    """One operation in a directory of its own; `template` is how each try begins."""

    operation: Operation
    template: Path
    home: Path
    plan_id: str = ""

    def prepared(self) -> "Trial":
        data = self.home / "data" / "notion-playbooks"
        data.mkdir(parents=True)
        self.operation.fill(data / "workspace.sqlite3")
        plan_id = elsewhere(self._prepare)
        shutil.copytree(self.home, self.template)
        return replace(self, plan_id=plan_id)

    def begin_again(self) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(self.template, self.home)

    def done(self, die_at: int = 0) -> int | None:
        """How many points were passed; None when it died at one."""
        passed: int | None = elsewhere(partial(self._run, die_at))
        return passed

    def facts(self) -> Facts:
        """What is to be seen afterwards."""
        told: Facts = elsewhere(self._facts)
        return told

    async def _prepare(self) -> str:
        async with open_house(read_configuration()) as house:
            return await self.operation.prepare(house)

    async def _run(self, die_at: int) -> int:
        async with open_house(read_configuration()) as house:
            desk = await house.desk()
            fate.begin(self.home, die_at)
            await self.operation.run(desk, self.plan_id)
            return fate.passed

    async def _facts(self) -> Facts:
        async with open_house(read_configuration()) as house:
            return await self.operation.facts(house, self.plan_id)


def settle_in(directory: Path) -> Path:
    """The directories of a user who has nothing, and a sample to work with."""
    home = directory / "home"
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    os.environ["XDG_CONFIG_HOME"] = str(home / "config")
    os.environ["PLAYBOOKS_WORKSPACE"] = "embedded"
    work = directory / "work"
    work.mkdir()
    os.chdir(work)
    return home


def differing(expected: Facts, found: Facts) -> str:
    """The facts that are not as they should be, with what is amiss."""
    return "; ".join(
        f"{name}: {amiss(expected[name], found[name])}"
        for name in expected
        if expected[name] != found[name]
    )


def amiss(expected: Any, found: Any) -> str:
    match expected, found:
        case [*wanted], [*there]:
            more, less = lines_of(there) - lines_of(wanted), lines_of(wanted) - lines_of(there)
            return f"more {shortly(more)}, less {shortly(less)}"
        case _:
            return f"{found} for {expected}"


def lines_of(items: list[Any]) -> Counter[str]:
    return Counter(map(json.dumps, items))


def shortly(lines: Counter[str]) -> list[str]:
    return [line[:SHOWN_LENGTH] for line in list(lines)[:3]]


def main() -> None:
    """Die at each point, once more while going on, then go on to the end and look."""
    name, points_count, seed, directory = sys.argv[1:]
    watch_everything()
    home = settle_in(Path(directory))
    trial = Trial(OPERATIONS[name], Path(directory, "template"), home).prepared()
    whole = trial.done()
    expected = trial.facts()
    assert whole is not None
    chance = random.Random(f"{name} {seed}")
    for _ in range(int(points_count)):
        first, second = died_at(trial, chance, whole), chance.randint(1, whole)
        trial.done(second)
        completed = trial.done() is not None
        wrong = differing(expected, trial.facts())
        if wrong or not completed:
            sys.stdout.write(f"{name}, points {first} and {second} of {whole}: {wrong}\n")


def died_at(trial: Trial, chance: random.Random, whole: int) -> int:
    """A point at which the first try died: no two tries pass quite as many."""
    while True:
        trial.begin_again()
        point = chance.randint(1, whole)
        if trial.done(point) is None:
            return point


if __name__ == "__main__":
    main()
