"""The fault plan: which requests fail, how, and how often; also seen by other processes."""

from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import uuid4

import httpx
import pytest

from server.workspace.core import Workspace
from server.workspace.effects import (
    Blocked,
    Committed,
    CommittedLate,
    Conflict,
    DatabaseUnavailable,
    Delayed,
    Effect,
    Failed,
    InvalidJson,
    Overloaded,
    PoolExhausted,
    RateLimited,
    Reset,
    ResetInBody,
    Revoked,
    Stalled,
    Truncated,
)
from server.workspace.faults import FaultRule
from server.workspace.inside import Inside
from tests.notion_types import checked_app

UNAVAILABLE = "Public API service is temporarily unavailable, please try again later."


@pytest.fixture
async def client(
    workspace: Workspace,
    token: str,
    root: str,  # noqa: ARG001 - it shares
) -> AsyncGenerator[httpx.AsyncClient]:
    """Over our own transport."""
    headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}
    async with httpx.AsyncClient(
        transport=Inside(checked_app(workspace)), base_url="http://localhost", headers=headers
    ) as opened:
        yield opened


async def statuses(client: httpx.AsyncClient, count: int) -> list[int]:
    return [(await client.get("/v1/users/me")).status_code for _ in range(count)]


def new_page(root: str) -> dict[str, Any]:
    return {"parent": {"page_id": root}, "properties": {}}


async def pages_count(client: httpx.AsyncClient, root: str) -> int:
    return len((await client.get(f"/v1/blocks/{root}/children")).json()["results"])


REFUSALS = [
    pytest.param(
        RateLimited(7, "public_api_space_request_rate_limit"), 429, "rate_limited",
        {"rate_limit_reason": "public_api_space_request_rate_limit", "retry_after": 7},
        id="rate-limited",
    ),
    pytest.param(
        RateLimited(reason="public_api_request_blocked"), 429, "rate_limited",
        {"rate_limit_reason": "public_api_request_blocked", "retry_after": 1},
        id="blocked-for-good",
    ),
    pytest.param(Overloaded(3), 529, "service_overload", {"retry_after": 3}, id="overloaded"),
    pytest.param(Failed(500), 500, "internal_server_error", None, id="500"),
    pytest.param(Failed(502), 502, "bad_gateway", None, id="502"),
    pytest.param(Failed(503), 503, "service_unavailable", None, id="503"),
    pytest.param(Failed(504), 504, "gateway_timeout", None, id="504"),
    pytest.param(
        DatabaseUnavailable(), 503, "database_connection_unavailable", None, id="no-database",
    ),
    pytest.param(
        PoolExhausted(), 503, "service_unavailable",
        {
            "endpoint_name": "public_queryDataSource",
            "notion_error_name": "PgPoolWaitConnectionTimeout",
            "retry_guidance": [
                "Retry with exponential backoff.", "Reduce page_size.", "Use narrower filters.",
            ],
        },
        id="no-connection-left",
    ),
    pytest.param(Conflict(), 409, "conflict_error", None, id="conflict"),
    pytest.param(Revoked(), 401, "unauthorized", None, id="revoked"),
    pytest.param(Stalled(duration_s=0.001), 503, "service_unavailable", None, id="stalled"),
]  # fmt: skip


@pytest.mark.parametrize(("effect", "status", "code", "more"), REFUSALS)
async def test_a_refusal_answers_as_notion_does(  # noqa: PLR0917 - what a row of the table holds
    api: httpx.AsyncClient,
    workspace: Workspace,
    root: str,
    effect: Effect,
    status: int,
    code: str,
    more: dict[str, Any] | None,
) -> None:
    """And nothing is performed."""
    workspace.faults.set(FaultRule(effect, count=1))

    answer = await api.post("/v1/pages", json=new_page(root))

    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body.get("additional_data") == more
    assert answer.headers.get("Retry-After") == (
        str(more["retry_after"]) if more and "retry_after" in more else None
    )
    assert await pages_count(api, root) == 0


async def test_words_that_are_known_from_notion_are_used(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), count=1))
    workspace.faults.set(FaultRule(Failed(503), count=1))

    limited = (await client.get("/v1/users/me")).json()
    failed = (await client.get("/v1/users/me")).json()

    assert limited["message"] == "You have been rate limited. Please try again in a few minutes."
    assert failed["message"] == UNAVAILABLE


