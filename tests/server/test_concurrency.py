import threading

import anyio
import anyio.lowlevel
import pytest

from playbooks.errors import TokenRefused
from server.concurrency import aside, together


async def test_outcomes_come_in_order_whoever_is_first() -> None:
    second_done = anyio.Event()

    async def first() -> str:
        await second_done.wait()
        return "first"

    async def second() -> str:
        second_done.set()
        return "second"

    outcomes = await together([first, second], within_s=5)

    assert [outcome.value for outcome in outcomes] == ["first", "second"]


async def test_an_error_of_ours_is_an_outcome_and_does_not_stop_the_others() -> None:
    async def refused() -> int:
        raise TokenRefused

    async def fine() -> int:
        return 1

    bad, good = await together([refused, fine], within_s=5)

    assert isinstance(bad.error, TokenRefused)
    assert bad.latency_ms is not None
    assert good.value == 1


async def test_what_does_not_answer_in_time_is_cancelled_and_has_no_outcome() -> None:
    cancelled = anyio.Event()

    async def silent() -> int:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()
        return 1

    (outcome,) = await together([silent], within_s=0.01)

    assert (outcome.value, outcome.error, outcome.latency_ms) == (None, None, None)
    assert cancelled.is_set()


async def test_what_is_shielded_is_done_although_the_caller_was_cancelled() -> None:
    given_back = anyio.Event()

    async def give_back() -> None:
        await anyio.lowlevel.checkpoint()
        given_back.set()

    with anyio.CancelScope() as scope:
        scope.cancel()
        await together([give_back], within_s=5, shielded=True)

    assert given_back.is_set()


async def test_a_bug_is_not_swallowed() -> None:
    async def broken() -> int:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await together([broken], within_s=5)


async def test_what_computes_aside_lets_others_go_on() -> None:
    answered = threading.Event()
    values: list[bool] = []

    async def compute() -> None:
        values.append(await aside(lambda: answered.wait(5)))

    async with anyio.create_task_group() as group:
        group.start_soon(compute)
        group.start_soon(_set, answered)

    assert values == [True]


async def _set(event: threading.Event) -> None:
    await anyio.lowlevel.checkpoint()
    event.set()
