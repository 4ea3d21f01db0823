"""Workspaces backed up, destroyed, restored below a new page, and compared with the backup.

Three of them: the sample, one with every type of block and property (`rich_workspace.py`), and
one loaded with the tasks of SiP, skipped with the reason where these are absent. Every part is
that of the product: backup, plan, approval by policy, apply, comparison. Run it from a checkout
with `.venv/bin/python -m benchmarks.round_trip [--quick] [--json] [--data DIR]`.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import datasets, rich_workspace
from benchmarks.place import LONG_MINUTES, NOW, OWNER, Place, new_token, opened, shared_page
from benchmarks.reproduce import DATA
from playbooks.apply_plan import apply_plan
from playbooks.create_backup import create_backup
from playbooks.databases import DatabaseKey
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from server.embedded import make_sample
from server.importing.tasks import import_tasks
from server.workspace.core import Workspace

RICH_COUNT: Final = 130
QUICK_RICH_COUNT: Final = 40
QUICK_SIP_COUNT: Final = 150


@dataclass(frozen=True, slots=True)
class Trip:
    """What came back of one workspace, and what it took."""

    name: str
    backup_s: float
    restore_s: float
    applied: Report

    def figures(self) -> dict[str, float | int | str | None]:
        """The measurements of the comparison, and the rates."""
        kept = ("match_percent", "values_count", "lost_count", "doubled_count",
                "unexplained_count", "beyond_count", "changes_count", "state")  # fmt: skip
        told = {name: self.applied.measurements.get(name) for name in kept}
        changes_count = float(told["changes_count"] or 0)
        rate = round(changes_count / self.restore_s, 1) if self.restore_s else None
        return {**told, "backup_s": self.backup_s, "restore_s": self.restore_s,
                "changes_per_s": rate}  # fmt: skip

    @property
    def causes(self) -> Sequence[str]:
        """What the comparison says, every difference under its cause."""
        return [gate.reason for gate in self.applied.gates if gate.name == "effect"]


Run: TypeAlias = Callable[[Path], Coroutine[Any, Any, Trip]]


async def sample(directory: Path, *, only: DatabaseKey | None) -> Trip:
    """The sample workspace, or one database of it."""
    file = directory / "workspace.sqlite3"
    make_sample(file, clock=lambda: NOW)
    with closing(Workspace.open(file, clock=lambda: NOW)) as workspace:
        token = workspace.own_token()
    assert token is not None
    async with opened(file, token) as place:
        return await _trip("sample", place, Request(database=only))


async def rich(directory: Path, *, tasks_count: int) -> Trip:
    """A workspace with one of everything."""
    file, token = directory / "workspace.sqlite3", new_token()
    with closing(Workspace.open(file, clock=lambda: NOW)) as workspace:
        rich_workspace.fill(workspace, token=token, tasks_count=tasks_count)
    async with opened(file, token) as place:
        policy = replace(place.desk.backup_policy, block_comments=True)
        asking = replace(place, desk=replace(place.desk, backup_policy=policy))
        return await _trip("rich", asking, Request())


async def sip(directory: Path, *, data: Path, tasks_count: int | None) -> Trip:
    """Ten years of one company's tasks, or the first of them."""
    file, token = directory / "workspace.sqlite3", new_token()
    with closing(Workspace.open(file, clock=lambda: NOW)) as workspace:
        bot_id = workspace.add_bot("Benchmark", token=token)
        page_id = shared_page(workspace, bot_id, "Root")
    async with opened(file, token) as place:
        tasks = replace(datasets.sip(data), limit=tasks_count)
        await import_tasks(place.client, tasks, parent_page_id=page_id, progress=_silent)
        return await _trip("sip", place, Request())


async def _trip(name: str, place: Place, request: Request) -> Trip:
    desk = place.desk
    started_s = time.perf_counter()
    await create_backup(desk, mode="full", within_minutes=LONG_MINUTES)
    backup_s = time.perf_counter() - started_s
    _destroy(place.workspace)
    into = shared_page(place.workspace, place.bot_id, "Ruins")
    started_s = time.perf_counter()
    planned = await plan_change(desk, "restore", replace(request, into=into))
    applied = await apply_plan(desk, str(planned.measurements["plan_id"]))
    restore_s = time.perf_counter() - started_s
    return Trip(name, round(backup_s, 2), round(restore_s, 2), applied)


def _destroy(workspace: Workspace) -> None:
    """Everything that stands at the top goes to the trash, with all below it."""
    asked = {"filter": {"property": "object", "value": "page"}}
    found = workspace.perform("POST", "/v1/search", asked, actor=OWNER)["results"]
    for page in found:
        if page["parent"]["type"] == "workspace":
            path = f"/v1/pages/{page['id']}"
            workspace.perform("PATCH", path, {"in_trash": True}, actor=OWNER)


def _silent(*_: object) -> None:
    """Nobody watches."""


def runs(data: Path, *, quick: bool) -> Mapping[str, Run]:
    """What there is to run; SiP alone when its files are there."""
    trips: dict[str, Run] = {
        "sample": partial(sample, only="task_management" if quick else None),
        "rich": partial(rich, tasks_count=QUICK_RICH_COUNT if quick else RICH_COUNT),
    }
    if all((data / name).exists() for name in datasets.SIP_FILES):
        trips["sip"] = partial(sip, data=data, tasks_count=QUICK_SIP_COUNT if quick else None)
    return trips


def summary(trips: Sequence[Trip]) -> dict[str, Any]:
    """The worst match, and the sums of what was lost and doubled."""
    by_name = {trip.name: trip.figures() for trip in trips}
    matches = [float(each["match_percent"] or 0) for each in by_name.values()]
    return {
        "match_percent": min(matches),
        **{
            name: sum(int(each[name] or 0) for each in by_name.values())
            for name in ("lost_count", "doubled_count", "unexplained_count")
        },
        "by_workspace": by_name,
        "cpu_count": os.cpu_count(),
    }


def table(trips: Iterable[Trip]) -> str:
    """A line for each workspace, and below it what the comparison says."""
    form = "{:8} {:>8} {:>9} {:>6} {:>8} {:>9} {:>10} {:>10}".format
    lines = [form("", "match %", "values", "lost", "doubled", "backup s", "restore s", "changes/s")]
    for trip in trips:
        told = trip.figures()
        lines.append(form(
            trip.name, f"{told['match_percent']}", f"{told['values_count']}",
            f"{told['lost_count']}", f"{told['doubled_count']}", f"{told['backup_s']}",
            f"{told['restore_s']}", f"{told['changes_per_s']}",
        ))  # fmt: skip
        lines += [f"  {cause}" for cause in trip.causes]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run each trip and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data sets")
    parser.add_argument("--quick", action="store_true", help="smaller workspaces")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    trips: list[Trip] = []
    chosen = runs(options.data, quick=options.quick)
    for run in chosen.values():
        with tempfile.TemporaryDirectory() as directory:
            trips.append(asyncio.run(run(Path(directory))))
    print(table(trips))
    if "sip" not in chosen:
        print(f"sip: skipped, {' and '.join(datasets.SIP_FILES)} are not in {options.data}")
    if options.json:
        print(json.dumps(summary(trips)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
