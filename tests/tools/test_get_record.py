from mcp import Client
from mcp.types import TextContent

from server.app import House, build_server


async def test_a_kept_run_is_read_by_its_id(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        made = (await client.call_tool("health_check", {})).structured_content
        assert made is not None
        read = await client.call_tool("get_record", {"kind": "run", "id": made["run_id"]})

    assert read.structured_content is not None
    assert read.structured_content["gates"] == made["gates"]


async def test_an_id_that_is_not_kept_names_the_way_on(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("get_record", {"kind": "run", "id": "run_nowhere"})

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert "call health_check" in content.text
