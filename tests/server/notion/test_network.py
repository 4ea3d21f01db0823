"""The real network: proxies of the environment, no redirects, whole answers."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
import anyio.abc
import httpx
import pytest

from playbooks.errors import NoAnswer
from playbooks.records import CallRecord
from server.notion.call import TimeAndChance, timing_of
from server.notion.client import NotionClient, open_client
from server.notion.network import Reader
from server.notion.recorder import Record
from server.notion.wire import Profile
from tests.server.notion.fakes import TOKEN, Connection, FakeTime, Script

ANSWER = b'{"id": "me"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "


class Peer:
    """A server that answers every connection with the same bytes and keeps what it read."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.read: list[bytes] = []
        self.port = 0

    async def __call__(self, stream: anyio.abc.ByteStream) -> None:
        async with stream:
            self.read.append(await stream.receive())
            await stream.send(self._answer)


@asynccontextmanager
async def listening(answer: bytes) -> AsyncGenerator[Peer]:
    peer = Peer(answer)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    peer.port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, peer)
        yield peer
        group.cancel_scope.cancel()


def real_client(
    base_url: str, *, record: Record = lambda _: None, given: TimeAndChance | None = None
) -> NotionClient:
    return open_client(
        TOKEN,
        profile=Profile(base_url, None),
        record=record,
        default_deadline_s=10,
        given=given or FakeTime().given(),
    )


async def test_a_proxy_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with listening(HEAD + str(len(ANSWER)).encode() + b"\r\n\r\n" + ANSWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        async with real_client("http://notion.test") as notion:
            bot = await notion.who_am_i()

    assert bot.id == "me"
    assert TOKEN not in caplog.text
    assert proxy.read[0].startswith(b"GET http://notion.test/v1/users/me HTTP/1.1")


@pytest.mark.parametrize(
    ("answer", "why", "connections_count"),
    [
        pytest.param(
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\n\r\n",
            "points to another address",
            1,
            id="redirect",
        ),
        pytest.param(HEAD + b"999\r\n\r\n" + ANSWER, "connection broke", 3, id="cut-body"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "connection broke", 3, id="not-http"),
    ],
)
async def test_what_is_no_answer_is_told_as_none(
    answer: bytes, why: str, connections_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    async with listening(answer) as peer, real_client(f"http://127.0.0.1:{peer.port}") as notion:
        with pytest.raises(NoAnswer, match=why):
            await notion.who_am_i()

    assert len(peer.read) == connections_count


async def test_nobody_listening_is_told_as_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    async with listening(b"") as peer:
        port = peer.port

    async with real_client(f"http://127.0.0.1:{port}") as notion:
        with pytest.raises(NoAnswer, match="no connection could be made"):
            await notion.who_am_i()


@pytest.mark.parametrize(
    ("answer", "is_in_doubt"),
    [
        pytest.param(httpx.Response(200, json={}), False, id="answered"),
        pytest.param(httpx.Response(503, content=b"?"), False, id="failed"),
        pytest.param(httpx.ConnectError("refused"), False, id="never-sent"),
        pytest.param(httpx.ReadError("reset"), True, id="reset"),
        pytest.param(httpx.Response(200, content=b"{"), True, id="no-json"),
    ],
)
async def test_a_request_that_was_sent_and_not_answered_is_in_doubt(
    answer: httpx.Response | Exception, is_in_doubt: bool
) -> None:
    reader = Reader(Script(answer), monotonic=FakeTime().monotonic)
    request = httpx.Request("POST", "https://notion.test/v1/pages")

    with suppress(httpx.TransportError):
        await reader.handle_async_request(request)

    assert (timing_of(request).unanswered_since_s is not None) is is_in_doubt


async def test_connecting_and_the_wait_for_the_server_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    records: list[CallRecord] = []
    async with listening(HEAD + str(len(ANSWER)).encode() + b"\r\n\r\n" + ANSWER) as peer:
        base_url = f"http://127.0.0.1:{peer.port}"
        async with real_client(base_url, record=records.append, given=TimeAndChance()) as notion:
            await notion.who_am_i()

    (record,) = records
    assert record.connect_ms > 0
    assert record.server_ms > 0
    assert record.connect_ms + record.server_ms <= record.network_ms


class Traced(httpx.AsyncBaseTransport):
    """Tells what it does as httpcore does, each step taking so long on the fake clock."""

    def __init__(self, time: FakeTime, *steps: tuple[str, float]) -> None:
        self._time = time
        self._steps = steps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for event, took_s in self._steps:
            self._time.now_s += took_s
            await request.extensions["trace"](event, {})
        return httpx.Response(200, stream=Slowly(self._time))


class Slowly(httpx.AsyncByteStream):
    """A body that takes a second."""

    def __init__(self, time: FakeTime) -> None:
        self._time = time

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._time.now_s += 1
        yield ANSWER


NEW_CONNECTION = (
    ("connection.connect_tcp.started", 0.0),
    ("connection.connect_tcp.complete", 2.0),
    ("connection.start_tls.started", 0.0),
    ("connection.start_tls.complete", 4.0),
)
REQUEST = (
    ("http11.send_request_headers.started", 0.0),
    ("http11.send_request_body.complete", 8.0),
    ("http11.receive_response_headers.complete", 16.0),
)


@pytest.mark.parametrize(
    ("steps", "connect_ms", "server_ms", "network_ms"),
    [
        pytest.param((*NEW_CONNECTION, *REQUEST), 6000, 16_000, 31_000, id="new-connection"),
        pytest.param(REQUEST, 0, 16_000, 25_000, id="kept-connection"),
        pytest.param((("nobody.says.anything", 5.0),), 0, 5000, 6000, id="untraced"),
    ],
)
async def test_each_part_of_the_time_on_the_network_is_counted(
    steps: tuple[tuple[str, float], ...], connect_ms: float, server_ms: float, network_ms: float
) -> None:
    time = FakeTime()
    connection = Connection(Traced(time, *steps), time=time)

    async with connection.client as notion:
        await notion.who_am_i()

    (record,) = connection.records
    assert (record.connect_ms, record.server_ms) == (connect_ms, server_ms)
    assert record.network_ms == network_ms
