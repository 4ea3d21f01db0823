"""One budget in the store, its clock in the test's hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from playbooks.rate import ARRIVAL_MARGIN, OWN_LIMIT, Pause
from server.store import budget
from server.store.line import ASK_AGAIN_S, PATIENCE_S, Share
from server.store.sql import SqlStore
from tests.server.store.raw import query

WINDOW_S = 10.0
KEPT_S = WINDOW_S * (1 + ARRIVAL_MARGIN)
FOREIGN_LIMIT = "public_api_space_request_rate_limit"


@dataclass
class Clock:
    """A wall clock that somebody else sets."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    def forward(self, by_s: float) -> None:
        self.now_s += by_s


@dataclass(frozen=True)
class Process:
    """One of those who share the budget."""

    store: SqlStore
    share: Share

    async def take(self, *, interactive: bool = True) -> float:
        answer = await self.store.perform(
            partial(budget.take, share=self.share, interactive=interactive)
        )
        return round(answer.wait_s, 6)

    async def take_all(self) -> int:
        """How many calls go at once."""
        count = 0
        while await self.take() == 0:
            count += 1
        await self.leave()
        return count

    async def leave(self) -> None:
        await self.store.perform(partial(budget.leave, share=self.share))

    async def pause(self, pause_s: float, reason: str = FOREIGN_LIMIT) -> None:
        await self.store.perform(
            partial(budget.pause, share=self.share, pause_s=pause_s, reason=reason)
        )


MakeProcess = Callable[..., Process]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(store: SqlStore, clock: Clock) -> MakeProcess:
    def make(calls_count: int = 3, connection: str = "a") -> Process:
        return Process(store, Share(connection, calls_count, WINDOW_S, clock_s=clock))

    return make


async def test_calls_beyond_the_budget_wait_until_one_leaves_the_window(
    process: MakeProcess, clock: Clock
) -> None:
    one, other = process(), process()
    assert [await one.take(), await other.take(), await one.take()] == [0, 0, 0]
    clock.forward(4)

    assert await other.take() == pytest.approx(KEPT_S - 4)
    clock.forward(KEPT_S - 4 + 0.001)
    assert await other.take() == 0


async def test_connections_do_not_share(process: MakeProcess) -> None:
    assert await process().take_all() == 3
    assert await process(connection="b").take_all() == 3


async def test_calls_that_left_the_window_are_forgotten(
    process: MakeProcess, store: SqlStore, clock: Clock
) -> None:
    await process().take_all()
    clock.forward(KEPT_S)
    await process().take()

    assert await query(store, "SELECT count(*) FROM budget_calls") == [(1,)]


async def test_who_waits_first_goes_first_whatever_its_process(
    process: MakeProcess, clock: Clock
) -> None:
    user, first, second = process(1), process(1), process(1)
    await user.take()
    await first.take()
    clock.forward(1)
    wait_s = await second.take()
    clock.forward(wait_s)

    assert await second.take() > 0
    assert await first.take() == 0


async def test_interactive_calls_go_before_background_ones(
    process: MakeProcess, clock: Clock
) -> None:
    user, background, interactive = process(1), process(1), process(1)
    await user.take()
    await background.take(interactive=False)
    clock.forward(1)
    wait_s = await interactive.take()
    clock.forward(wait_s)

    assert await background.take(interactive=False) > 0
    assert await interactive.take() == 0


async def test_of_ten_calls_one_is_of_the_background(process: MakeProcess, clock: Clock) -> None:
    background, busy = process(1), (process(1), process(1))
    await busy[0].take()
    gone = ""
    while len(gone) < 21:
        clock.forward(1)
        for each in busy:
            gone += "i" * (await each.take() == 0)
        gone += "b" * (await background.take(interactive=False) == 0)

    assert gone == "iiiiiiiii" + "b" + "iiiiiiiii" + "b" + "i"


async def test_who_leaves_is_not_waited_for(process: MakeProcess, clock: Clock) -> None:
    user, first, second = process(1), process(1), process(1)
    await user.take()
    await first.take()
    await second.take()
    await first.leave()
    clock.forward(KEPT_S)

    assert await second.take() == 0


