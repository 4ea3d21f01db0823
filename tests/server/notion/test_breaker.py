"""A service that fails is left alone; what says nothing of the service never opens a breaker."""

from collections.abc import Sequence
from datetime import timedelta

import anyio
import anyio.lowlevel
import httpx
import pytest

from playbooks.bands import Retrying
from playbooks.errors import (
    BreakerOpen,
    CapabilityMissing,
    NoAnswer,
    NotionError,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    TokenRefused,
)
from playbooks.records import BreakerState
from server.notion.client import NotionClient
from tests.server.notion.fakes import ID, ME, NOON, Connection, FakeTime, Script, ok, page, refusal

ONE_TRY = Retrying(tries_count=1)
BROKEN = refusal(500, "internal_server_error")


class Wall:
    """A board in memory, which two connections may share."""

    def __init__(self, *states: BreakerState) -> None:
        self.told: list[BreakerState] = []
        self.states = {state.group: state for state in states}
        self.looks_count = 0

    async def load(self) -> Sequence[BreakerState]:
        self.looks_count += 1
        return tuple(self.states.values())

    async def publish(self, state: BreakerState) -> None:
        self.told.append(state)
        self.states[state.group] = state


class BrokenWall:
    async def load(self) -> Sequence[BreakerState]:
        raise OSError("no disk")

    async def publish(self, state: BreakerState) -> None:
        raise OSError(f"no disk for {state.group}")


async def fail(notion: NotionClient, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(NotionError):
            await notion.who_am_i()


async def test_after_five_failures_nobody_is_asked_and_each_refusal_is_recorded() -> None:
    connection = Connection(script := Script(BROKEN))

    async with connection.client as notion:
        await fail(notion)
        asked_count = len(script.requests)
        with pytest.raises(BreakerOpen) as left:
            await notion.who_am_i()

    assert len(script.requests) == asked_count
    assert left.value.group == "users reads"
    assert left.value.retry_in_s == pytest.approx(33)
    refused = connection.records[-1]
    assert (refused.status, refused.error_code, refused.attempts_count) == (None, "breaker_open", 0)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refusal(502, "bad_gateway"), id="502"),
        pytest.param(refusal(529, "service_overload"), id="529"),
        pytest.param(httpx.ReadTimeout("late"), id="timeout"),
        pytest.param(httpx.ConnectError("refused"), id="no-connection"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
        pytest.param(httpx.Response(200, content=b"{"), id="no-json"),
    ],
)
async def test_failures_of_the_service_open_it(answer: httpx.Response | Exception) -> None:
    async with Connection(Script(answer)).client as notion:
        await fail(notion)
        with pytest.raises(BreakerOpen):
            await notion.who_am_i()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(refusal(400, "validation_error"), RequestRefused, id="400"),
        pytest.param(refusal(401, "unauthorized"), TokenRefused, id="401"),
        pytest.param(refusal(403, "restricted_resource"), CapabilityMissing, id="403"),
        pytest.param(refusal(429, "rate_limited"), RateLimited, id="429"),
        pytest.param(httpx.LocalProtocolError("bad header"), NoAnswer, id="our-own-mistake"),
    ],
)
async def test_what_is_no_failure_of_the_service_never_opens_it(
    answer: httpx.Response | Exception, error: type[NotionError]
) -> None:
    async with Connection(Script(answer), deadline_s=None).client as notion:
        for _ in range(30):
            with pytest.raises(error) as caught:
                await notion.who_am_i()
            assert not isinstance(caught.value, BreakerOpen)


async def test_reads_and_writes_and_other_endpoints_are_apart() -> None:
    async with Connection(Script(*[BROKEN] * 15, ok(page()))).client as notion:
        for _ in range(5):
            with pytest.raises(ServiceFailed):
                await notion.retrieve_page(ID)
        with pytest.raises(BreakerOpen, match="pages reads"):
            await notion.retrieve_page(ID)
        await notion.update_page(ID, in_trash=False)
        await notion.who_am_i()


async def test_a_limit_between_failures_does_not_make_them_fewer() -> None:
    script = Script(*[BROKEN] * 4, refusal(429, "rate_limited"), BROKEN)

    async with Connection(script, deadline_s=None, retrying=ONE_TRY).client as notion:
        await fail(notion, times=6)
        with pytest.raises(BreakerOpen):
            await notion.who_am_i()


async def test_what_another_process_found_out_before_does_not_count() -> None:
    earlier = BreakerState("users reads", "closed", NOON - timedelta(hours=1), None, "200")
    wall = Wall(earlier)
    connection = Connection(Script(BROKEN), board=wall)

    async with connection.client as notion:
        await fail(notion)
        wall.states["users reads"] = earlier
        connection.time.now_s += 4
        with pytest.raises(BreakerOpen):
            await notion.who_am_i()


async def test_when_its_time_is_up_two_successes_close_it() -> None:
    wall = Wall()
    connection = Connection(Script(*[BROKEN] * 15, ok(ME)), board=wall)

    async with connection.client as notion:
        await fail(notion)
        connection.time.now_s += 40
        for _ in range(3):
            await notion.who_am_i()

    assert [state.state for state in wall.told] == ["open", "half_open", "closed"]
    opened = wall.told[0]
    assert (opened.group, opened.reason) == ("users reads", "500")
    assert opened.until == opened.since + timedelta(seconds=33)


