"""The shared window as the wire uses it, by processes that really are several."""

import json
import logging
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import anyio
import pytest
from sqlalchemy import Engine, text

from playbooks.errors import StoreUnusable
from server.notion.pacer import LocalWindow
from server.store import budget
from server.store.line import Share
from server.store.opening import writing
from server.store.sql import SqlStore
from server.store.window import RETRY_STORE_AFTER_S, SharedWindow
from tests.server.store.engines import several_processes
from tests.server.store.raw import held, query

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
WINDOW_S = 1.0
BUDGET_COUNT = 20
"""Small, so that several windows pass in the time of a test."""

PROCESS = """
import anyio, json, sys, time
from datetime import UTC, datetime
from sqlalchemy import func, select
from playbooks.errors import StoreUnusable
from server.notion.pacer import LocalWindow
from server.store import budget
from server.store.line import Share
from server.store.opening import writing
from server.store.schema import budget_calls
from server.store.sql import SqlStore
from server.store.window import SharedWindow

address, calls_count, window_s, interactive, task = sys.argv[1:]

async def main():
    store = SqlStore(address, clock=lambda: datetime.now(UTC))
    share = Share("a", int(calls_count), float(window_s))
    alone = LocalWindow(None, float(window_s), monotonic=time.monotonic)
    window = SharedWindow(store, share, local=alone)
    is_interactive = interactive == "True"
    await store.probe()
    print("ready", flush=True)
    sys.stdin.readline()

    def counted_at_s(engine):
        own = select(func.max(budget_calls.c.at_s)).where(budget_calls.c.owner == share.owner)
        with engine.connect() as connection:
            return connection.execute(own).scalar_one()

    async def call():
        while wait_s := await window.take(interactive=is_interactive):
            print(json.dumps({"waits_s": wait_s}), flush=True)
            await anyio.sleep(wait_s)
        print(json.dumps({"gone_at_s": await store.perform(counted_at_s)}), flush=True)

    match task.split():
        case ["calls", count]:
            for _ in range(int(count)):
                await call()
        case ["pause", pause_s]:
            await window.pause(float(pause_s), "service_overload")
    await store.aclose()

anyio.run(main)
"""


