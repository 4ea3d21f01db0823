from mcp import Client

from playbooks.report import Report
from server.app import House, build_server


async def test_the_tool_answers_with_the_report_of_its_procedure(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("health_check", {})

    report = Report.model_validate(result.structured_content)
    assert report.procedure == "health_check"
    assert await (await house.desk()).store.run(report.run_id) == report


async def test_a_report_may_be_reused_when_the_caller_accepts_its_age(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        first = await client.call_tool("health_check", {})
        again = await client.call_tool("health_check", {"max_age_s": 600})

    assert first.structured_content is not None
    assert again.structured_content is not None
    assert again.structured_content["run_id"] == first.structured_content["run_id"]
    assert again.structured_content["source"] == "cache"
