"""The oracle itself: what it refuses, what it lets pass, and that a test hears of it."""

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace
from server.workspace.faults import FaultRule, RateLimited
from tests.notion_types import (
    IS_HERE,
    checked_app,
    complaints_about,
    definition_of,
    take_complaints,
)

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OWNER = Actor("00000000-0000-4000-8000-000000000000", "person")

needs_types = pytest.mark.skipif(
    not IS_HERE, reason="the SDK's types lie beside the checkout, in ../shared/data/notion"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOW)) as opened:
        opened.add_bot("Robot", token="token")
        yield opened


@pytest.fixture
def page(workspace: Workspace) -> dict[str, Any]:
    body = {"parent": {"workspace": True}, "properties": {}}
    return workspace.perform("POST", "/v1/pages", body, actor=OWNER)


async def status_of_me(workspace: Workspace) -> int:
    transport = httpx.ASGITransport(checked_app(workspace))
    headers = {"Authorization": "Bearer token", "Notion-Version": "2026-03-11"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://workspace.test", headers=headers
    ) as client:
        return (await client.get("/v1/users/me")).status_code


def broken(workspace: Workspace) -> None:
    """Leaves the workspace without a name, so that it cannot say who it is."""
    with workspace._database.writing() as db:
        db.execute("DELETE FROM workspace")


@needs_types
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"is_locked": "no"}, id="of-another-type"),
        pytest.param({"url": None}, id="null-where-there-is-text"),
        pytest.param({"parent": {"type": "workspace"}}, id="a-member-is-missing"),
        pytest.param({"properties": {"Name": {"id": "title", "type": "title"}}}, id="deep-inside"),
    ],
)
def test_a_broken_page_does_not_pass_for_a_partial_one(
    page: dict[str, Any], change: dict[str, Any]
) -> None:
    assert complaints_about("UpdatePageResponse", page) == []
    assert complaints_about("UpdatePageResponse", page | change)


@needs_types
@pytest.mark.parametrize(
    ("method", "path", "definition"),
    [
        ("GET", "/v1/users/me", "GetSelfResponse"),
        ("GET", "/v1/users/0", "GetUserResponse"),
        ("POST", "/v1/data_sources/0/query", "QueryDataSourceResponse"),
        ("GET", "/v1/comments", "ListCommentsResponse"),
        ("POST", "/v1/databases/0/query", None),
    ],
)
def test_every_endpoint_has_its_definition(method: str, path: str, definition: str | None) -> None:
    assert definition_of(method, path) == definition


async def test_a_failure_that_nobody_asked_for_is_noted(workspace: Workspace) -> None:
    broken(workspace)

    assert await status_of_me(workspace) == 500
    (noted,) = take_complaints()
    assert noted.startswith("GET /v1/users/me 500 a failure that nobody asked for")


async def test_a_failure_in_the_fault_plan_is_not(workspace: Workspace) -> None:
    workspace.faults.set(FaultRule(RateLimited(), route="POST *"))
    broken(workspace)

    assert await status_of_me(workspace) == 500
    assert take_complaints() == []