async def test_a_trial_that_is_cancelled_while_it_is_told_is_followed_by_another_one() -> None:
    class Unheard(Wall):
        async def publish(self, state: BreakerState) -> None:
            await super().publish(state)
            if state.state == "half_open":
                given_up.cancel()
                await anyio.lowlevel.checkpoint()

    given_up, wall = anyio.CancelScope(), Unheard()
    connection = Connection(Script(*[BROKEN] * 15, ok(ME)), board=wall)

    async with connection.client as notion:
        await fail(notion)
        connection.time.now_s += 40
        with given_up:
            await notion.who_am_i()
        for _ in range(2):
            await notion.who_am_i()

    assert [state.state for state in wall.told] == ["open", "half_open", "closed"]


async def test_a_refused_token_is_told_and_blocks_nobody() -> None:
    wall = Wall()
    script = Script(refusal(401, "unauthorized"), ok(ME))

    async with Connection(script, board=wall).client as notion:
        await fail(notion, times=1)
        await notion.who_am_i()

    assert [state.state for state in wall.told] == ["refused", "closed"]


async def test_a_probe_refused_as_it_has_to_be_does_not_show_that_writes_work() -> None:
    wall = Wall()
    script = Script(*[BROKEN] * 5, refusal(400, "validation_error"))
    connection = Connection(script, board=wall)

    async with connection.client as notion:
        for _ in range(5):
            with pytest.raises(ServiceFailed):
                await notion.has_capability("insert_content")
        with pytest.raises(BreakerOpen):
            await notion.has_capability("insert_content")
        connection.time.now_s += 40
        for _ in range(3):
            assert await notion.has_capability("insert_content")

    assert [state.state for state in wall.told] == ["open", "half_open"]


class Slow(httpx.AsyncBaseTransport):
    """Keeps a call for so long on the fake clock, and then never answers."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self.time: FakeTime | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.time is not None
        self.time.now_s += self._kept_s
        await anyio.sleep_forever()
        raise AssertionError(request)


@pytest.mark.parametrize(
    ("kept_s", "opens"),
    [
        pytest.param(6, True, id="the-service-had-its-time"),
        pytest.param(1, False, id="there-was-hardly-time-left-to-answer"),
    ],
)
async def test_a_deadline_that_passes_at_the_service_is_its_failure(
    kept_s: float, opens: bool
) -> None:
    network = Slow(kept_s)
    connection = Connection(network, deadline_s=0.001)
    network.time = connection.time

    async with connection.client as notion:
        await fail(notion)
        with pytest.raises(NoAnswer) as last:
            await notion.who_am_i()

    assert isinstance(last.value, BreakerOpen) is opens


async def test_a_deadline_that_passes_in_our_own_queue_is_nobodys_failure() -> None:
    connection = Connection(Script(ok(ME)), window_calls_count=1)

    async with connection.client as notion:
        await notion.who_am_i()
        for _ in range(10):
            with pytest.raises(NoAnswer, match="no room"):
                await notion.who_am_i()


async def test_a_cancelled_call_says_nothing() -> None:
    network = Slow(100)
    connection = Connection(network, deadline_s=None)
    network.time = connection.time

    async with connection.client as notion:
        for _ in range(10):
            with anyio.move_on_after(0.001) as scope:
                await notion.who_am_i()
            assert scope.cancelled_caught


async def test_what_one_process_finds_out_another_one_takes_over() -> None:
    wall, script = Wall(), Script(ok(ME))

    async with Connection(Script(BROKEN), board=wall).client as failing:
        await fail(failing)
    async with Connection(script, board=wall).client as other:
        with pytest.raises(BreakerOpen):
            await other.who_am_i()

    assert script.requests == []


async def test_a_recovery_that_another_process_saw_closes_it_here_too() -> None:
    wall = Wall()
    connection = Connection(Script(*[BROKEN] * 15, ok(ME)), board=wall)

    async with connection.client as notion:
        await fail(notion)
        later = connection.time.clock() + timedelta(seconds=1)
        wall.states["users reads"] = BreakerState("users reads", "closed", later, None, "200")
        connection.time.now_s += 4
        await notion.who_am_i()


async def test_what_nobody_tried_since_yesterday_is_tried_now() -> None:
    yesterday = NOON - timedelta(days=1)
    state = BreakerState("users reads", "open", yesterday, yesterday + timedelta(seconds=30), "500")

    async with Connection(Script(ok(ME)), board=Wall(state)).client as notion:
        assert (await notion.who_am_i()).id == ID


async def test_the_board_is_looked_at_now_and_then_only() -> None:
    wall = Wall()
    connection = Connection(Script(ok(ME)), board=wall)

    async with connection.client as notion:
        for _ in range(9):
            await notion.who_am_i()
            connection.time.now_s += 1

    assert wall.looks_count == 3


async def test_a_broken_board_changes_nothing() -> None:
    async with Connection(Script(BROKEN), board=BrokenWall()).client as notion:
        await fail(notion)
        with pytest.raises(BreakerOpen):
            await notion.who_am_i()