@contextmanager
def process(
    address: str, task: str, *, budget: tuple[int, float], interactive: bool = True
) -> Generator[subprocess.Popen[str]]:
    """A process that is ready and does its task once a line is written to it."""
    arguments = [address, str(budget[0]), str(budget[1]), str(interactive), task]
    command = [sys.executable, "-c", PROCESS, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as opened:
        try:
            assert out_of(opened).readline() == "ready\n"
            yield opened
        finally:
            opened.kill()


def out_of(opened: subprocess.Popen[str]) -> IO[str]:
    assert opened.stdout is not None
    return opened.stdout


def begin(opened: subprocess.Popen[str]) -> None:
    assert opened.stdin is not None
    opened.stdin.write("\n")
    opened.stdin.flush()


def next_told(opened: subprocess.Popen[str]) -> tuple[str, float]:
    """What the process tells next: how long it waits, or when its call was counted."""
    ((what, value),) = json.loads(out_of(opened).readline()).items()
    return what, value


def gone_at_s(opened: subprocess.Popen[str]) -> list[float]:
    """When its calls have gone, once it has ended."""
    told = [json.loads(line) for line in out_of(opened)]
    return [each["gone_at_s"] for each in told if "gone_at_s" in each]


def most_in_a_window(at_s: Sequence[float], window_s: float) -> int:
    ordered = sorted(at_s)
    return max(sum(begin_s <= each < begin_s + window_s for each in ordered) for begin_s in ordered)


@several_processes
def test_processes_together_never_exceed_the_budget_in_any_window(address: str) -> None:
    budget = (BUDGET_COUNT, WINDOW_S)
    with (
        process(address, "calls 17", budget=budget) as one,
        process(address, "calls 17", budget=budget) as two,
        process(address, "calls 17", budget=budget, interactive=False) as three,
    ):
        for each in (one, two, three):
            begin(each)
        calls_at_s = [at_s for each in (one, two, three) for at_s in gone_at_s(each)]

    assert len(calls_at_s) == 51
    assert most_in_a_window(calls_at_s, WINDOW_S) <= BUDGET_COUNT


@several_processes
def test_a_killed_waiter_holds_nobody_up(address: str) -> None:
    budget = (1, 0.5)
    with (
        process(address, "calls 1", budget=budget) as user,
        process(address, "calls 1", budget=budget) as killed,
        process(address, "calls 1", budget=budget) as alive,
    ):
        begin(user)
        assert next_told(user)[0] == "gone_at_s"
        begin(killed)
        assert next_told(killed)[0] == "waits_s"
        begin(alive)
        assert next_told(alive)[0] == "waits_s"
        killed.send_signal(signal.SIGKILL)

        assert len(gone_at_s(alive)) == 1


@several_processes
def test_interactive_calls_of_another_process_go_before_background_ones(address: str) -> None:
    budget = (1, 1.0)
    with (
        process(address, "calls 1", budget=budget) as user,
        process(address, "calls 1", budget=budget, interactive=False) as background,
        process(address, "calls 1", budget=budget) as interactive,
    ):
        for each in (user, background, interactive):
            begin(each)
            next_told(each)

        assert gone_at_s(interactive) < gone_at_s(background)


@several_processes
def test_a_pause_of_one_process_holds_the_others(address: str) -> None:
    budget = (BUDGET_COUNT, WINDOW_S)
    with (
        process(address, "pause 3600", budget=budget) as pausing,
        process(address, "calls 1", budget=budget) as other,
    ):
        begin(pausing)
        pausing.wait(timeout=30)
        begin(other)

        what, wait_s = next_told(other)

    assert what == "waits_s"
    assert wait_s > 3000


class Monotonic:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def test_a_store_that_cannot_be_used_leaves_each_process_its_own_window(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "store.db").mkdir()
    store = SqlStore(f"sqlite:///{tmp_path}/store.db", clock=lambda: NOW)
    monotonic = Monotonic()
    local = LocalWindow(2, 60, monotonic=monotonic)
    window = SharedWindow(store, Share("a", 180, 60), local=local, monotonic=monotonic)

    with caplog.at_level(logging.WARNING):
        waits_s = [await window.take(interactive=True) for _ in range(3)]

    assert waits_s == [0, 0, pytest.approx(60.6)]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_a_store_that_can_be_used_again_decides_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.mkdir()
    store = SqlStore(f"sqlite:///{path}", clock=lambda: NOW)
    monotonic = Monotonic()
    local = LocalWindow(1, 60, monotonic=monotonic)
    window = SharedWindow(store, Share("a", 180, 60), local=local, monotonic=monotonic)
    assert await window.take(interactive=True) == 0
    path.rmdir()
    assert await window.take(interactive=True) > 0

    monotonic.now_s += RETRY_STORE_AFTER_S

    assert await window.take(interactive=True) == 0
    await store.aclose()


async def test_the_own_window_knows_the_calls_that_the_store_counted(store: SqlStore) -> None:
    monotonic = Monotonic()
    local = LocalWindow(3, 60, monotonic=monotonic)
    window = SharedWindow(store, Share("a", 180, 60), local=local, monotonic=monotonic)
    await window.take(interactive=True)
    await window.take(interactive=True)

    assert await local.take(interactive=True) == 0
    assert await local.take(interactive=True) > 0


async def test_a_waiter_that_leaves_gives_its_place_up(store: SqlStore) -> None:
    local = LocalWindow(None, 60, monotonic=Monotonic())
    leaving, staying = (SharedWindow(store, Share("a", 1, 60), local=local) for _ in range(2))
    await leaving.pause(3600, "service_overload")
    await leaving.take(interactive=True)
    await leaving.leave()
    await staying.take(interactive=True)

    assert await query(store, "SELECT count(*) FROM budget_waiters") == [(1,)]


LOCK = "UPDATE budgets SET seen_s = seen_s"


async def test_a_locked_store_delays_no_call_and_counts_none_late(
    store: SqlStore, address: str
) -> None:
    local = LocalWindow(2, 60, monotonic=Monotonic())
    patient, hurried = (
        SharedWindow(store, Share("a", 180, 60), local=local, within_s=within_s)
        for within_s in (60.0, 0.05)
    )
    await patient.take(interactive=True)

    with held(address, LOCK):
        assert await hurried.take(interactive=True) == 0
        assert await hurried.take(interactive=True) > 0
    await store.aclose()  # once the abandoned thread has ended

    assert await query(store, "SELECT count(*) FROM budget_calls") == [(1,)]


async def test_a_call_whose_counting_was_cancelled_is_not_counted(
    store: SqlStore, address: str
) -> None:
    local = LocalWindow(None, 60, monotonic=Monotonic())
    window = SharedWindow(store, Share("a", 180, 60), local=local)
    await window.take(interactive=True)

    async with anyio.create_task_group() as tasks:
        with held(address, LOCK):
            tasks.start_soon(partial(window.take, interactive=True))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    await store.aclose()

    assert await query(store, "SELECT count(*) FROM budget_calls") == [(1,)]


async def test_a_store_that_stays_locked_is_told_as_such(store: SqlStore, address: str) -> None:
    share = Share("a", 180, 60)
    take = partial(budget.take, share=share, interactive=True)
    await store.perform(take)

    with held(address, LOCK), pytest.raises(StoreUnusable, match="another process keeps it locked"):
        await store.perform(take)


async def test_a_process_that_stands_still_in_a_change_lets_the_others_go_on(
    new_postgresql: Callable[[], str],
) -> None:
    store = SqlStore(new_postgresql(), clock=lambda: NOW)

    assert await query(store, f"SHOW {STANDING_LIMIT}") == [("5s",)]
    with pytest.raises(StoreUnusable, match="stood still"):
        await store.perform(stand_still)
    await store.aclose()


STANDING_LIMIT = "idle_in_transaction_session_timeout"


def stand_still(engine: Engine) -> None:
    """In a change, until the server ends it; its limit is made short here."""
    with writing(engine) as connection:
        connection.execute(text(f"SET LOCAL {STANDING_LIMIT} = '1ms'"))
        server: Any = connection.connection.dbapi_connection
        select.select([server.fileno()], [], [], 30)
        connection.execute(text("SELECT 1"))
