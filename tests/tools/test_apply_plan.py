"""A person approves through the client: in both eras of the protocol, and where none can ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from playbooks.desk import ConfigurationState, Desk
from playbooks.plan import Plan
from server.app import House, build_server
from tests.playbooks.planned import TARGET, Office

Era = Literal["auto", "legacy"]
YES = ElicitResult(action="accept", content={"approve": True})
eras = pytest.mark.parametrize("era", ["auto", "legacy"])


class Person:
    """Answers every question in the same way, and remembers what was asked."""

    def __init__(self, answer: ElicitResult) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        del context
        self.asked.append(params.message)
        return self.answer


@pytest.fixture
async def plan(house: House) -> Plan:
    office = Office.opened(await house.desk())
    await office.record(ttl_s=300, start=datetime.now(UTC) - timedelta(hours=48))
    async with Client(build_server(house.desk)) as client:
        await client.call_tool("plan_change", {"kind": "optimize"})
    (made,) = await office.desk.store.plans()
    return made


async def applied(
    house: House, plan: Plan, era: Era, person: Person | None
) -> tuple[CallToolResult, str]:
    async with Client(build_server(house.desk), mode=era, elicitation_callback=person) as client:
        result = await client.call_tool("apply_plan", {"plan_id": plan.id})
    (content,) = result.content
    assert isinstance(content, TextContent)
    return result, content.text


async def tuned(house: House) -> dict[str, float]:
    return dict(await (await house.desk()).store.tuned())


async def state(house: House, plan: Plan) -> Any:
    kept = await (await house.desk()).store.plan(plan.id)
    assert kept is not None
    return kept.state


@eras
async def test_a_person_is_shown_the_changes_and_their_yes_applies_them(
    house: House, plan: Plan, era: Era
) -> None:
    person = Person(YES)

    result, text = await applied(house, plan, era, person)

    assert not result.is_error, text
    (question,) = person.asked
    assert plan.short_digest in question
    assert f"- {TARGET}: (unset) -> 3600" in question
    assert await tuned(house) == {TARGET: 3600}
    kept = await (await house.desk()).store.plan(plan.id)
    assert kept is not None
    assert kept.approved_by == "elicitation"


@eras
@pytest.mark.parametrize(
    ("answer", "becomes", "says"),
    [
        pytest.param(ElicitResult(action="decline"), "refused", "refused the plan", id="decline"),
        pytest.param(
            ElicitResult(action="accept", content={"approve": False}),
            "refused",
            "refused the plan",
            id="no",
        ),
        pytest.param(ElicitResult(action="cancel"), "planned", "not decided", id="cancel"),
        pytest.param(
            ElicitResult(action="accept", content={}), "planned", "not decided", id="empty-form"
        ),
        pytest.param(
            ElicitResult(action="accept", content={"approve": "true"}),
            "planned",
            "not decided",
            id="no-boolean",
        ),
    ],
)
async def test_anything_but_an_explicit_yes_changes_nothing(
    house: House, plan: Plan, *, era: Era, answer: ElicitResult, becomes: str, says: str
) -> None:
    result, text = await applied(house, plan, era, Person(answer))

    assert result.is_error
    assert says in text
    assert await state(house, plan) == becomes
    assert await tuned(house) == {}


@eras
async def test_a_client_that_cannot_ask_names_the_command(
    house: House, plan: Plan, era: Era
) -> None:
    result, text = await applied(house, plan, era, None)

    assert result.is_error
    assert f"`notion-playbooks approve {plan.id}`" in text
    assert await state(house, plan) == "planned"


async def test_mistakes_in_the_configuration_are_told_and_not_another_workspace(
    house: House, plan: Plan
) -> None:
    desk = await house.desk()
    mistaken = replace(
        desk,
        configuration=ConfigurationState(mistakes=("line 3: wrong",)),
        connection=replace(desk.connection, key=""),
    )

    async def mistaken_desk() -> Desk:
        return mistaken

    async with Client(build_server(mistaken_desk)) as client:
        result = await client.call_tool("apply_plan", {"plan_id": plan.id})

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert "line 3: wrong" in content.text


@eras
async def test_a_person_is_asked_once(house: House, plan: Plan, era: Era) -> None:
    person = Person(YES)

    await applied(house, plan, era, person)
    result, text = await applied(house, plan, era, person)

    assert not result.is_error, text
    assert len(person.asked) == 1


async def test_a_read_only_server_does_not_have_the_tool(house: House) -> None:
    async with Client(build_server(house.desk, read_only=True)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]

    assert not {"apply_plan", "plan_change"} & set(names)