async def test_who_is_dead_loses_its_place_soon_after_its_turn(
    process: MakeProcess, clock: Clock
) -> None:
    user, dead, alive = process(1), process(1), process(1)
    await user.take()
    clock.forward(0.5)
    await dead.take()
    clock.forward(0.5)
    await alive.take()
    clock.forward(KEPT_S - 1)
    assert await alive.take() == ASK_AGAIN_S
    clock.forward(PATIENCE_S)

    assert await alive.take() == 0


async def test_who_is_dead_keeps_one_call_from_the_others_and_no_more(
    process: MakeProcess, clock: Clock
) -> None:
    user, dead, alive = process(3), process(3), process(3)
    await user.take_all()
    await dead.take()
    clock.forward(KEPT_S)

    assert await alive.take_all() == 2


async def test_a_pause_holds_everybody_and_a_shorter_one_does_not_end_it(
    process: MakeProcess, clock: Clock
) -> None:
    one, other = process(), process()
    await one.pause(30)
    await one.pause(5)

    assert await other.take() == 30
    clock.forward(30)
    assert await other.take() == 0


async def test_a_pause_is_told_with_its_reason(process: MakeProcess, store: SqlStore) -> None:
    one = process(connection="a")
    await process(connection="b").take()
    await one.pause(30, FOREIGN_LIMIT)

    assert await store.paused("a") == Pause(datetime.fromtimestamp(1_030, UTC), FOREIGN_LIMIT)
    assert await store.paused("b") is None
    assert await store.paused("unknown") is None


async def test_a_429_of_our_own_lowers_the_window_by_what_was_refused(
    process: MakeProcess, clock: Clock
) -> None:
    one = process(10)
    for _ in range(8):
        await one.take()
    await one.pause(0, OWN_LIMIT)
    await one.pause(0, OWN_LIMIT)
    assert await one.take() == pytest.approx(KEPT_S)
    clock.forward(KEPT_S)

    learned, grown_back = 6, 1
    assert await one.take_all() == learned + grown_back


async def test_a_429_of_the_whole_workspace_pauses_and_lowers_nothing(
    process: MakeProcess, clock: Clock
) -> None:
    one = process(10)
    await one.take()
    await one.pause(5, FOREIGN_LIMIT)
    clock.forward(KEPT_S)

    assert await one.take_all() == 10


async def test_a_lowered_window_grows_back_by_a_tenth_in_each_window(
    process: MakeProcess, clock: Clock
) -> None:
    one = process(20)
    for _ in range(12):
        await one.take()
    await one.pause(0, OWN_LIMIT)

    allowed: list[int] = []
    for _ in range(6):
        clock.forward(KEPT_S)
        allowed.append(await one.take_all())

    assert allowed == [13, 15, 17, 19, 20, 20]


async def test_a_window_is_never_lowered_to_nothing(process: MakeProcess, clock: Clock) -> None:
    one = process(20)
    for _ in range(9):
        await one.pause(0, OWN_LIMIT)
    clock.forward(0.5)

    assert await one.take_all() == 5


async def test_a_clock_that_is_set_back_takes_everything_with_it(
    process: MakeProcess, clock: Clock
) -> None:
    one, waiting = process(), process()
    await one.take_all()
    await waiting.take()
    clock.forward(-3_600)

    assert await one.take() == pytest.approx(KEPT_S)
    clock.forward(KEPT_S)
    assert await one.take_all() == 2
    assert await waiting.take() == 0


async def test_a_pause_stays_as_long_when_the_clock_is_set_back(
    process: MakeProcess, clock: Clock
) -> None:
    one = process()
    await one.take()
    await one.pause(30)
    clock.forward(-3_600)

    assert await one.take() == 30


async def test_without_a_clock_of_its_own_the_budget_uses_the_wall_clock(
    process: MakeProcess,
) -> None:
    one = process()
    real = Process(one.store, replace(one.share, clock_s=None))

    assert await real.take_all() == 3
    assert 0 < await real.take() <= KEPT_S
