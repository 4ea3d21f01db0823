"""A plan is kept as it was made, and an approval is used once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from playbooks.arguments import KEPT_FOR
from playbooks.plan import Change, Plan
from playbooks.report import Report
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
CHANGES = (Change(target="mirror.ttl_s", before=300, after=600, expected="fewer calls"),)


def plan(plan_id: str = "p1", created_at: datetime = NOW, **fields: Any) -> Plan:
    return Plan(
        id=plan_id,
        kind="optimize",
        connection="a",
        created_at=created_at,
        expires_at=created_at + timedelta(hours=1),
        changes=CHANGES,
        digest="d" * 64,
        **fields,
    )


async def test_a_kept_plan_comes_back_as_it_was(store: SqlStore) -> None:
    await store.keep_plan(plan())

    assert await store.plan("p1") == plan()
    assert await store.plan("p2") is None


async def test_plans_come_newest_first(store: SqlStore) -> None:
    for number, minutes in enumerate((1, 3, 2)):
        await store.keep_plan(plan(f"p{number}", NOW + timedelta(minutes=minutes)))

    assert [each.id for each in await store.plans()] == ["p1", "p2", "p0"]
    assert [each.id for each in await store.plans(limit=1)] == ["p1"]


async def test_a_moved_plan_has_its_new_state_and_what_changed_with_it(store: SqlStore) -> None:
    await store.keep_plan(plan())

    assert await store.move_plan(
        "p1",
        from_states=("planned",),
        to="approved",
        approved_by="terminal",
        approved_at=NOW,
        outcome={"measured": 1.5},
    )

    assert await store.plan("p1") == plan(
        state="approved", approved_by="terminal", approved_at=NOW, outcome={"measured": 1.5}
    )


@pytest.mark.parametrize(
    ("plan_id", "from_states"),
    [
        pytest.param("p1", ("approved", "applying"), id="in-another-state"),
        pytest.param("p1", (), id="from-nowhere"),
        pytest.param("p2", ("planned",), id="unknown"),
    ],
)
async def test_a_plan_in_none_of_the_states_stays_as_it_is(
    store: SqlStore, plan_id: str, from_states: Any
) -> None:
    await store.keep_plan(plan())

    assert not await store.move_plan(plan_id, from_states=from_states, to="applied")
    assert await store.plan("p1") == plan()


async def test_of_many_who_move_a_plan_at_once_one_succeeds(store: SqlStore) -> None:
    await store.keep_plan(plan(state="approved"))
    moved: list[bool] = []

    async def move() -> None:
        moved.append(await store.move_plan("p1", from_states=("approved",), to="applying"))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(move)

    assert sorted(moved) == [False] * 7 + [True]


async def test_plans_past_their_age_are_dropped_with_the_next_run(
    store: SqlStore, report: Callable[..., Report]
) -> None:
    await store.keep_plan(plan("old", NOW - KEPT_FOR - timedelta(seconds=1)))
    await store.keep_plan(plan("new"))
    await store.keep_run(report())

    assert [each.id for each in await store.plans()] == ["new"]


async def test_a_plan_that_changed_since_it_was_seen_is_not_moved(store: SqlStore) -> None:
    await store.keep_plan(plan(state="applying", outcome={"step": 1}))

    seen_before = plan(state="applying")
    assert not await store.move_plan(
        "p1", from_states=("applying",), to="applied", as_seen=seen_before
    )
    seen_now = plan(state="applying", outcome={"step": 1})
    assert await store.move_plan("p1", from_states=("applying",), to="applied", as_seen=seen_now)


async def test_a_plan_that_another_has_moved_meanwhile_is_no_longer_as_seen(
    store: SqlStore,
) -> None:
    await store.keep_plan(plan())
    seen = await store.plan("p1")
    await store.move_plan("p1", from_states=("planned",), to="planned", outcome={"sign": 1})

    late = await store.move_plan("p1", from_states=("planned",), to="applying", as_seen=seen)
    now_seen = await store.plan("p1")
    in_time = await store.move_plan("p1", from_states=("planned",), to="applying", as_seen=now_seen)

    assert (late, in_time) == (False, True)
    assert await store.plan("p1") == plan(state="applying", outcome={"sign": 1})
