import pytest
from mcp import Client
from mcp.types import TextContent

from playbooks.report import Report
from server.app import House, build_server


async def test_the_tool_answers_with_the_report_of_its_procedure(house: House) -> None:
    asked = {"since": "2026-09-01", "until": "2026-10-31", "group_by": "project", "compare": "ai"}
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("velocity_report", asked)

    report = Report.model_validate(result.structured_content)
    assert report.procedure == "velocity_report"
    assert report.measurements["window_days"] == 61
    assert report.measurements["ai_verdict"] == "cannot_tell"
    assert "by project" in report.summary
    kept = await (await house.desk()).store.run(report.run_id)
    assert kept is not None
    assert kept.measurements == report.measurements


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param({"period_days": 0}, "Argument 'period_days'", id="no-days"),
        pytest.param({"group_by": "moon"}, "Argument 'group_by'", id="unknown-group"),
        pytest.param({"since": "yesterday"}, "Argument 'since'", id="no-date"),
        pytest.param({"since": "2999-01-01"}, "lies in the future", id="future"),
        pytest.param({"sprint": 3}, "It has no argument 'sprint'", id="unknown-argument"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_words(
    house: House, asked: dict[str, object], says: str
) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("velocity_report", asked)

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert says in content.text
