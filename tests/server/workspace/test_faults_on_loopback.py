"""Faults of the connection as a client sees them over a real socket; the server says nothing."""

import logging
import socket
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from server.workspace.core import Workspace
from server.workspace.effects import (
    Committed,
    Delayed,
    Effect,
    Reset,
    ResetInBody,
    Stalled,
    Truncated,
)
from server.workspace.faults import FaultRule
from server.workspace.http_server import LineProtocol
from tests.notion_types import checked_app


@contextmanager
def serving(workspace: Workspace) -> Generator[tuple[str, uvicorn.Server]]:
    """uvicorn as `workspace serve` runs it, in a thread; at its end nothing of it is left."""
    config = uvicorn.Config(
        checked_app(workspace), http=LineProtocol, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            host, port = listening.getsockname()
            yield f"http://{host}:{port}", server
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive()


@pytest.fixture
def server_log(caplog: pytest.LogCaptureFixture) -> Generator[pytest.LogCaptureFixture]:
    """What uvicorn complains of: nothing, in all of these tests."""
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture
def client(
    workspace: Workspace,
    token: str,
    root: str,  # noqa: ARG001 - it shares
    server_log: pytest.LogCaptureFixture,  # noqa: ARG001 - it watches
) -> Generator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}
    with (
        serving(workspace) as (address, _),
        httpx.Client(base_url=address, headers=headers, timeout=10) as opened,
    ):
        yield opened


def pages_count(client: httpx.Client, root: str) -> int:
    return len(client.get(f"/v1/blocks/{root}/children").json()["results"])


@pytest.mark.parametrize(
    ("effect", "kept_count"),
    [pytest.param(Reset(), 0, id="at-once"), pytest.param(ResetInBody(), 1, id="in-the-body")],
)
def test_a_reset_is_seen_as_one_and_the_next_request_is_served(
    client: httpx.Client, workspace: Workspace, root: str, effect: Effect, kept_count: int
) -> None:
    workspace.faults.set(FaultRule(effect, route="POST *", count=1))
    page = {"parent": {"page_id": root}, "properties": {}}

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.post("/v1/pages", json=page)

    assert pages_count(client, root) == kept_count


def test_a_reset_in_the_body_comes_after_the_status(
    client: httpx.Client, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(ResetInBody(), count=1))

    with client.stream("GET", "/v1/users/me") as answer:
        assert answer.status_code == 200
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            answer.read()


def test_a_truncated_answer_has_the_length_it_says(
    client: httpx.Client, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Truncated(), count=1))

    answer = client.get("/v1/users/me")

    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(ValueError, match="char"):
        answer.json()
    assert client.get("/v1/users/me").json()["object"] == "user"


@pytest.mark.parametrize(
    "effect",
    [pytest.param(Stalled(), id="stalled"), pytest.param(Delayed(60_000), id="delayed")],
)
def test_a_client_that_hangs_up_is_let_go(
    client: httpx.Client, workspace: Workspace, effect: Effect
) -> None:
    workspace.faults.set(FaultRule(effect, count=1))

    with pytest.raises(httpx.ReadTimeout):
        client.get("/v1/users/me", timeout=httpx.Timeout(10, read=0.05))

    assert client.get("/v1/users/me").status_code == 200


def test_a_stall_ends_as_notions_own_timeout(client: httpx.Client, workspace: Workspace) -> None:
    workspace.faults.set(FaultRule(Stalled(duration_s=0.01), count=1))

    assert client.get("/v1/users/me").json()["code"] == "service_unavailable"


def test_faults_leave_the_connection_open(client: httpx.Client, workspace: Workspace) -> None:
    workspace.faults.set(FaultRule(Committed(), count=1))

    def port() -> int:
        answer = client.get("/v1/users/me")
        stream: Any = answer.extensions["network_stream"]
        return int(stream.get_extra_info("client_addr")[1])

    assert port() == port()


@pytest.mark.usefixtures("server_log")
def test_a_server_that_ends_does_not_wait_for_those_it_lets_wait(
    workspace: Workspace, token: str, bot_id: str
) -> None:
    """`serving` itself says that the thread has ended."""
    del bot_id
    workspace.faults.set(FaultRule(Stalled()))
    asked = f"GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    with serving(workspace) as (address, server):
        host, _, port = address.removeprefix("http://").partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=10)) as waiting:
            waiting.sendall(asked.encode())
            assert any(workspace.faults.states()[0].acted_count for _ in range(100_000))
            server.should_exit = True
            with pytest.raises(ConnectionResetError):
                waiting.recv(1)
