"""One process at a time applies a plan, and one that is gone holds nobody up."""

import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine, insert, select

from playbooks.errors import StoreUnusable
from playbooks.plan import Change, Plan, PlanState
from server.store.schema import plan_turns
from server.store.sql import SqlStore
from server.store.turns import TURN_S

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


def plan(plan_id: str = "p1", state: PlanState = "applying", connection: str = "a") -> Plan:
    return Plan(
        id=plan_id,
        kind="repair",
        connection=connection,
        created_at=NOW,
        expires_at=NOW,
        changes=(Change(target="trash/x", before=False, after=True),),
        digest="d" * 64,
        state=state,
    )


async def held_by(store: SqlStore, owner: str, *, seen_at: datetime) -> None:
    row = {"plan_id": "p1", "turn": "t", "owner": owner, "seen_at": seen_at, "stopped": False}

    def write(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(insert(plan_turns).values(row))

    await store.perform(write)


async def gets_a_turn(store: SqlStore) -> bool:
    async with store.turn("p1", by_hand=True) as turn:
        return turn is not None


async def test_a_turn_is_one_process_s_and_comes_back_at_its_end(store: SqlStore) -> None:
    async with store.turn("p1", by_hand=True) as turn:
        assert turn is not None
        assert not await gets_a_turn(store)

    assert await gets_a_turn(store)


async def test_of_many_who_want_a_turn_at_once_one_gets_it(store: SqlStore) -> None:
    got: list[bool] = []
    all_asked = anyio.Event()

    async def want() -> None:
        async with store.turn("p1", by_hand=True) as turn:
            got.append(turn is not None)
            if len(got) == 6:
                all_asked.set()
            await all_asked.wait()

    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(want)

    assert sorted(got) == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("seen_ago_s", "is_free"),
    [
        pytest.param(TURN_S - 1, False, id="seen-lately"),
        pytest.param(TURN_S, True, id="silent"),
        pytest.param(-TURN_S - 1, True, id="the-clock-was-set-back"),
    ],
)
async def test_elsewhere_silence_tells_that_a_process_is_gone(
    sqlite_store: SqlStore, seen_ago_s: float, *, is_free: bool
) -> None:
    await held_by(sqlite_store, "elsewhere/1", seen_at=NOW - timedelta(seconds=seen_ago_s))

    assert await gets_a_turn(sqlite_store) is is_free


async def test_on_this_machine_a_dead_process_is_replaced_at_once(sqlite_store: SqlStore) -> None:
    told = await anyio.run_process([sys.executable, "-c", "import os; print(os.getpid())"])
    await held_by(sqlite_store, f"{platform.node()}/{int(told.stdout)}", seen_at=NOW)

    assert await gets_a_turn(sqlite_store)


async def test_steps_come_back_in_their_order_and_only_of_whose_turn_it_is(
    store: SqlStore,
) -> None:
    async with store.turn("p1", by_hand=True) as turn:
        assert turn is not None
        assert await store.add_step("p1", 0, "applied", turn=turn)
        assert await store.add_step("p1", 1, "skipped", turn=turn)
        assert not await store.add_step("p1", 2, "failed", turn="another")

    assert not await store.add_step("p1", 2, "failed", turn=turn)
    assert await store.steps("p1") == ("applied", "skipped")
    assert await store.steps("p2") == ()


async def fails_as_told() -> None:
    raise StoreUnusable("here", "no room left")


async def fails_by_mistake() -> None:
    raise KeyError("a mistake of ours")


@pytest.mark.parametrize(
    ("ends", "by_hand", "how"),
    [
        pytest.param(fails_as_told, True, "waits", id="an-outage"),
        pytest.param(fails_by_mistake, True, "stopped", id="a-mistake"),
        pytest.param(fails_by_mistake, False, "stopped", id="a-mistake-in-the-background"),
    ],
)
async def test_how_a_turn_ended_tells_whether_the_plan_waits(
    store: SqlStore, ends: Callable[[], Awaitable[None]], *, by_hand: bool, how: str
) -> None:
    await store.keep_plan(plan())

    async def hold() -> None:
        async with store.turn("p1", by_hand=by_hand):
            assert [each.how for each in await store.unfinished("a")] == ["held"]
            await ends()

    with pytest.raises((StoreUnusable, KeyError)):
        await hold()

    assert [each.how for each in await store.unfinished("a")] == [how]


@pytest.mark.parametrize(("by_hand", "how"), [(True, "stopped"), (False, "waits")])
async def test_only_who_cancels_by_hand_has_stopped_the_plan(
    store: SqlStore, *, by_hand: bool, how: str
) -> None:
    await store.keep_plan(plan())

    with anyio.CancelScope() as scope:
        async with store.turn("p1", by_hand=by_hand):
            scope.cancel()
            await anyio.sleep_forever()

    assert [each.how for each in await store.unfinished("a")] == [how]


async def test_only_plans_that_were_begun_are_unfinished(store: SqlStore) -> None:
    await store.keep_plan(plan("p1"))
    await store.keep_plan(plan("p2", "approved"))
    await store.keep_plan(plan("p3", "applied"))
    await store.keep_plan(plan("p4", connection="b"))

    assert [each.plan_id for each in await store.unfinished("a")] == ["p1"]
    assert [each.plan_id for each in await store.unfinished(None)] == ["p1", "p4"]


async def test_a_holder_gives_signs_of_life(sqlite_store: SqlStore) -> None:
    async with sqlite_store.turn("p1", by_hand=True) as turn:
        assert turn is not None
        await held_since_long(sqlite_store)
        await sqlite_store.add_step("p1", 0, "applied", turn=turn)

        assert await seen_at(sqlite_store) == NOW


async def held_since_long(store: SqlStore) -> None:
    def age(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(plan_turns.update().values(seen_at=NOW - timedelta(hours=1)))

    await store.perform(age)


async def seen_at(store: SqlStore) -> Any:
    def read(engine: Engine) -> Any:
        with engine.connect() as connection:
            return connection.execute(select(plan_turns.c.seen_at)).scalar()

    return await store.perform(read)
