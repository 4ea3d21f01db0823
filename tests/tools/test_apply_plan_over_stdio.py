"""The model cannot approve: a real client over stdio, in both eras, and what it might try."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import ElicitRequestParams, ElicitResult, InputRequiredResult, TextContent

from playbooks.desk import Desk
from playbooks.plan import Change, Plan, PlanState
from playbooks.plan_kind import Draft
from playbooks.planning import make_plan
from server.app import House

CHECKOUT = Path(__file__).parents[2]
Era = Literal["auto", "legacy"]
YES = ElicitResult(action="accept", content={"approve": True})
BEFORE, AFTER = {"number": 3}, {"number": 5}
eras = pytest.mark.parametrize("era", ["auto", "legacy"])
an_era = pytest.mark.parametrize("era", ["auto", pytest.param("legacy", marks=pytest.mark.long)])
"""Each session starts a server: both eras where a person says yes, else one in make check."""


@dataclass(slots=True)
class Task:
    """A row of the sample workspace whose estimate a plan is about."""

    desk: Desk
    page_id: str
    property_id: str

    async def estimate(self) -> Any:
        assert self.desk.editor is not None
        return await self.desk.editor.cell(self.page_id, self.property_id)

    async def set_estimate(self, value: Any) -> None:
        assert self.desk.editor is not None
        await self.desk.editor.set_cell(self.page_id, self.property_id, value)

    async def plan(self, **changes: Any) -> Plan:
        """A plan from 3 to 5 hours; `changes` are the plan's own fields, altered as they are."""
        target = f"cell/{self.page_id}/{self.property_id}"
        draft = Draft("", (Change(target=target, before=BEFORE, after=AFTER),))
        run_id = self.desk.new_run_id()
        plan = await make_plan(self.desk, "undo", draft, run_id=run_id, actor="test")
        if changes:
            await self.desk.store.move_plan(
                plan.id, from_states=("planned",), to="planned", **changes
            )
        return plan

    async def state(self, plan: Plan) -> PlanState:
        kept = await self.desk.store.plan(plan.id)
        assert kept is not None
        return kept.state


@pytest.fixture
async def task(house: House) -> Task:
    desk = await house.desk()
    assert desk.notion is not None
    assert desk.exporter is not None
    (found,) = await desk.notion.find_data_sources("Tasks")
    row = await anext(aiter(desk.exporter.rows(found.id)))
    task = Task(desk, row["id"], row["properties"]["Estimated hours"]["id"])
    await task.set_estimate(BEFORE)
    return task


@asynccontextmanager
async def stdio(era: Era, answer: ElicitResult | None = None) -> AsyncGenerator[Client]:
    """A server of the test's own home, in another process; a person who answers so, if any."""

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        assert answer is not None
        return answer

    ours = (name for name in os.environ if name.startswith("PLAYBOOKS_"))
    names = ("PATH", "XDG_CONFIG_HOME", "XDG_DATA_HOME", *ours)
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "server"],
        env={"PYTHONPATH": str(CHECKOUT)} | {name: os.environ[name] for name in names},
        cwd=Path.cwd(),
    )
    callback = person if answer is not None else None
    async with Client(stdio_client(parameters), mode=era, elicitation_callback=callback) as client:
        yield client


async def applied(client: Client, plan: Plan) -> tuple[bool, str]:
    """Whether it was an error, and what was told."""
    result = await client.call_tool("apply_plan", {"plan_id": plan.id})
    (content,) = result.content
    assert isinstance(content, TextContent)
    return bool(result.is_error), content.text


@eras
async def test_a_yes_changes_notion_once_and_the_undo_is_offered(task: Task, era: Era) -> None:
    plan = await task.plan()

    async with stdio(era, YES) as client:
        is_error, told = await applied(client, plan)
        assert await task.estimate() == AFTER
        await task.set_estimate(BEFORE)
        again = await applied(client, plan)

    assert not is_error, told
    assert f"plan_change with kind=undo, of={plan.id}" in told
    assert not again[0]
    assert await task.estimate() == BEFORE


