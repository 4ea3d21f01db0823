"""Many steps of plans and rows of ours, through failures, stops and deaths: each is done once.

Time is virtual. What is drawn comes from a seed, which the name of the test tells.
"""

import json
from collections import Counter
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from playbooks.apply_plan import apply_plan
from playbooks.desk import Desk
from playbooks.plan import Change, Plan, Step
from playbooks.record_usage import Told, record_usage
from playbooks.targets import Target
from server.store.sql import SqlStore
from tests.journeys import virtual
from tests.journeys.long_run import ACTS, Died, World, noted, open_world
from tests.journeys.test_chaos import FAULTS
from tests.server.store.raw import query

FAILING = [FAULTS[name] for name in FAULTS if name not in {"revoked", "slow"}]
OUTAGE = [{"fault": "failed", "status": 502}]
OUTCOMES = ("applied", "failed", "expired", "planned")
LONGEST = 40
"""How often what is left is tried at the end, when nothing fails any more."""

Ended = list[tuple[Plan, tuple[Step, ...]]]


@pytest.fixture
def anyio_backend() -> tuple[str, Any]:
    return virtual.BACKEND


@pytest.fixture
async def world(
    tmp_path: Path, sample_file: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[World]:
    async with open_world(tmp_path, sample_file, request.param) as opened:
        yield opened


def draw_trouble(world: World) -> None:
    """Other faults or none, and a death that waits for the process."""
    chance = world.chance
    match chance.choices(["as before", "faults", "outage", "none"], [50, 20, 5, 25])[0]:
        case "faults":
            rate = chance.choice([0.03, 0.1, 0.2])
            world.fail([{**rule, "rate": rate} for rule in chance.sample(FAILING, 3)])
        case "outage":
            world.fail(OUTAGE)
        case "none":
            world.fail([])
        case _:
            pass
    world.life.left = chance.randint(1, 60) if chance.random() < 0.25 else None


async def lived(world: World, steps_count: int) -> None:
    """So many steps, in as many processes as it takes."""
    left = steps_count
    while left > 0:
        try:
            async with world.process() as desk:
                while left > 0:
                    left -= 1
                    draw_trouble(world)
                    (act,) = world.chance.choices([*ACTS], [*ACTS.values()])
                    await world.step(desk, act)
        except Died:
            world.deaths_count += 1


async def finished(world: World, desk: Desk) -> Ended:
    """What was left is brought to its end, now that nothing fails."""
    world.fail([])
    for _ in range(LONGEST):
        await world.settle()
        await world.settle()
        refused_before = world.refusals_count
        for plan in await kept(world, desk):
            if plan.state in {"approved", "applying"}:
                await world.step(desk, partial(applied, plan.id))
        for told in world.calls:
            await world.step(desk, partial(retold, told))
        if world.refusals_count == refused_before:
            break
    return [(plan, await desk.store.steps(plan.id)) for plan in await kept(world, desk)]


async def applied(plan_id: str, _: World, desk: Desk) -> None:
    await apply_plan(desk, plan_id)


async def retold(told: Told, _: World, desk: Desk) -> None:
    await record_usage(desk, told)


async def kept(world: World, desk: Desk) -> list[Plan]:
    found = [await desk.store.plan(plan_id) for plan_id in world.plans]
    return [plan for plan in found if plan is not None]


def changes_of(ended: Ended, aspect: str) -> list[tuple[Plan, Change, Step | None]]:
    """Every change of that aspect, with what came of it; None: it was not begun."""
    return [
        (plan, change, steps[number] if number < len(steps) else None)
        for plan, steps in ended
        for number, change in enumerate(plan.changes)
        if Target.of(change.target).aspect == aspect
    ]


def hours(value: Any) -> float | None:
    return None if value is None else float(value["number"])


def wrong_cells(world: World, ended: Ended) -> list[str]:
    """Cells to which something was written that nobody ordered, or more often than ordered."""
    written, wrong = noted(world.path, "cell"), list[str]()
    allowed = Counter[tuple[str, float | None]]()
    for plan, change, step in changes_of(ended, "cell"):
        page_id = Target.of(change.target).parts[0]
        allowed[page_id, hours(change.after)] += 1
        # What Notion refused, and canaries, are taken back.
        if step == "failed" or plan.state == "failed":
            allowed[page_id, hours(change.before)] += 1
        if step == "applied" and hours(change.after) not in written[page_id]:
            wrong.append(f"{plan.id}: {change.after} was never written to {page_id}")
    for page_id, values in written.items():
        wrong += [
            f"{page_id}: {value} written {times} times, {allowed[page_id, value]} ordered"
            for value, times in Counter(values).items()
            if times > allowed[page_id, value] + (value in world.edits)
        ]
    return wrong


def overwritten(world: World, ended: Ended) -> list[str]:
    """Numbers that plans wrote over another one than they were planned for.

    A write that Notion did late, after it had said that it failed, may be one: its plan says that
    the change met a conflict.
    """
    before: dict[tuple[str, float | None], float | None] = {
        (Target.of(change.target).parts[0], hours(change.after)): hours(change.before)
        for plan, change, step in changes_of(ended, "cell")
        if plan.kind != "undo" and step != "skipped"
    }
    return [
        f"{page_id}: {value} over {last}"
        for page_id, values in noted(world.path, "cell").items()
        for last, value in zip([world.first[page_id], *values], values, strict=False)
        if before.get((page_id, value), last) != last and values.count(value) == 1
    ]


async def unjournalled(world: World, store: SqlStore) -> set[float]:
    """Numbers that stand in Notion without having been journalled before."""
    rows = await query(store, "SELECT after FROM journal WHERE kind IN ('write', 'undo')")
    told = [json.loads(after) for (after,) in rows]
    intended = {hours(each["intended"]) for each in told if isinstance(each.get("intended"), dict)}
    written = {value for values in noted(world.path, "cell").values() for value in values}
    return written - world.edits - intended


def wrong_trash(world: World, ended: Ended) -> list[str]:
    """Rows that went to the trash more often than plans ordered it."""
    ordered = Counter[str]()
    for plan, change, step in changes_of(ended, "trash"):
        reverted = step == "failed" or plan.state == "failed"
        ordered[Target.of(change.target).parts[0]] += bool(change.after) + reverted
    return [
        f"{page_id} went to the trash {values.count(1)} times, {ordered[page_id]} ordered"
        for page_id, values in noted(world.path, "trash").items()
        if values.count(1) > ordered[page_id]
    ]


def calls_told(world: World) -> dict[str, float]:
    """The rows of calls in Notion that were told by us, by title."""
    place = world.databases["ai_tool_metrics"].id
    named = {"filter": {"property": "Name", "title": {"starts_with": "cursor, "}}}
    rows = world.perform("POST", f"/v1/data_sources/{place}/query", named)["results"]
    titles = [row["properties"]["Name"]["title"][0]["plain_text"] for row in rows]
    assert len(set(titles)) == len(titles), titles
    counts = [row["properties"]["Calls"]["number"] for row in rows]
    return dict(zip(titles, counts, strict=True))


def pages_saved(world: World) -> Counter[str]:
    """How many pages of each title there are in the log that is ours."""
    place = world.databases["operations_log"].id
    named = {"filter": {"property": "Name", "title": {"contains": " run_"}}}
    rows = world.perform("POST", f"/v1/data_sources/{place}/query", named)["results"]
    return Counter(row["properties"]["Name"]["title"][0]["plain_text"] for row in rows)


@pytest.mark.parametrize(
    ("world", "steps_count"),
    [
        pytest.param(61, 60, id="seed-61-60-steps"),
        pytest.param(64, 200, id="seed-64-200-steps", marks=pytest.mark.long),
        pytest.param(62, 1000, id="seed-62-1000-steps", marks=pytest.mark.proof),
    ],
    indirect=["world"],
)
async def test_each_change_is_made_once_or_listed_as_a_conflict(
    world: World, steps_count: int
) -> None:
    await lived(world, steps_count)
    async with world.process() as desk:
        ended = await finished(world, desk)
        assert isinstance(desk.store, SqlStore)
        assert await desk.store.verify_journal() is None
        assert await unjournalled(world, desk.store) == set()

    assert {plan.state for plan, _ in ended} <= set(OUTCOMES)
    assert all(len(steps) == len(plan.changes) for plan, steps in ended if plan.state == "applied")
    assert wrong_cells(world, ended) == []
    assert overwritten(world, ended) == []
    assert wrong_trash(world, ended) == []
    assert sum(calls_told(world).values()) == len(world.calls)
    assert set(pages_saved(world).values()) <= {1}
