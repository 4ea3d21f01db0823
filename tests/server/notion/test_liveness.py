"""Live or dead: what each answer means, where the token goes, and how often it is sent."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from playbooks.security_ports import Life
from server.notion.liveness import ADDRESS, CALLS_LIMIT, NotionLiveness
from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
REFUSAL = {"object": "error", "code": "unauthorized"}
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
async def book(tmp_path: Path) -> AsyncGenerator[KeptSecurity]:
    store = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}", clock=lambda: NOW)
    yield KeptSecurity(store)
    await store.aclose()


class Asked:
    """Tokens by fingerprint, answered as a test wants; remembers what was sent."""

    def __init__(self, book: KeptSecurity, answer: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self.now = NOW

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answer(request)

        self.liveness = NotionLiveness(
            lambda mark: f"token-{mark}".encode() if mark != "unmet" else None,
            book,
            lambda: self.now,
            httpx.MockTransport(handle),
        )


def answered(status: int, **content: Any) -> Answer:
    return lambda _: httpx.Response(status, **content)


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("late", request=request)


@pytest.mark.parametrize(
    ("answer", "life"),
    [
        pytest.param(answered(200, json={"object": "user"}), "live", id="200"),
        pytest.param(answered(403, json=REFUSAL), "live", id="403 of Notion"),
        pytest.param(answered(403, html="<p>no</p>"), "unknown", id="403 of a firewall"),
        pytest.param(answered(401, json=REFUSAL), "dead", id="401"),
        pytest.param(answered(401, html="<p>proxy</p>"), "unknown", id="401 of a proxy"),
        pytest.param(answered(429, json=REFUSAL), "unknown", id="429"),
        pytest.param(answered(500), "unknown", id="500"),
        pytest.param(
            answered(302, headers={"location": "https://example.org"}), "unknown", id="redirect"
        ),
        pytest.param(silent, "unknown", id="silence"),
    ],
)
async def test_an_answer_means(book: KeptSecurity, answer: Answer, life: Life) -> None:
    asked = Asked(book, answer)

    assert await asked.liveness.of(["a"]) == {"a": life}
    assert [str(each.url) for each in asked.requests] == [ADDRESS]
    assert asked.requests[0].headers["authorization"] == "Bearer token-a"


async def test_the_token_goes_to_notion_alone(
    book: KeptSecurity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    asked = Asked(book, answered(302, headers={"location": "https://example.org/v1/users/me"}))

    await asked.liveness.of(["a"])

    assert [each.url.host for each in asked.requests] == ["api.notion.com"]
    assert asked.requests[0].url.scheme == "https"


async def test_each_token_is_asked_about_once_and_no_more_than_ten(book: KeptSecurity) -> None:
    asked = Asked(book, answered(401, json=REFUSAL))
    marks = [f"m{number}" for number in range(CALLS_LIMIT + 2)]

    lives = await asked.liveness.of([*marks, *marks, "unmet"])

    assert len(asked.requests) == CALLS_LIMIT
    assert [lives[mark] for mark in marks] == ["dead"] * CALLS_LIMIT + ["unknown"] * 2
    assert "unmet" not in lives


async def test_a_dead_token_stays_dead_and_a_live_one_is_asked_about_again(
    book: KeptSecurity,
) -> None:
    dead = Asked(book, answered(401, json=REFUSAL))
    live = Asked(book, answered(200, json={"object": "user"}))
    await dead.liveness.of(["d"])
    await live.liveness.of(["l"])

    await live.liveness.of(["d", "l"])
    live.now += timedelta(days=400)
    later = await live.liveness.of(["d", "l"])

    assert later == {"d": "dead", "l": "live"}
    assert len(live.requests) == 2


async def test_what_was_not_known_is_asked_again(book: KeptSecurity) -> None:
    asked = Asked(book, answered(500))

    await asked.liveness.of(["a"])
    await asked.liveness.of(["a"])

    assert len(asked.requests) == 2
