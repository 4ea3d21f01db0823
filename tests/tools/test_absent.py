"""A server that only reads says nothing of what it cannot do."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import TextContent, TextResourceContents

from playbooks.desk import Desk
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report
from server.app import House, build_server
from tools.catalog import ABSENT, tools


@pytest.fixture
async def reading(house: House) -> AsyncGenerator[Client]:
    async with Client(build_server(house.desk, read_only=True)) as client:
        yield client


def assert_unmentioned(told: Any) -> None:
    text = json.dumps(told)
    assert [name for name in ABSENT if name in text] == []


def test_the_tools_that_change_anything_are_the_absent_ones() -> None:
    left = {tool.name for tool in tools()} - {tool.name for tool in tools(read_only=True)}

    assert left == ABSENT == {"plan_change", "apply_plan", "save_report"}


async def test_neither_the_list_of_tools_nor_the_instructions_name_one(reading: Client) -> None:
    listed = (await reading.list_tools()).tools

    assert_unmentioned([tool.model_dump(mode="json") for tool in listed])
    assert_unmentioned(reading.instructions)


@pytest.mark.parametrize("name", sorted(tool.name for tool in tools(read_only=True)))
async def test_no_guide_names_one(reading: Client, name: str) -> None:
    (content,) = (await reading.read_resource(f"playbooks://guide/{name}")).contents

    assert isinstance(content, TextResourceContents)
    assert_unmentioned(content.text)
    assert content.text.startswith("# ")


async def test_an_absent_tool_has_no_guide(reading: Client) -> None:
    with pytest.raises(MCPError) as refused:
        await reading.read_resource("playbooks://guide/apply_plan")

    assert "there are: " in str(refused.value)
    assert "save_report" not in str(refused.value)


ADVICE = Report(
    procedure="diagnose_performance",
    run_id="run_1",
    status="warning",
    headline="Slow.",
    workspace="Notion",
    connection="",
    as_of=datetime(2026, 3, 11, tzinfo=UTC),
    age_s=0,
    source="live",
    coverage=Coverage(scanned=1, complete=True),
    measurements={},
    findings=(
        Finding(
            id="a",
            severity="warning",
            what="cache: short",
            evidence=("a task called `apply_plan`",),
            remedy="Ask less often. plan_change with kind=optimize finds a better lifetime.",
        ),
        Finding(id="b", severity="warning", what="other", remedy="Call plan_change."),
    ),
    next_actions=("plan_change with kind=optimize", "health_check"),
    summary="",
)


async def test_advice_in_a_kept_report_is_told_without_them(house: House, desk: Desk) -> None:

    kept = ADVICE.model_copy(update={"summary": summarise(ADVICE)})
    await desk.store.keep_run(kept.model_copy(update={"connection": desk.configuration.digest}))

    async with Client(build_server(house.desk, read_only=True)) as client:
        result = await client.call_tool("get_record", {"kind": "run", "id": "run_1"})
        (run,) = (await client.read_resource("playbooks://runs/run_1")).contents

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert isinstance(run, TextResourceContents)
    told = Report.model_validate(result.structured_content)
    assert told.next_actions == ("health_check",)
    assert [finding.remedy for finding in told.findings] == [
        "Ask less often.",
        "This server only reads.",
    ]
    assert "plan_change" not in content.text + run.text
    assert "Next: health_check" in content.text
    assert told.findings[0].evidence == ("a task called `apply_plan`",)


async def test_a_refusal_is_told_without_them(reading: Client) -> None:
    with pytest.raises(MCPError) as refused:
        await reading.read_resource("playbooks://plans/plan_nowhere")

    assert_unmentioned(str(refused.value))
    assert "There is no plan" in str(refused.value)
