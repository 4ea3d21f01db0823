"""Applies plans in processes that die at random points; prints what was not as it should be.

    python killed_applying.py POINTS_COUNT SEED

Each process is a fork of this one, which has imported everything and opened nothing.
"""

import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
from sqlalchemy import Engine, event

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.desk import Desk
from playbooks.plan import Change
from playbooks.plan_kind import Draft
from playbooks.planning import make_plan
from server.app import open_house
from server.settings import read_configuration
from server.store.sql import SqlStore

CHANGES_COUNT = 5
statements_count = 0
die_at: int | None = None


@event.listens_for(Engine, "before_cursor_execute")
@event.listens_for(Engine, "after_cursor_execute")
def _count(*_: Any) -> None:
    global statements_count  # noqa: PLW0603 - of this process alone
    statements_count += 1
    if statements_count == die_at:
        os.kill(os.getpid(), signal.SIGKILL)


async def planned(value: int) -> str:
    """A plan, approved, that gives the first rows of the sample this estimate."""
    async with open_house(read_configuration()) as house:
        desk = await house.desk()
        plan = await make_plan(
            desk, "undo", Draft("", await changes(desk, value)), run_id=desk.new_run_id(), actor="t"
        )
        await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="t")
        return plan.id


async def changes(desk: Desk, value: int) -> tuple[Change, ...]:
    assert desk.notion is not None
    assert desk.mirror is not None
    assert desk.editor is not None
    (found,) = await desk.notion.find_data_sources("Tasks")
    view = await desk.mirror.open(found.id)
    hours = next(each for each in view.schema.properties if each.name == "Estimated hours")
    rows = [row.id async for row in view.rows()][:CHANGES_COUNT]
    return tuple(
        [
            Change(
                target=f"cell/{row}/{hours.id}",
                before=await desk.editor.cell(row, hours.id),
                after={"number": value},
            )
            for row in rows
        ]
    )


async def applying(plan_id: str, point: int | None) -> str:
    """How many statements it took, unless the process dies at one of them."""
    global statements_count, die_at
    async with open_house(read_configuration()) as house:
        desk = await house.desk()
        statements_count, die_at = 0, point
        await apply_plan(desk, plan_id)
        return str(statements_count)


async def wrong_with(plan_id: str) -> str:
    """What is not as it should be after all; empty when nothing is."""
    async with open_house(read_configuration()) as house:
        desk = await house.desk()
        assert isinstance(desk.store, SqlStore)
        assert desk.editor is not None
        plan = await desk.store.plan(plan_id)
        assert plan is not None
        cells = [await desk.editor.cell(*each.target.split("/")[1:]) for each in plan.changes]
        facts = {
            "state": plan.state == "applied",
            "steps": await desk.store.steps(plan_id) == ("applied",) * CHANGES_COUNT,
            "cells": cells == [each.after for each in plan.changes],
            "journal": await desk.store.verify_journal() is None,
        }
        return ", ".join(name for name, holds in facts.items() if not holds)


def elsewhere(work: Callable[[], Awaitable[str]]) -> str | None:
    """What the work gives, done in a process of its own; None when that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, anyio.run(work).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else told


def main() -> None:
    """Die at each point, apply again, and look."""
    points_count, seed = map(int, sys.argv[1:])
    chance = random.Random(seed)
    whole = int(elsewhere(partial(applying, elsewhere(partial(planned, 1)) or "", None)) or 0)
    for number in range(points_count):
        plan_id = elsewhere(partial(planned, number + 2)) or ""
        point = chance.randint(1, whole)
        died = elsewhere(partial(applying, plan_id, point)) is None
        elsewhere(partial(applying, plan_id, None))
        wrong = elsewhere(partial(wrong_with, plan_id))
        if wrong or not died:
            sys.stdout.write(f"point {point}: {wrong or 'it did not die'}\n")


if __name__ == "__main__":
    main()
