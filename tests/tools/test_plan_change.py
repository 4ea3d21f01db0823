from datetime import UTC, datetime, timedelta

from mcp import Client

from playbooks.report import Report
from server.app import House, build_server
from tests.playbooks.planned import Office


async def test_the_tool_answers_with_a_plan_that_can_be_read_whole(house: House) -> None:
    office = Office.opened(await house.desk())
    await office.record(ttl_s=300, start=datetime.now(UTC) - timedelta(hours=48))

    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("plan_change", {"kind": "optimize"})
        report = Report.model_validate(result.structured_content)
        plan_id = report.measurements["plan_id"]
        (read,) = (await client.read_resource(f"playbooks://plans/{plan_id}")).contents

    assert report.measurements["changes_count"] == 1
    assert '"state": "planned"' in read.model_dump()["text"]
