from mcp import Client
from mcp.types import TextContent

from playbooks.report import Report
from server.app import House, build_server


async def test_the_tool_answers_with_the_report_of_its_procedure(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool(
            "validate_data",
            {"database": "development_log", "rules": ["missing_date"], "detail": "full"},
        )

    report = Report.model_validate(result.structured_content)
    assert report.measurements["development_log.missing_date.failed_count"] == 7
    assert await (await house.desk()).store.run(report.run_id) == report


async def test_a_rule_that_is_none_is_refused_with_the_valid_ones(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool(
            "validate_data", {"database": "development_log", "rules": ["undated"]}
        )

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert "There is no such rule. Valid ones: development_log." in content.text
