"""Sends the recorded requests to a workspace of our own and reports what answers differently."""

import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx

from server.workspace.core import JSON, Actor, Workspace
from tests.notion_types import checked_app
from tests.server.workspace.comparing import Difference, IdMap, differences
from tests.server.workspace.recordings import Exchange

WORKSPACE_NAME = "notion-sdk-py"
WORKSPACE_ID = UUID("231674b6-2cc1-46bc-b742-c5c9fe4b9c73")
BOT_ID = "7775f3a3-893f-43fa-b625-460c61094c78"
TEST_PAGE_ID = UUID("393abc1e-edcd-80f3-813b-e205934558c6")
"""What stood in the recorded workspace before the first request, as the answers reveal it."""

NOW = datetime(2026, 7, 4, 9, 12, 5, 290_000, tzinfo=UTC)
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Outcome:
    """One exchange and how our answer differs from the recorded one."""

    exchange: Exchange
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Report:
    """Every exchange that was replayed."""

    outcomes: Sequence[Outcome]

    @property
    def agreeing_count(self) -> int:
        """How many agree in everything that is compared."""
        return sum(outcome.agrees for outcome in self.outcomes)

    def differing(self) -> dict[str, tuple[Difference, ...]]:
        """By key of exchange what differs, for those that do not agree."""
        return {o.exchange.key: o.differences for o in self.outcomes if not o.agrees}

    def by_endpoint(self) -> dict[str, tuple[int, int]]:
        """By endpoint how many agree, of how many."""
        total = Counter(o.exchange.endpoint for o in self.outcomes)
        agreeing = Counter(o.exchange.endpoint for o in self.outcomes if o.agrees)
        return {endpoint: (agreeing[endpoint], total[endpoint]) for endpoint in sorted(total)}

    def by_kind(self) -> dict[str, int]:
        """By what differs, in how many exchanges it does."""
        return dict(
            Counter(kind for o in self.outcomes for kind in {d.kind for d in o.differences})
        )


async def replay(stories: Iterable[Sequence[Exchange]], directory: Path) -> Report:
    """Replay every story, each in a fresh workspace file below the directory."""
    told = list(stories)
    outcomes: list[Outcome] = []
    for story in told:
        path = directory / f"{story[0].story}.sqlite3"
        with closing(_opened(path)) as workspace:
            token = _furnished(workspace, _member(told))
            outcomes += [each async for each in _told(workspace, story, token=token)]
    return Report(outcomes)


def _opened(path: Path) -> Workspace:
    return Workspace.open(path, clock=lambda: NOW, ids=_first(WORKSPACE_ID))


def _first(first: UUID) -> Callable[[], UUID]:
    """Gives this uuid, then random ones."""
    prepared = [first]
    return lambda: prepared.pop() if prepared else UUID(bytes=secrets.token_bytes(16))


def _member(stories: Iterable[Sequence[Exchange]]) -> JSON:
    """The one person of the recorded workspace, out of a list of users."""
    answers = (exchange.answer for story in stories for exchange in story)
    listed = (
        user for answer in answers if answer.get("type") == "user" for user in answer["results"]
    )
    return next(user for user in listed if user["type"] == "person")


def _furnished(workspace: Workspace, member: JSON) -> str:
    """The workspace as it was recorded: a person, a bot, and a page that both have edited."""
    token = f"ntn_{secrets.token_hex(16)}"
    workspace.rename(WORKSPACE_NAME)
    email = member["person"]["email"]
    person = Actor(workspace.add_person(member["name"], email, user_id=member["id"]), "person")
    bot = Actor(workspace.add_bot(WORKSPACE_NAME, token=token, user_id=BOT_ID), "bot")
    with workspace.transaction(ids=_first(TEST_PAGE_ID)):
        page = workspace.perform("POST", "/v1/pages", _untitled_page(), actor=person)
    workspace.perform("PATCH", f"/v1/pages/{page['id']}", {"properties": {}}, actor=bot)
    workspace.share(page["id"], bot.id)
    return token


def _untitled_page() -> JSON:
    return {"parent": {"workspace": True}, "properties": {}}


async def _told(
    workspace: Workspace, story: Sequence[Exchange], *, token: str
) -> AsyncGenerator[Outcome]:
    ids = IdMap()
    transport = httpx.ASGITransport(checked_app(workspace))
    async with httpx.AsyncClient(transport=transport, base_url="http://workspace.test") as client:
        for exchange in story:
            sent = token if exchange.status != UNAUTHORIZED else "nobody's"
            response = await client.send(_request(client, exchange, ids, token=sent))
            answer = response.json()
            ids.learn(exchange.answer, answer)
            yield Outcome(exchange, tuple(_compared(exchange, ids, response.status_code, answer)))


def _request(
    client: httpx.AsyncClient, exchange: Exchange, ids: IdMap, *, token: str
) -> httpx.Request:
    body = exchange.request
    return client.build_request(
        exchange.method,
        ids.text(exchange.path),
        params=[(key, ids.text(value)) for key, value in exchange.query],
        json=None if body is None else ids.translate(body),
        headers={"Authorization": f"Bearer {token}", "Notion-Version": exchange.version},
    )


def _compared(exchange: Exchange, ids: IdMap, status: int, answer: JSON) -> Iterator[Difference]:
    if status != exchange.status:
        told = f"{exchange.status} there, {status} here: {answer.get('message', 'answered')}"
        yield Difference("status", "", told)
    else:
        yield from differences(ids.translate(exchange.answer), answer)
