from mcp import Client
from mcp.types import TextContent

from server.app import House, build_server


async def test_without_a_database_of_ours_the_tool_says_what_to_configure(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("save_report", {})

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert "[databases.operations_log]" in content.text
