"""No more calls than the window allows, in the order they came, and one pause for all."""

from contextlib import suppress

import anyio
import anyio.lowlevel
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.errors import NoAnswer, NotionError, RateLimited
from playbooks.rate import LONGEST_PAUSE_S, OWN_LIMIT
from server.notion.call import Call, DeadlinePassed, Timing, extensions, timing_of
from server.notion.pacer import LocalWindow, Pacer
from tests.server.notion.fakes import ME, Connection, FakeTime, Script, ok, refusal


class Gate(httpx.AsyncBaseTransport):
    """Answers 200 and notes when, and which call it was."""

    def __init__(self, time: FakeTime) -> None:
        self._time = time
        self.passed_at_s: list[float] = []
        self.passed: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.passed_at_s.append(self._time.now_s)
        self.passed.append(request.url.path)
        return httpx.Response(200)


def paced(time: FakeTime, gate: Gate, calls_count: int | None, window_s: float = 60) -> Pacer:
    window = LocalWindow(calls_count, window_s, monotonic=time.monotonic)
    return Pacer(gate, window=window, monotonic=time.monotonic, sleep=time.sleep)


def request(
    name: int | str = "", *, ends_at_s: float | None = None, background: bool = False
) -> httpx.Request:
    made = httpx.Request(
        "GET",
        f"https://notion.test/{name}",
        extensions=extensions(Call("/", background=background, deadline_s=1), Timing()),
    )
    if ends_at_s is not None:
        timing_of(made).ends_at_s = ends_at_s
    return made


@given(
    calls_count=st.integers(1, 5),
    pauses_s=st.lists(st.floats(0, 40), min_size=1, max_size=40),
)
def test_no_window_ever_holds_more_than_its_calls(calls_count: int, pauses_s: list[float]) -> None:
    time = FakeTime()
    gate = Gate(time)

    async def call_now_and_then() -> None:
        pacer = paced(time, gate, calls_count)
        for pause_s in pauses_s:
            time.now_s += pause_s
            await pacer.handle_async_request(request())

    anyio.run(call_now_and_then)

    assert len(gate.passed_at_s) == len(pauses_s)
    for first, beyond in zip(gate.passed_at_s, gate.passed_at_s[calls_count:], strict=False):
        assert beyond - first > 60


async def test_many_at_once_go_in_the_order_they_came() -> None:
    time = FakeTime()
    gate = Gate(time)
    pacer = paced(time, gate, 3)

    async with anyio.create_task_group() as group:
        for name in range(10):
            group.start_soon(pacer.handle_async_request, request(name))

    assert gate.passed == [f"/{name}" for name in range(10)]
    assert gate.passed_at_s == pytest.approx([0, 0, 0, *[60.6] * 3, *[121.2] * 3, 181.8])


async def test_a_whole_window_may_go_at_once() -> None:
    time = FakeTime()
    pacer = paced(time, Gate(time), 180)

    for _ in range(180):
        await pacer.handle_async_request(request())

    assert time.slept_s == []


async def test_an_unpaced_connection_never_waits() -> None:
    time = FakeTime()
    pacer = paced(time, Gate(time), None)

    for _ in range(500):
        await pacer.handle_async_request(request())

    assert time.slept_s == []


async def test_a_cancelled_waiter_holds_no_share() -> None:
    time = FakeTime()
    gate = Gate(time)
    pacer = paced(time, gate, 1)
    await pacer.handle_async_request(request("first"))

    with anyio.CancelScope() as scope:
        scope.cancel()
        await pacer.handle_async_request(request("cancelled"))
    await pacer.handle_async_request(request("next"))

    assert gate.passed == ["/first", "/next"]
    assert gate.passed_at_s == pytest.approx([0, 60.6])


async def test_a_waiter_that_is_cancelled_in_the_queue_lets_the_next_one_go() -> None:
    time = FakeTime()
    gate = Gate(time)
    pacer = paced(time, gate, 1)
    given_up = anyio.CancelScope()

    async def give_up() -> None:
        with given_up:
            await pacer.handle_async_request(request("given-up"))

    async with anyio.create_task_group() as group:
        await pacer.handle_async_request(request("first"))
        group.start_soon(give_up)
        await anyio.lowlevel.checkpoint()
        group.start_soon(pacer.handle_async_request, request("last"))
        given_up.cancel()

    assert gate.passed == ["/first", "/last"]


async def test_a_wait_beyond_the_deadline_is_refused_at_once() -> None:
    time = FakeTime()
    pacer = paced(time, Gate(time), 1)
    await pacer.handle_async_request(request())

    with pytest.raises(DeadlinePassed, match="no room"):
        await pacer.handle_async_request(request(ends_at_s=10))

    assert time.slept_s == []


