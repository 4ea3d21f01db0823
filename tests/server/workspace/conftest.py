"""A workspace of one page and one integration; every HTTP answer is checked by the SDK's types."""

import secrets
import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import httpx
import pytest
import uvicorn

from playbooks.objects import Capability
from server.workspace.core import JSON, Actor, Workspace
from tests.notion_types import checked_app

BASE_URL = "http://workspace.test"


@dataclass
class Watch:
    """A clock that stands until it is set."""

    now: datetime = datetime(2026, 5, 13, 9, 30, 41, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def workspace(tmp_path: Path, watch: Watch) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as opened:
        yield opened


@pytest.fixture
def ada(workspace: Workspace) -> Actor:
    return Actor(workspace.add_person("Ada", "ada@example.org"), "person")


@pytest.fixture
def token() -> str:
    return f"ntn_{secrets.token_hex(16)}"


@pytest.fixture
def bot_id(workspace: Workspace, token: str) -> str:
    """The integration named Robot, with every capability."""
    return workspace.add_bot("Robot", token=token)


@pytest.fixture
def root(workspace: Workspace, ada: Actor, bot_id: str) -> str:
    """A page of the workspace, shared with the integration."""
    page = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": titled("Root")},
        actor=ada,
    )  # fmt: skip
    workspace.share(page["id"], bot_id)
    return cast("str", page["id"])


def titled(text: str) -> JSON:
    return {"title": {"title": [{"text": {"content": text}}]}}


Connect = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def connect(workspace: Workspace) -> AsyncGenerator[Connect]:
    """Opens clients with a token and a version of their own."""
    async with AsyncExitStack() as stack:

        async def open_client(
            token: str | None, *, version: str | None = "2026-03-11"
        ) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if version:
                headers["Notion-Version"] = version
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(checked_app(workspace)),
                base_url=BASE_URL,
                headers=headers,
            )
            return await stack.enter_async_context(client)

        yield open_client


@pytest.fixture
async def api(connect: Connect, token: str, root: str) -> httpx.AsyncClient:  # noqa: ARG001 - it shares
    """The integration, with every capability."""
    return await connect(token)


@pytest.fixture
def add_integration(workspace: Workspace, root: str) -> Callable[..., str]:
    """Adds an integration that lacks some capabilities and sees the root page; gives its token."""

    def add(*, without: Collection[str] = (), shared: bool = True) -> str:
        token = f"ntn_{secrets.token_hex(16)}"
        kept = [name for name in cast("list[Any]", get_args(Capability)) if name not in without]
        bot = workspace.add_bot("Narrow", token=token, capabilities=kept)
        if shared:
            workspace.share(root, bot)
        return token

    return add


@pytest.fixture
def make_table(workspace: Workspace, ada: Actor, root: str) -> Callable[..., str]:
    """Adds a database under the root page; gives the id of its data source."""

    def make(properties: JSON, title: str = "Table") -> str:
        database = workspace.perform(
            "POST",
            "/v1/databases",
            {
                "parent": {"page_id": root},
                "title": [{"text": {"content": title}}],
                "initial_data_source": {"properties": {"Name": {"title": {}}} | properties},
            },
            actor=ada,
        )
        return cast("str", database["data_sources"][0]["id"])

    return make


@pytest.fixture
def add_row(workspace: Workspace, ada: Actor) -> Callable[..., str]:
    """Adds a row by name with property values as the API takes them; gives its id."""

    def add(table: str, name: str, values: JSON | None = None, **more: Any) -> str:
        row = workspace.perform(
            "POST",
            "/v1/pages",
            {"parent": {"data_source_id": table}, "properties": titled(name) | (values or {})},
            actor=ada,
            **more,
        )
        return cast("str", row["id"])

    return add


@dataclass(frozen=True, slots=True)
class Served:
    """A workspace on loopback, its integration's token, and the page shared with it."""

    address: str
    token: str
    root: str


@pytest.fixture
def served(workspace: Workspace, token: str, root: str) -> Generator[Served]:
    """The workspace for clients that are not ours, on a free port."""
    config = uvicorn.Config(checked_app(workspace), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            host, port = listening.getsockname()
            yield Served(f"http://{host}:{port}", token, root)
        finally:
            server.should_exit = True
            thread.join()