async def test_a_firewall_answers_with_a_page_and_no_request_id(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Blocked()))

    answer = await client.post("/v1/search", json={})

    assert (answer.status_code, answer.headers["content-type"]) == (
        403, "text/html; charset=utf-8",
    )  # fmt: skip
    assert answer.headers["cf-ray"].partition("-")[0] in answer.text
    assert "x-notion-request-id" not in answer.headers


async def test_a_committed_write_is_kept_and_names_what_was_made(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(Committed(), route="POST /v1/pages", count=1))

    failed = await client.post("/v1/pages", json=new_page(root))

    told = failed.json()
    assert (failed.status_code, told["code"], told["message"]) == (
        503, "service_unavailable", UNAVAILABLE,
    )  # fmt: skip
    more = told["additional_data"]
    assert more["retry_guidance"] == ["Read the object again", "Do not repeat the write"]
    assert more["committed_child_ids"] == []
    made = await client.get(f"/v1/pages/{more['committed_resource_id']}")
    assert made.json()["parent"]["page_id"] == root


async def test_committed_blocks_are_named_with_what_they_stand_on(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(Committed(), count=1))
    children: list[dict[str, Any]] = [{"divider": {}}, {"divider": {}}]

    failed = await client.patch(f"/v1/blocks/{root}/children", json={"children": children})

    more = failed.json()["additional_data"]
    listed = (await client.get(f"/v1/blocks/{root}/children")).json()["results"]
    assert more["committed_resource_id"] == root
    assert more["committed_child_ids"] == [block["id"] for block in listed]


async def test_a_write_that_is_committed_late_is_there_after_that_time_and_not_before(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    begun = workspace.now()
    workspace._clock = lambda: now
    workspace.faults.set(FaultRule(CommittedLate(late_s=5), route="POST /v1/pages", count=1))
    there: list[int] = []

    now = begun
    failed = await client.post("/v1/pages", json=new_page(root))
    for passed_s in (0, 4.9, 5, 60):
        now = begun + timedelta(seconds=passed_s)
        there.append(await pages_count(client, root))

    assert (failed.status_code, failed.json()["code"]) == (504, "gateway_timeout")
    assert there == [0, 0, 1, 1]


async def test_a_late_write_that_is_refused_at_its_time_is_dropped(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(CommittedLate(status=502, late_s=0), count=2))

    refused = await client.post("/v1/pages", json={})
    read = await client.post("/v1/search", json={})

    assert (refused.status_code, read.status_code) == (502, 502)
    assert await pages_count(client, root) == 0


async def test_a_read_has_nothing_to_commit_and_a_refused_write_neither(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Committed(), count=2))

    read = await client.post("/v1/search", json={})
    refused = await client.post("/v1/pages", json={})

    assert (read.status_code, "additional_data" in read.json()) == (503, False)
    assert refused.status_code == 400


async def test_a_reset_before_an_answer_breaks_the_connection_and_performs_nothing(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(Reset(), count=1))

    with pytest.raises(httpx.ReadError):
        await client.post("/v1/pages", json=new_page(root))

    assert await pages_count(client, root) == 0


async def test_a_reset_in_the_body_comes_after_the_request_was_performed(
    client: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(ResetInBody(), count=1))

    with pytest.raises(httpx.ReadError):
        await client.post("/v1/pages", json=new_page(root))

    assert await pages_count(client, root) == 1


@pytest.mark.parametrize("effect", [Truncated(), InvalidJson()], ids=["truncated", "no-json"])
async def test_a_spoilt_answer_is_whole_to_http_and_no_json(
    client: httpx.AsyncClient, workspace: Workspace, root: str, effect: Effect
) -> None:
    workspace.faults.set(FaultRule(effect, count=1))

    answer = await client.post("/v1/pages", json=new_page(root))

    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(ValueError, match="char"):
        answer.json()
    assert await pages_count(client, root) == 1


async def test_latency_delays_an_answer_and_changes_nothing_else(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Delayed(latency_ms=1), count=1))

    answer = await api.get("/v1/users/me")

    assert answer.status_code == 200
    assert workspace.faults.states()[0].left_count == 0


def test_drawn_latencies_have_the_median_and_the_95th_percentile_asked_for() -> None:
    slow = Delayed(latency_ms=1250, p95_ms=2260)

    drawn = sorted(slow.drawn(Random(seed)).latency_ms for seed in range(2000))

    assert median(drawn) == pytest.approx(1250, rel=0.05)
    assert drawn[1900] == pytest.approx(2260, rel=0.05)


