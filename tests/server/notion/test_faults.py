"""The client against each fault of the workspace: it succeeds, or ends in an error of its own."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playbooks.errors import (
    CapabilityMissing,
    FirewallRefused,
    NotionError,
    RateLimited,
    RequestRefused,
    TokenRefused,
)
from server.notion.payloads import payload
from server.workspace import effects
from server.workspace.core import Actor, Workspace
from server.workspace.effects import BY_NAME, Effect
from server.workspace.faults import FaultRule
from server.workspace.inside import Inside
from tests.notion_types import checked_app
from tests.server.notion.fakes import NOON, TOKEN, Connection


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        opened.add_bot("Playbooks", token=TOKEN)
        yield opened


@pytest.fixture
def table(workspace: Workspace) -> str:
    """An empty table, shared with the integration."""
    ada = Actor(workspace.add_person("Ada", None), "person")
    made = workspace.perform(
        "POST",
        "/v1/databases",
        {
            "parent": {"workspace": True},
            "initial_data_source": {"properties": {"Name": {"title": {}}}},
        },
        actor=ada,
    )
    workspace.share(made["id"], workspace.tokens()[0].bot_id)
    return str(made["data_sources"][0]["id"])


def connect(workspace: Workspace, deadline_s: float | None = 600) -> Connection:
    return Connection(Inside(checked_app(workspace)), deadline_s=deadline_s)


NAMED: dict[str, Any] = {"Name": payload("title", "new")}

ONCE: list[tuple[Effect, type[NotionError] | None]] = [
    (effects.RateLimited(2), None),
    (effects.RateLimited(reason="public_api_request_blocked"), RateLimited),
    (effects.Overloaded(2), None),
    (effects.Failed(500), None),
    (effects.Failed(502), None),
    (effects.Failed(503), None),
    (effects.Failed(504), None),
    (effects.DatabaseUnavailable(), None),
    (effects.PoolExhausted(), None),
    (effects.Conflict(), None),
    (effects.Revoked(), TokenRefused),
    (effects.Blocked(), FirewallRefused),
    (effects.Committed(), None),
    (effects.Delayed(1), None),
    (effects.Stalled(0.001), None),
    (effects.Reset(), None),
    (effects.ResetInBody(), None),
    (effects.Truncated(), None),
    (effects.InvalidJson(), None),
]


@pytest.mark.parametrize(
    ("effect", "raised"), [pytest.param(*each, id=repr(each[0])) for each in ONCE]
)
async def test_a_read_survives_a_fault_or_says_why_not(
    workspace: Workspace, table: str, effect: Effect, raised: type[NotionError] | None
) -> None:
    workspace.faults.set(FaultRule(effect, count=1))

    async with connect(workspace).client as notion:
        if raised is None:
            assert await notion.count_first_rows(table) == 0
        else:
            with pytest.raises(raised):
                await notion.count_first_rows(table)


WRITES: list[tuple[Effect, type[NotionError] | None, int]] = [
    (effects.RateLimited(2), None, 1),
    (effects.Overloaded(2), None, 1),
    (effects.Conflict(), None, 1),
    (effects.Committed(), None, 1),
    (effects.Failed(503), None, 1),
    (effects.Stalled(0.001), None, 1),
    (effects.Reset(), None, 1),
    (effects.ResetInBody(), None, 1),
    (effects.Truncated(), None, 1),
    (effects.InvalidJson(), None, 1),
    (effects.Blocked(), FirewallRefused, 0),
    (effects.Revoked(), TokenRefused, 0),
]


@pytest.mark.parametrize(
    ("effect", "raised", "kept_count"), [pytest.param(*each, id=repr(each[0])) for each in WRITES]
)
async def test_a_write_is_never_made_twice(
    workspace: Workspace,
    table: str,
    effect: Effect,
    raised: type[NotionError] | None,
    kept_count: int,
) -> None:
    workspace.faults.set(FaultRule(effect, route="POST /v1/pages", count=1))

    async with connect(workspace).client as notion:
        if raised is None:
            await notion.create_page(table, NAMED)
        else:
            with pytest.raises(raised):
                await notion.create_page(table, NAMED)
        rows = [row async for row in notion.query_pages(table)]

    assert len(rows) == kept_count


def for_ever(name: str) -> Effect:
    match name:
        case "delayed":
            return effects.Delayed(60_000)
        case "stalled":
            return effects.Stalled()
        case _:
            return BY_NAME[name]()  # type: ignore[call-arg]  # all but delayed have defaults


@pytest.mark.parametrize("name", BY_NAME)
async def test_a_fault_that_does_not_end_is_an_error_in_our_own_words(
    workspace: Workspace, table: str, name: str
) -> None:
    workspace.faults.set(FaultRule(for_ever(name)))
    deadline_s = 0.05 if name in {"delayed", "stalled"} else 600

    async with connect(workspace, deadline_s).client as notion:
        with pytest.raises(NotionError):
            await notion.count_first_rows(table)


async def test_a_full_workspace_is_no_matter_of_capabilities(
    workspace: Workspace, table: str
) -> None:
    workspace.set_conditions(block_limit=1)

    async with connect(workspace).client as notion:
        with pytest.raises(RequestRefused) as caught:
            await notion.create_page(table, NAMED)

    assert not isinstance(caught.value, CapabilityMissing)


async def test_the_client_waits_for_the_next_window(workspace: Workspace, table: str) -> None:
    """The clocks of both are one here, and it passes only while the client sleeps."""
    connection = connect(workspace)
    workspace._clock = connection.time.clock
    workspace.set_conditions(token_budget=2)

    async with connection.client as notion:
        for _ in range(5):
            await notion.count_first_rows(table)

    assert 120 < connection.time.now_s < 130
