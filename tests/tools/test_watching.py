"""Calls of our own tools are remembered as those of mcp_server."""

from datetime import timedelta

from mcp import Client

from playbooks.usage import UsageRecord
from server.app import House, build_server, open_house
from server.settings import read_configuration


async def remembered(house: House) -> tuple[UsageRecord, ...]:
    desk = await house.desk()
    now = desk.clock()
    return await desk.usage.between(now - timedelta(hours=1), now + timedelta(hours=1))


async def test_every_call_is_kept_by_the_end_with_its_time(sample_home: object) -> None:
    del sample_home
    async with (
        open_house(read_configuration()) as house,
        Client(build_server(house.desk)) as client,
    ):
        await client.call_tool("get_record", {"kind": "run", "id": "run_nowhere"})
        await client.call_tool("health_check", {})

    async with open_house(read_configuration()) as later:
        kept = await remembered(later)

    assert [(each.tool, each.success, each.calls_count) for each in kept] == [
        ("mcp_server", True, 1)
    ] * 2
    assert all(each.response_time_ms for each in kept)