async def test_a_rule_acts_as_often_as_it_counts(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), count=2))

    assert await statuses(client, 3) == [429, 429, 200]
    assert workspace.faults.states()[0].left_count == 0


async def test_a_rule_lets_the_first_requests_pass(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), after=2, count=1))

    assert await statuses(client, 4) == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("route", "status"),
    [("GET /v1/users/*", 429), ("* /v1/users/me", 429), ("POST *", 200), ("GET /v1/pages/*", 200)],
)
async def test_a_rule_acts_on_its_route(
    client: httpx.AsyncClient, workspace: Workspace, route: str, status: int
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), route=route))

    assert await statuses(client, 1) == [status]


async def test_the_first_rule_that_is_due_acts(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Conflict(), route="POST *"))
    workspace.faults.set(FaultRule(RateLimited(), rate=0))
    workspace.faults.set(FaultRule(Failed(502), count=1))
    workspace.faults.set(FaultRule(Overloaded()))

    assert await statuses(client, 2) == [502, 529]
    assert [state.seen_count for state in workspace.faults.states()] == [0, 2, 1, 1]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/v1/nowhere", {}, 400, id="no-route"),
        pytest.param("GET", "/v1/users/me", {"Authorization": "Bearer wrong"}, 401, id="no-token"),
    ],
)
async def test_what_is_refused_for_its_route_or_token_is_refused_as_ever_and_not_counted(
    client: httpx.AsyncClient,
    workspace: Workspace,
    *,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
) -> None:
    workspace.faults.set(FaultRule(Failed(503), count=1))

    refused = await client.request(method, path, headers=headers)

    assert refused.status_code == status
    assert workspace.faults.states()[0].seen_count == 0
    assert await statuses(client, 2) == [503, 200]


async def test_a_fault_hits_what_would_be_refused_for_another_reason(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    """As in life: an outage does not first look whether the page is there."""
    workspace.faults.set(FaultRule(Failed(503), count=1))
    missing = f"/v1/pages/{uuid4()}"

    assert [(await client.get(missing)).status_code for _ in range(2)] == [503, 404]


def outcomes(workspace: Workspace, seed: int) -> list[bool]:
    workspace.faults.clear()
    workspace.faults.reseed(seed)
    workspace.faults.set(FaultRule(RateLimited(), rate=0.2))
    return [workspace.faults.take("GET", "/v1/users") is not None for _ in range(200)]


def test_a_seed_decides_the_same_way_again(workspace: Workspace) -> None:
    first, again, other = (outcomes(workspace, seed) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert 20 < sum(first) < 60
    assert any(one and following for one, following in pairwise(first))


async def test_rules_are_seen_and_cleared_from_another_process_at_once(
    client: httpx.AsyncClient, workspace: Workspace, tmp_path: Path, watch: Any
) -> None:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as beside:
        beside.faults.set(FaultRule(RateLimited()))
        limited = await statuses(client, 1)
        acted = beside.faults.states()[0].acted_count
        beside.faults.clear()

    assert (limited, acted) == ([429], 1)
    assert await statuses(client, 1) == [200]
    assert workspace.faults.states() == ()


def test_rules_are_kept_in_order_with_what_is_left(workspace: Workspace) -> None:
    first = FaultRule(RateLimited(), route="GET *", count=3)
    second = FaultRule(Delayed(latency_ms=200))
    workspace.faults.set(first)
    workspace.faults.set(second)

    workspace.faults.take("GET", "/v1/users/me")

    states = workspace.faults.states()
    assert [state.rule for state in states] == [first, second]
    assert [state.left_count for state in states] == [2, None]


EVERY: list[Callable[[], Effect]] = [
    Blocked,
    Committed,
    CommittedLate,
    Failed,
    Reset,
    Stalled,
    Truncated,
    Revoked,
]


@pytest.mark.parametrize("make", EVERY)
def test_a_fault_is_kept_as_it_was_set(workspace: Workspace, make: Callable[[], Effect]) -> None:
    rule = FaultRule(make(), rate=0.5, after=3)

    workspace.faults.set(rule)

    assert [state.rule for state in workspace.faults.states()] == [rule]
