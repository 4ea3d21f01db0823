"""The processes that the budget's benchmark starts: a workspace that keeps tally, and its callers.

* `serve DIRECTORY CALLS WINDOW_S`  the embedded workspace on loopback, which notes every answer
* `CALLER ADDRESS TOKEN STORE …`    one caller: ours, notion-client, or semaphore

A caller prints `ready`, reads when to begin and when to end, and then calls all the time with
CALLERS_COUNT workers.
"""

import asyncio
import json
import logging
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import httpx
import uvicorn
from notion_client import AsyncClient
from notion_client.errors import APIResponseError, HTTPResponseError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playbooks.errors import NotionError
from server.notion.client import open_client
from server.notion.pacer import LocalWindow
from server.notion.wire import Profile
from server.store.line import Share
from server.store.sql import SqlStore
from server.store.window import SharedWindow
from server.workspace.asgi import create_app
from server.workspace.core import Workspace
from server.workspace.http_server import LineProtocol

CALLERS_COUNT = 3
"""Workers of one process, each with one call at a time: the plain semaphore's number."""

Ask: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Place:
    """What a caller is told: where to call, as whom, and what the budget is."""

    address: str
    token: str
    store: str
    calls_count: int
    window_s: int


class Tally:
    """An application that notes when each request came and what status it got."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._noted: list[tuple[float, int]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on; `/tally` gives what was noted since the last time."""
        if scope["type"] == "http" and scope["path"] == "/tally":
            await self._tell(send)
            return
        came_at_s = time.time()

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._noted.append((came_at_s, message["status"]))
            await send(message)

        await self._app(scope, receive, note)

    async def _tell(self, send: Send) -> None:
        noted, self._noted = self._noted, []
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(noted).encode()})


def serve(directory: Path, calls_count: int, window_s: int) -> None:
    """Serve an empty workspace with that limit; prints its address and token."""
    token = f"ntn_{uuid.uuid4().hex}"
    path = directory / "workspace.sqlite3"
    with closing(Workspace.open(path, clock=lambda: datetime.now(UTC))) as workspace:
        workspace.add_bot("Benchmark", token=token)
        workspace.set_conditions(token_budget=calls_count, window_s=window_s)
        app = Tally(create_app(workspace))
        config = uvicorn.Config(
            app, port=0, http=LineProtocol, log_level="error", lifespan="off", backlog=512
        )
        listening = config.bind_socket()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        print(address, token, flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


async def ours(place: Place, stack: AsyncExitStack) -> Ask:
    """Our wire with the budget that all processes share in one store."""
    store = SqlStore(place.store, clock=lambda: datetime.now(UTC))
    stack.push_async_callback(store.aclose)
    await store.probe()
    local = LocalWindow(place.calls_count, place.window_s, monotonic=time.monotonic)
    window = SharedWindow(store, Share("benchmark", place.calls_count, place.window_s), local=local)
    profile = Profile(place.address, place.calls_count, place.window_s)
    client = open_client(
        place.token,
        profile=profile,
        record=lambda _: None,
        default_deadline_s=None,
        window=window,
    )
    return (await stack.enter_async_context(client)).who_am_i


async def notion_client(place: Place, stack: AsyncExitStack) -> Ask:
    """The client of ramnes/notion-sdk-py with the retry that it comes with."""
    client = AsyncClient(auth=place.token, base_url=place.address, log_level=logging.CRITICAL)
    stack.push_async_callback(client.aclose)
    return client.users.me


async def semaphore(place: Place, stack: AsyncExitStack) -> Ask:
    """Plain HTTP, of which a process never has more than three requests under way."""
    headers = {"Authorization": f"Bearer {place.token}", "Notion-Version": "2026-03-11"}
    client = httpx.AsyncClient(base_url=place.address, headers=headers)
    await stack.enter_async_context(client)
    turn = asyncio.Semaphore(3)

    async def ask() -> None:
        async with turn:
            (await client.get("/v1/users/me")).raise_for_status()

    return ask


CALLERS: dict[str, Callable[[Place, AsyncExitStack], Awaitable[Ask]]] = {
    "ours": ours,
    "notion-client": notion_client,
    "semaphore": semaphore,
}


async def call(caller: str, place: Place) -> None:
    """Call from the one instant to the other; prints when each call had its answer."""
    answered_at_s: list[float] = []
    async with AsyncExitStack() as stack:
        ask = await CALLERS[caller](place, stack)
        print("ready", flush=True)
        begin_s, end_s = json.loads(await asyncio.to_thread(sys.stdin.readline))
        await asyncio.sleep(begin_s - time.time())
        with suppress(TimeoutError):
            async with asyncio.timeout(end_s - time.time()):
                work = (_work(ask, answered_at_s) for _ in range(CALLERS_COUNT))
                await asyncio.gather(*work)
    print(json.dumps(answered_at_s), flush=True)


async def _work(ask: Ask, answered_at_s: list[float]) -> None:
    while True:
        try:
            await ask()
        except (NotionError, APIResponseError, HTTPResponseError, httpx.HTTPError):
            continue
        answered_at_s.append(time.time())


def main(argv: list[str]) -> None:
    """Play the role that is named."""
    match argv:
        case ["serve", directory, calls_count, window_s]:
            serve(Path(directory), int(calls_count), int(window_s))
        case [caller, address, token, store, calls_count, window_s]:
            place = Place(address, token, store, int(calls_count), int(window_s))
            asyncio.run(call(caller, place))
        case _:
            sys.exit(64)


if __name__ == "__main__":
    main(sys.argv[1:])