async def test_who_stands_behind_a_patient_waiter_is_refused_at_once_too() -> None:
    time = FakeTime()
    gate = Gate(time)
    entered, released = anyio.Event(), anyio.Event()

    async def sleep(wait_s: float) -> None:
        entered.set()
        await released.wait()
        await time.sleep(wait_s)

    window = LocalWindow(1, 60, monotonic=time.monotonic)
    pacer = Pacer(gate, window=window, monotonic=time.monotonic, sleep=sleep)
    await pacer.handle_async_request(request("first"))

    async with anyio.create_task_group() as group:
        group.start_soon(pacer.handle_async_request, request("patient"))
        await entered.wait()
        with pytest.raises(DeadlinePassed):
            await pacer.handle_async_request(request("hasty", ends_at_s=10))
        released.set()

    assert gate.passed == ["/first", "/patient"]


async def test_interactive_calls_go_before_background_ones_which_still_go_on() -> None:
    time = FakeTime()
    gate = Gate(time)
    pacer = paced(time, gate, 1)

    async with anyio.create_task_group() as group:
        await pacer.handle_async_request(request("first"))
        for name in range(3):
            group.start_soon(pacer.handle_async_request, request(f"b{name}", background=True))
        for name in range(20):
            group.start_soon(pacer.handle_async_request, request(f"i{name}"))

    expected = [f"/i{name}" for name in range(20)]
    expected[9:9] = ["/b0"]
    expected[19:19] = ["/b1"]
    assert gate.passed == ["/first", *expected, "/b2"]


async def test_an_interactive_newcomer_takes_the_turn_of_a_background_call_that_waits() -> None:
    time = FakeTime()
    gate = Gate(time)
    asleep, released = anyio.Event(), anyio.Event()

    async def sleep(wait_s: float) -> None:
        asleep.set()
        await released.wait()
        await time.sleep(wait_s)

    window = LocalWindow(1, 60, monotonic=time.monotonic)
    pacer = Pacer(gate, window=window, monotonic=time.monotonic, sleep=sleep)
    await pacer.handle_async_request(request("first"))

    async with anyio.create_task_group() as group:
        group.start_soon(pacer.handle_async_request, request("background", background=True))
        await asleep.wait()
        group.start_soon(pacer.handle_async_request, request("interactive"))
        await anyio.wait_all_tasks_blocked()
        released.set()

    assert gate.passed == ["/first", "/interactive", "/background"]


class Watched(LocalWindow):
    """Notes for whom it was asked, and who left."""

    def __init__(self, time: FakeTime, calls_count: int) -> None:
        super().__init__(calls_count, 60, monotonic=time.monotonic)
        self.asked: list[bool] = []
        self.left_count = 0

    async def take(self, *, interactive: bool) -> float:
        self.asked.append(interactive)
        return await super().take(interactive=interactive)

    async def leave(self) -> None:
        self.left_count += 1


async def test_a_background_call_passed_over_long_enough_asks_as_an_interactive_one() -> None:
    time = FakeTime()
    window = Watched(time, 100)
    pacer = Pacer(Gate(time), window=window, monotonic=time.monotonic, sleep=time.sleep)

    async with anyio.create_task_group() as group:
        await window.pause(1, OWN_LIMIT)
        group.start_soon(pacer.handle_async_request, request("b", background=True))
        for name in range(12):
            group.start_soon(pacer.handle_async_request, request(name))

    assert window.asked.count(False) == 1
    assert len(window.asked) > 13


async def test_a_long_wait_of_a_background_call_refuses_no_interactive_one() -> None:
    class Uneven(LocalWindow):
        async def take(self, *, interactive: bool) -> float:
            return 0.0 if interactive else 100.0

    time = FakeTime()
    gate = Gate(time)
    window = Uneven(None, 60, monotonic=time.monotonic)
    pacer = Pacer(gate, window=window, monotonic=time.monotonic, sleep=time.sleep)

    with pytest.raises(DeadlinePassed):
        await pacer.handle_async_request(request("background", ends_at_s=50, background=True))
    await pacer.handle_async_request(request("interactive", ends_at_s=50))

    assert gate.passed == ["/interactive"]


async def test_a_waiter_that_gives_up_tells_the_window() -> None:
    time = FakeTime()
    window = Watched(time, 1)
    pacer = Pacer(Gate(time), window=window, monotonic=time.monotonic, sleep=time.sleep)
    await pacer.handle_async_request(request())

    with pytest.raises(DeadlinePassed):
        await pacer.handle_async_request(request(ends_at_s=10))

    assert window.left_count == 1


@pytest.mark.parametrize(
    ("reason", "left_count"),
    [
        pytest.param(OWN_LIMIT, 0, id="our-own"),
        pytest.param("public_api_space_request_rate_limit", 60, id="of-the-workspace"),
        pytest.param("service_overload", 60, id="overload"),
    ],
)
async def test_only_a_429_of_our_own_lowers_the_window(reason: str, left_count: int) -> None:
    time = FakeTime()
    window = LocalWindow(100, 60, monotonic=time.monotonic)
    for _ in range(40):
        await window.take(interactive=True)

    await window.pause(1, reason)
    time.now_s += 59

    waits_s = [await window.take(interactive=True) for _ in range(101)]
    assert waits_s.count(0.0) == left_count


