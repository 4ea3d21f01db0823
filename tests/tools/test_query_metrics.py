import json

from mcp import Client
from mcp.types import ImageContent, TextContent

from server.app import House, build_server


async def test_a_question_is_answered_in_text_and_structure(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("query_metrics", {"metric": "which tool is slow?"})

    assert result.structured_content is not None
    assert result.structured_content["measurements"]["metric"] == "response_time"
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert text.text == result.structured_content["summary"]


async def test_a_picture_comes_when_it_is_asked_for(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        asked = {"metric": "success_rate", "days": 400, "picture": True}
        result = await client.call_tool("query_metrics", asked)

    assert isinstance(result.content[-1], ImageContent)


async def test_a_wrong_name_is_a_tool_error_with_the_list(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("query_metrics", {"metric": "happiness"})

    assert result.is_error
    assert "cache_hit_rate" in json.dumps([part.model_dump() for part in result.content])