@an_era
async def test_whoever_cannot_ask_or_is_told_no_changes_nothing(task: Task, era: Era) -> None:
    unasked, declined = await task.plan(), await task.plan()

    async with stdio(era) as client:
        cannot_ask = await applied(client, unasked)
    async with stdio(era, ElicitResult(action="decline")) as client:
        refused = await applied(client, declined)

    assert cannot_ask[0]
    assert f"`notion-playbooks approve {unasked.id}`" in cannot_ask[1]
    assert refused[0]
    assert await task.state(unasked) == "planned"
    assert await task.state(declined) == "refused"
    assert await task.estimate() == BEFORE


@an_era
async def test_a_plan_expired_altered_of_elsewhere_or_unknown_is_not_even_asked_about(
    task: Task, era: Era
) -> None:
    """The person would say yes to anything; what changed after planning is left alone then."""
    now = task.desk.clock()
    yesterday = replace(task, desk=replace(task.desk, clock=lambda: now - timedelta(hours=25)))
    elsewhere = await of_elsewhere(task).plan()
    other = (Change(target="trash/x", before=False, after=True),)
    hopeless = {
        "changes altered": await task.plan(changes=other),
        "digest altered": await task.plan(digest="f" * 64),
        "expiry altered": await task.plan(expires_at=now + timedelta(days=9)),
        "expired": await yesterday.plan(),
        "elsewhere": elsewhere,
        "unknown": elsewhere.model_copy(update={"id": "plan_nowhere"}),
    }

    async with stdio(era, YES) as client:
        told = {wrong: await applied(client, plan) for wrong, plan in hopeless.items()}
        late = await task.plan()
        await task.set_estimate({"number": 8})
        is_error, left_alone = await applied(client, late)

    assert not is_error
    assert "1 change skipped" in left_alone
    assert all(is_error for is_error, _ in told.values())
    assert "another workspace" in told["elsewhere"][1]
    assert "There is no plan" in told["unknown"][1]
    assert "is expired" in told["expired"][1]
    for altered in ("changes altered", "digest altered", "expiry altered"):
        assert "was altered after it was made" in told[altered][1]
    assert await task.estimate() == {"number": 8}


def of_elsewhere(task: Task) -> Task:
    connection = replace(task.desk.connection, key="another")
    return replace(task, desk=replace(task.desk, connection=connection))


async def test_an_answer_to_one_plan_is_no_answer_to_another(task: Task) -> None:
    shown, meant = await task.plan(), await task.plan()

    async with stdio("auto", YES) as client:
        asked = await client.session.call_tool(
            "apply_plan", {"plan_id": shown.id}, allow_input_required=True
        )
        assert isinstance(asked, InputRequiredResult)
        for state in (asked.request_state, meant.digest, None):
            assert not await has_gone_through(client, meant, state)

    assert await task.state(meant) == "planned"
    assert await task.estimate() == BEFORE


async def has_gone_through(client: Client, plan: Plan, state: str | None) -> bool:
    """Whether a yes with that sealed state is taken for one to the plan."""
    try:
        result = await client.session.call_tool(
            "apply_plan",
            {"plan_id": plan.id},
            input_responses={"approval": YES},
            request_state=state,
        )
    except MCPError:
        return False
    return not result.is_error


@an_era
async def test_what_the_open_project_plants_is_refused(task: Task, era: Era) -> None:
    plan = await task.plan()
    planted = '[approval]\nkinds = ["undo"]\n[notion]\nbase_url = "http://127.0.0.1:9"\n'
    await anyio.Path("playbooks.toml").write_text(planted, "utf-8")
    await anyio.Path(".env").write_text('PLAYBOOKS_APPROVAL__KINDS=["undo"]\n', "utf-8")

    async with stdio(era, YES) as client:
        is_error, told = await applied(client, plan)

    assert is_error
    assert "playbooks.toml: [approval]: accepted in " in told
    assert "playbooks.toml: [notion]: accepted in " in told
    assert ".env: PLAYBOOKS_APPROVAL__KINDS: accepted in " in told
    assert await task.state(plan) == "planned"
    assert await task.estimate() == BEFORE


@an_era
async def test_the_users_own_file_alone_can_approve_a_kind(
    task: Task, home: Path, era: Era
) -> None:
    plan = await task.plan()
    own = home / "config" / "notion-playbooks"
    own.mkdir(parents=True)
    (own / "playbooks.toml").write_text('[approval]\nkinds = ["undo"]\n', "utf-8")

    async with stdio(era) as client:
        is_error, told = await applied(client, plan)

    assert not is_error, told
    assert await task.estimate() == AFTER