async def test_a_lowered_window_grows_back_by_a_tenth_in_each_window() -> None:
    time = FakeTime()
    window = LocalWindow(100, 60, monotonic=time.monotonic)
    for _ in range(40):
        await window.take(interactive=True)
    await window.pause(0, OWN_LIMIT)
    allowed_counts: list[int] = []

    for _ in range(8):
        time.now_s += 61
        waits_s = [await window.take(interactive=True) for _ in range(101)]
        allowed_counts.append(waits_s.count(0.0))

    assert allowed_counts == [49, 59, 69, 79, 89, 99, 100, 100]


async def test_a_lowered_window_waits_until_enough_calls_have_left_it() -> None:
    time = FakeTime()
    window = LocalWindow(8, 60, monotonic=time.monotonic)
    for _ in range(5):
        time.now_s += 1
        await window.take(interactive=True)

    await window.pause(0, OWN_LIMIT)

    # Calls went at 1, 2, 3, 4 and 5 s; four are allowed now, so the one of 2 s has to leave.
    assert await window.take(interactive=True) == pytest.approx(2 + 60.6 - 5)


async def test_a_window_is_never_lowered_below_a_quarter() -> None:
    time = FakeTime()
    window = LocalWindow(8, 60, monotonic=time.monotonic)
    await window.take(interactive=True)

    await window.pause(0, OWN_LIMIT)

    assert await window.take(interactive=True) == 0
    assert await window.take(interactive=True) > 0


async def test_the_reason_of_a_limit_reaches_the_window_and_the_record() -> None:
    told: list[str] = []

    class Told(LocalWindow):
        async def pause(self, pause_s: float, reason: str) -> None:
            told.append(reason)
            await super().pause(pause_s, reason)

    of_all = "public_api_space_request_rate_limit"
    limited = refusal(429, "rate_limited", retry_after="1", more={"rate_limit_reason": of_all})
    time = FakeTime()
    connection = Connection(
        Script(limited, refusal(529, "service_overload", retry_after="1"), ok(ME)),
        time=time,
        window=Told(None, 60, monotonic=time.monotonic),
    )

    async with connection.client as notion:
        await notion.who_am_i()

    assert told == [of_all, "service_overload"]
    assert [each.rate_limit_reason for each in connection.records] == [of_all]


async def test_one_retry_after_pauses_every_call_of_the_connection() -> None:
    limited = refusal(429, "rate_limited", retry_after="30")
    connection = Connection(Script(limited, ok(ME)), deadline_s=10)

    async with connection.client as notion:
        for _ in range(2):
            with pytest.raises(Exception, match="rate"):
                await notion.who_am_i()
        connection.time.now_s = 30.0
        await notion.who_am_i()

    assert [each.status for each in connection.records] == [429, None, 200]


async def test_nobody_is_silenced_for_longer_than_ten_minutes_at_a_time() -> None:
    limited = refusal(429, "rate_limited", retry_after=str(30 * 86_400))
    connection = Connection(script := Script(limited, limited, ok(ME)), deadline_s=10)

    async with connection.client as notion:
        for _ in range(2):
            with pytest.raises(RateLimited):
                await notion.who_am_i()
            with pytest.raises(NoAnswer, match="no room"):
                await notion.who_am_i()
            connection.time.now_s += LONGEST_PAUSE_S
        await notion.who_am_i()

    assert len(script.requests) == 3


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        pytest.param(refusal(503, "service_unavailable", retry_after="30"), True, id="503"),
        pytest.param(refusal(529, "service_overload", retry_after="30"), True, id="529"),
        pytest.param(refusal(400, "validation_error", retry_after="30"), False, id="400"),
        pytest.param(refusal(409, "conflict_error", retry_after="30"), False, id="409"),
        pytest.param(refusal(500, "internal_server_error", retry_after="30"), False, id="500"),
    ],
)
async def test_only_a_limit_or_an_overload_pauses_everybody(
    answer: httpx.Response, pauses: bool
) -> None:
    connection = Connection(script := Script(answer, ok(ME)), deadline_s=10)

    async with connection.client as notion:
        for _ in range(2):
            with suppress(NotionError):
                await notion.who_am_i()

    assert len(script.requests) == (1 if pauses else 2)


async def test_a_shorter_pause_never_ends_a_longer_one() -> None:
    time = FakeTime()
    window = LocalWindow(None, 60, monotonic=time.monotonic)

    await window.pause(30, OWN_LIMIT)
    await window.pause(1, OWN_LIMIT)

    assert await window.take(interactive=True) == 30


async def test_the_wait_is_counted_as_time_in_the_queue() -> None:
    connection = Connection(Script(ok(ME)), window_calls_count=1, deadline_s=None)

    async with connection.client as notion:
        await notion.who_am_i()
        await notion.who_am_i()

    assert [each.queue_wait_ms for each in connection.records] == [0, pytest.approx(60_600)]


async def test_no_room_in_time_is_told_as_such() -> None:
    connection = Connection(Script(ok(ME)), window_calls_count=1, deadline_s=10)

    async with connection.client as notion:
        await notion.who_am_i()
        with pytest.raises(NoAnswer, match="the rate limit leaves no room"):
            await notion.who_am_i()
