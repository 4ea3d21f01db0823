"""How many calls are in flight at once, and for whom there is room."""

import anyio
import httpx

from server.notion.call import Call, Timing, extensions
from server.notion.slot import Slot
from tests.server.notion.fakes import FakeTime


class Room(httpx.AsyncBaseTransport):
    """Keeps every call until it is told to answer, and knows which it holds."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.answering = anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.inside.append(request.url.path)
        await self.answering.wait()
        return httpx.Response(200)


def request(name: str, *, background: bool = False, timing: Timing | None = None) -> httpx.Request:
    call = Call("/", background=background)
    return httpx.Request(
        "GET", f"https://notion.test/{name}", extensions=extensions(call, timing or Timing())
    )


async def test_no_more_than_its_calls_are_in_flight_and_half_of_them_in_the_background() -> None:
    room = Room()
    slot = Slot(room, calls_count=4, monotonic=FakeTime().monotonic)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(slot.handle_async_request, request("b", background=True))
        await anyio.wait_all_tasks_blocked()
        assert room.inside == ["/b"] * 2
        for _ in range(5):
            group.start_soon(slot.handle_async_request, request("i"))
        await anyio.wait_all_tasks_blocked()
        assert room.inside == ["/b"] * 2 + ["/i"] * 2
        room.answering.set()

    assert sorted(room.inside) == ["/b"] * 5 + ["/i"] * 5


async def test_waiting_for_room_is_time_in_the_queue() -> None:
    room, time, timing = Room(), FakeTime(), Timing()
    slot = Slot(room, calls_count=2, monotonic=time.monotonic)

    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(slot.handle_async_request, request("first"))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(slot.handle_async_request, request("late", timing=timing))
        await anyio.wait_all_tasks_blocked()
        time.now_s += 3
        room.answering.set()

    assert timing.queue_wait_ms == 3000


async def test_who_gives_up_waiting_takes_no_room() -> None:
    room = Room()
    slot = Slot(room, calls_count=2, monotonic=FakeTime().monotonic)

    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(slot.handle_async_request, request("first"))
        await anyio.wait_all_tasks_blocked()
        with anyio.CancelScope() as given_up:
            given_up.cancel()
            await slot.handle_async_request(request("given-up"))
        group.start_soon(slot.handle_async_request, request("next"))
        room.answering.set()

    assert room.inside == ["/first", "/first", "/next"]
