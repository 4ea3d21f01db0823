"""The fault plan: which requests fail, how, and how often; also seen by other processes."""

from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace
from server.workspace.faults import Delayed, FaultRule, RateLimited


async def test_a_rate_limit_answers_as_notion_does(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    limited = RateLimited(retry_after_s=7, reason="public_api_space_request_rate_limit")
    workspace.faults.set(FaultRule(limited))

    answer = await api.get("/v1/users/me")

    body = answer.json()
    assert (answer.status_code, body["code"]) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "7"
    assert body["message"] == "You have been rate limited. Please try again in a few minutes."
    assert body["additional_data"] == {
        "rate_limit_reason": "public_api_space_request_rate_limit", "retry_after": 7,
    }  # fmt: skip


async def test_a_rule_acts_as_often_as_it_counts(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), count=2))

    statuses = [(await api.get("/v1/users/me")).status_code for _ in range(3)]

    assert statuses == [429, 429, 200]
    assert workspace.faults.rules() == ()


@pytest.mark.parametrize(
    ("route", "status"),
    [("GET /v1/users/*", 429), ("* /v1/users/me", 429), ("POST *", 200), ("GET /v1/pages/*", 200)],
)
async def test_a_rule_acts_on_its_route(
    api: httpx.AsyncClient, workspace: Workspace, route: str, status: int
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), route=route))

    assert (await api.get("/v1/users/me")).status_code == status


async def test_a_limited_write_is_not_done(
    api: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.faults.set(FaultRule(RateLimited(), route="DELETE *", count=1))

    await api.delete(f"/v1/blocks/{root}")

    assert (await api.get(f"/v1/pages/{root}")).json()["in_trash"] is False


async def test_latency_delays_an_answer_and_changes_nothing_else(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(Delayed(latency_ms=1), count=1))

    answer = await api.get("/v1/users/me")

    assert answer.status_code == 200
    assert workspace.faults.rules() == ()


async def test_rules_are_seen_and_cleared_from_another_connection(
    api: httpx.AsyncClient, workspace: Workspace, tmp_path: Path, watch: Any
) -> None:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as beside:
        beside.faults.set(FaultRule(RateLimited()))
        limited = await api.get("/v1/users/me")
        beside.faults.clear()

    assert limited.status_code == 429
    assert (await api.get("/v1/users/me")).status_code == 200
    assert workspace.faults.rules() == ()


def test_rules_are_kept_in_order_with_what_is_left(workspace: Workspace) -> None:
    first = FaultRule(RateLimited(), route="GET *", count=3)
    second = FaultRule(Delayed(latency_ms=200))
    workspace.faults.set(first)
    workspace.faults.set(second)

    workspace.faults.take("GET", "/v1/users/me")

    assert workspace.faults.rules() == (FaultRule(RateLimited(), "GET *", 2), second)
