"""The sample workspace as people and programs meet it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace
from server.workspace.sample import create_sample, names
from tests.notion_types import checked_app

Ask = Callable[..., Any]

ACTOR = Actor("00000000-0000-4000-8000-000000000000", "person")


def page_titled(ask: Ask, title: str) -> str:
    found = ask("POST", "/v1/search", {"query": title})["results"]
    page_id: str = found[0]["id"]
    return page_id


@pytest.fixture
def client(sample: Workspace) -> httpx.AsyncClient:
    """A program that holds the sample's token."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(checked_app(sample)),
        base_url="http://workspace",
        headers={
            "Authorization": f"Bearer {sample.own_token()}",
            "Notion-Version": "2026-03-11",
        },
    )


async def test_the_token_answers_as_the_integration(client: httpx.AsyncClient) -> None:
    async with client:
        me = (await client.get("/v1/users/me")).json()

    assert me["name"] == "Playbooks (sample)"
    assert me["bot"]["workspace_name"] == "Sample workspace"


async def test_the_integration_sees_the_team_page_and_not_the_private_one(
    client: httpx.AsyncClient, ask: Ask
) -> None:
    team, private = (page_titled(ask, each) for each in (names.ROOT_TITLE, names.PRIVATE_TITLE))

    async with client:
        statuses = [(await client.get(f"/v1/pages/{each}")).status_code for each in (team, private)]

    assert statuses == [200, 404]


async def test_the_integration_finds_the_three_databases(client: httpx.AsyncClient) -> None:
    body = {"filter": {"property": "object", "value": "data_source"}}

    async with client:
        found = (await client.post("/v1/search", json=body)).json()["results"]

    titles = {each["title"][0]["plain_text"] for each in found}
    assert titles == {"Tasks", "Development log", "AI tool metrics"}


@pytest.mark.parametrize(
    ("key", "columns"),
    [
        pytest.param(
            "task_management",
            {
                "Name", "Status", "Estimated hours", "Actual hours", "Story points", "Assignee",
                "AI tool", "Priority", "Project", "Started", "Completed", "Related tasks",
            },
            id="tasks",
        ),
        pytest.param("development_log", {"Name", "Date", "Kind", "Tool", "Task"}, id="log"),
        pytest.param(
            "ai_tool_metrics",
            {
                "Name", "Tool", "Date", "Response time (ms)", "Success", "Tokens", "Cost (USD)",
                "Calls", "Task",
            },
            id="metrics",
        ),
    ],
)  # fmt: skip
def test_a_database_has_the_columns_that_the_mapping_guesses_by(
    pages: dict[str, list[Any]], key: str, columns: set[str]
) -> None:
    assert set(pages[key][0]["properties"]) == columns


def test_rows_are_dated_as_their_people_wrote_them(
    pages: dict[str, list[Any]], sample_now: datetime
) -> None:
    for rows in pages.values():
        created = [datetime.fromisoformat(row["created_time"]) for row in rows]
        edited = [datetime.fromisoformat(row["last_edited_time"]) for row in rows]
        assert all(earlier <= later for earlier, later in pairwise(created))
        assert max(edited) <= sample_now
        assert all(first <= last for first, last in zip(created, edited, strict=True))


def test_metrics_are_written_by_the_integration_and_the_log_by_people(
    pages: dict[str, list[Any]], ask: Ask
) -> None:
    kinds = {user["id"]: user["type"] for user in ask("GET", "/v1/users")["results"]}

    authors = {key: {kinds[row["created_by"]["id"]] for row in rows} for key, rows in pages.items()}
    assert authors == {
        "task_management": {"person"},
        "development_log": {"person"},
        "ai_tool_metrics": {"bot"},
    }


def test_some_pages_have_text(pages: dict[str, list[Any]], ask: Ask) -> None:
    bodies = [
        ask("GET", f"/v1/blocks/{row['id']}/children")["results"]
        for row in pages["development_log"][:40]
    ]

    assert 5 < sum(bool(body) for body in bodies) < 35


def test_the_token_has_todays_shape_and_is_made_afresh(sample: Workspace, twin: Workspace) -> None:
    tokens = {str(sample.own_token()), str(twin.own_token())}

    assert len(tokens) == 2
    assert all(re.fullmatch(r"ntn_[0-9]{11}[A-Za-z0-9]{35}", token) for token in tokens)


def test_a_second_sample_of_the_day_has_the_same_rows_under_the_same_ids(
    pages: dict[str, list[Any]], twin: Workspace
) -> None:
    for row in pages["task_management"][::20] + pages["ai_tool_metrics"][::50]:
        assert twin.perform("GET", f"/v1/pages/{row['id']}", actor=ACTOR) == row


def test_a_failure_leaves_the_workspace_empty(tmp_path: Path, sample_now: datetime) -> None:
    def fail(done: int, _total: int) -> None:
        if done >= 500:
            raise KeyboardInterrupt

    workspace = Workspace.open(tmp_path / "w.sqlite", clock=lambda: sample_now)
    with pytest.raises(KeyboardInterrupt):
        create_sample(workspace, now=sample_now, progress=fail)

    info = workspace.info()
    workspace.close()
    assert (info.rows_count, info.users_count) == (0, 0)


@pytest.mark.usefixtures("twin")
def test_progress_is_told_up_to_the_last_row(making: list[tuple[int, int]]) -> None:
    assert making == sorted(making)
    assert making[-1][0] == making[-1][1] > 1800


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(
            datetime(2027, 1, 4, 6, tzinfo=UTC), id="after-the-holidays", marks=pytest.mark.long
        ),
        pytest.param(datetime(2028, 2, 29, 23, 59, tzinfo=UTC), id="a-leap-day"),
    ],
)
def test_a_sample_can_be_made_on_any_day(tmp_path: Path, now: datetime) -> None:
    workspace = Workspace.open(tmp_path / "w.sqlite", clock=lambda: now)
    create_sample(workspace, now=now)
    rows_count = workspace.info().rows_count
    workspace.close()

    assert rows_count > 1800
