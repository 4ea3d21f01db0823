from mcp import Client
from mcp.types import TextContent

from playbooks.report import Report
from server.app import House, build_server


async def test_the_tool_answers_with_the_report_of_its_procedure(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool(
            "diagnose_performance", {"database": "task_management", "samples": 6}
        )

    report = Report.model_validate(result.structured_content)
    assert report.procedure == "diagnose_performance"
    assert "n = 6" in report.gates[0].reason
    assert await (await house.desk()).store.run(report.run_id) == report


async def test_arguments_out_of_range_are_refused_in_words(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("diagnose_performance", {"samples": 2})

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert "Argument 'samples'" in content.text
