"""Rate limits: fixed windows per token and for the workspace, shared by all who serve the file."""

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace
from tests.notion_types import checked_app

VERSION = {"Notion-Version": "2026-03-11"}


def as_integration(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | VERSION


async def statuses(api: httpx.AsyncClient, count: int) -> list[int]:
    return [(await api.get("/v1/users/me")).status_code for _ in range(count)]


async def test_a_token_that_has_spent_its_window_is_told_when_the_next_begins(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.set_conditions(token_budget=2)

    served = await statuses(api, 2)
    refused = await api.get("/v1/users/me")

    assert served == [200, 200]
    # It is 41.25 s past the minute.
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "19")
    assert refused.json()["additional_data"] == {
        "rate_limit_reason": "public_api_request_rate_limit", "retry_after": 19,
    }  # fmt: skip


async def test_a_new_window_is_a_new_budget_and_refusals_did_not_count(
    api: httpx.AsyncClient, workspace: Workspace, watch: Any
) -> None:
    workspace.set_conditions(token_budget=2, window_s=10)
    before = await statuses(api, 5)

    watch.now += timedelta(seconds=8.75)
    after = await statuses(api, 3)

    assert before == [200, 200, 429, 429, 429]
    assert after == [200, 200, 429]


async def test_retry_after_is_never_less_than_a_second(
    api: httpx.AsyncClient, workspace: Workspace, watch: Any
) -> None:
    workspace.set_conditions(token_budget=1)
    watch.now = watch.now.replace(second=59, microsecond=999_000)
    await api.get("/v1/users/me")

    assert (await api.get("/v1/users/me")).headers["Retry-After"] == "1"


async def test_tokens_have_budgets_of_their_own_and_share_that_of_the_workspace(
    api: httpx.AsyncClient, workspace: Workspace, add_integration: Callable[..., str]
) -> None:
    other = as_integration(add_integration())
    workspace.set_conditions(token_budget=2, workspace_budget=3)

    first = await statuses(api, 3)
    second = [await api.get("/v1/users/me", headers=other) for _ in range(2)]

    assert first == [200, 200, 429]
    assert [answer.status_code for answer in second] == [200, 429]
    reason = second[1].json()["additional_data"]["rate_limit_reason"]
    assert reason == "public_api_space_request_rate_limit"


async def test_whoever_is_not_let_in_and_what_is_not_there_costs_nothing(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.set_conditions(workspace_budget=1)

    unknown = await api.get("/v1/users/me", headers=as_integration("ntn_wrong"))
    nowhere = await api.get("/v1/nowhere")

    assert (unknown.status_code, nowhere.status_code) == (401, 400)
    assert await statuses(api, 2) == [200, 429]


@pytest.fixture
async def beside(
    tmp_path: Path,
    watch: Any,
    token: str,
    root: str,  # noqa: ARG001 - it shares
) -> AsyncGenerator[httpx.AsyncClient]:
    """The same integration at another process that serves the same file."""
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as opened:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(checked_app(opened)),
            base_url="http://beside.test",
            headers=as_integration(token),
        ) as client:
            yield client


async def test_processes_that_serve_one_file_share_its_windows(
    api: httpx.AsyncClient, beside: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.set_conditions(token_budget=3)

    counted = [await statuses(each, 1) for each in (api, beside, api, beside, api)]

    assert counted == [[200], [200], [200], [429], [429]]


async def test_nothing_is_written_while_limits_are_off(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "workspace.sqlite3")) as beside:
        # It moves with every write of another connection.
        before = beside.execute("PRAGMA data_version").fetchone()
        await api.get("/v1/users/me")
        after = beside.execute("PRAGMA data_version").fetchone()

    assert after == before
