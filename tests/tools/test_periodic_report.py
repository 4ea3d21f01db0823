import pytest
from mcp import Client
from mcp.types import TextContent

from playbooks.report import Report
from server.app import House, build_server


async def test_the_tool_answers_with_the_report_of_its_period(house: House) -> None:
    asked = {"period": "weekly", "day": "2026-10-14"}
    async with Client(build_server(house.desk)) as client:
        first = await client.call_tool("periodic_report", asked)
        again = await client.call_tool("periodic_report", asked)

    report = Report.model_validate(first.structured_content)
    assert report.measurements["since"] == "2026-10-12"
    assert "velocity" in report.summary
    assert again.structured_content is not None
    assert again.structured_content["measurements"] == report.measurements
    assert again.structured_content["source"] == "cache"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param({"period": "yearly"}, "Argument 'period'", id="unknown-period"),
        pytest.param({"day": "yesterday"}, "Argument 'day'", id="no-date"),
        pytest.param({"day": "2999-01-01"}, "in the future", id="future"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_words(
    house: House, asked: dict[str, object], says: str
) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("periodic_report", asked)

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert says in content.text
