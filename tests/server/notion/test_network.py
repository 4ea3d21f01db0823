"""The real network: proxies of the environment, no redirects, whole answers."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import anyio.abc
import pytest

from playbooks.errors import NoAnswer
from server.notion.client import NotionClient, open_client
from server.notion.wire import Profile
from tests.server.notion.fakes import TOKEN, FakeTime

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


def real_client(base_url: str) -> NotionClient:
    return open_client(
        TOKEN,
        profile=Profile(base_url, None),
        record=lambda _: None,
        default_deadline_s=10,
        given=FakeTime().given(),
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
