"""A call ends when its time is up, whatever it is doing."""

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from playbooks.errors import NoAnswer
from server.notion.call import Call, DeadlinePassed, Timing, extensions
from tests.server.notion.fakes import ME, Connection, Script, Silence, ok


class EndlessBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        await anyio.sleep_forever()


async def test_a_silent_service_is_left_when_the_time_is_up() -> None:
    connection = Connection(Silence(), deadline_s=0)

    async with connection.client as notion:
        with pytest.raises(NoAnswer, match="longer than 0 s") as late:
            await notion.who_am_i()

    assert late.value.deadline_s == 0
    assert connection.records[0].status is None
    assert connection.records[0].error_code == "deadline_passed"


async def test_an_endless_body_is_left_too() -> None:
    connection = Connection(
        httpx.MockTransport(lambda _: httpx.Response(200, stream=EndlessBody())), deadline_s=0
    )

    async with connection.client as notion:
        with pytest.raises(NoAnswer):
            await notion.who_am_i()


async def test_a_single_call_may_have_its_own_deadline() -> None:
    connection = Connection(Silence(), deadline_s=None)

    async with connection.client as notion:
        with pytest.raises(NoAnswer):
            await notion.within(0).who_am_i()


async def test_on_the_wire_a_passed_deadline_is_a_timeout_of_httpx() -> None:
    connection = Connection(Silence())
    http = connection.client._api.http

    async with connection.client:
        with pytest.raises(httpx.TimeoutException) as late:
            await http.get(
                "/v1/users/me", extensions=extensions(Call("/v1/users/me", deadline_s=0), Timing())
            )

    assert isinstance(late.value, DeadlinePassed)


async def test_without_a_deadline_a_call_waits_as_long_as_it_is_told_to() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "500"})
    connection = Connection(Script(limited, ok(ME)), deadline_s=None)

    async with connection.client as notion:
        await notion.who_am_i()

    assert connection.time.now_s > 500
