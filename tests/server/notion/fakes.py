"""The other end of the wire and the time it takes, as tests tell them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import httpx

from playbooks.bands import Breaking, Retrying
from playbooks.rate import Window
from playbooks.records import CallRecord
from server.notion.breaker import Board
from server.notion.call import TimeAndChance
from server.notion.client import open_client
from server.notion.wire import PLAYBOOK, PLAYBOOK_BREAKING, Profile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "ntn_" + "7" * 11 + "a" * 35
REQUEST_ID = "45b1d90b-1e6f-4c7a-b7d7-0d95273d7673"
ID = "393abc1e-edcd-80f3-813b-e205934558c6"


PATIENT = Breaking(failures_in_a_row_count=1000, least_calls_count=1000, window_calls_count=1000)
"""A breaker that no test of something else meets."""


class FakeTime:
    """Time that passes only while somebody sleeps, and chance that always draws the middle."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept_s: list[float] = []

    async def sleep(self, wait_s: float) -> None:
        self.slept_s.append(round(wait_s, 6))
        self.now_s += wait_s
        await anyio.lowlevel.checkpoint()

    def monotonic(self) -> float:
        return self.now_s

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)

    def given(self) -> TimeAndChance:
        return TimeAndChance(self.clock, self.monotonic, self.sleep, lambda: 0.5)


class Script(httpx.MockTransport):
    """Gives its answers one after the other, the last one for ever; keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response is read once; the last answer is given again as a new one.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Silence(httpx.AsyncBaseTransport):
    """Never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError(request)


class Connection:
    """A client on a wire of fake time, with everything that a test wants to look at."""

    def __init__(
        self,
        network: httpx.AsyncBaseTransport,
        *,
        token: str = TOKEN,
        window_calls_count: int | None = None,
        deadline_s: float | None = 10,
        retrying: Retrying = PLAYBOOK,
        breaking: Breaking = PLAYBOOK_BREAKING,
        board: Board | None = None,
        window: Window | None = None,
        time: FakeTime | None = None,
    ) -> None:
        self.time = time or FakeTime()
        self.records: list[CallRecord] = []
        self.client = open_client(
            token,
            profile=Profile(
                "https://notion.test", window_calls_count, retrying=retrying, breaking=breaking
            ),
            record=self.records.append,
            default_deadline_s=deadline_s,
            network=network,
            given=self.time.given(),
            board=board,
            window=window,
        )


def ok(body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(200, json={} if body is None else body, headers=headers)


def refusal(
    status: int,
    code: str,
    *,
    retry_after: str | None = None,
    message: str = "Could not find Rosebud.",
    more: dict[str, Any] | None = None,
) -> httpx.Response:
    body = {
        "object": "error",
        "status": status,
        "code": code,
        "message": message,
        "request_id": REQUEST_ID,
        "additional_data": more or {},
    }
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, json=body, headers=headers)


def listed(results: Iterable[Any], next_cursor: str | None = None, **more: Any) -> httpx.Response:
    return ok(
        {
            "object": "list",
            "results": list(results),
            "has_more": next_cursor is not None,
            "next_cursor": next_cursor,
            **more,
        }
    )


def rich(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"content": text}, "plain_text": text}]


def page(page_id: str = ID, **properties: Any) -> dict[str, Any]:
    return {
        "object": "page",
        "id": page_id,
        "created_time": "2026-11-01T09:00:00.000Z",
        "last_edited_time": "2026-11-02T09:00:00.000Z",
        "in_trash": False,
        "properties": properties,
        "url": f"https://notion.test/{page_id}",
    }


ME: dict[str, Any] = {
    "object": "user",
    "id": ID,
    "name": "Playbooks",
    "type": "bot",
    "bot": {"workspace_id": "w", "workspace_name": "Acme"},
}
