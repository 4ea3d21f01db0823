import pytest
from mcp import Client

from server.app import House, build_server


async def test_a_call_is_recorded_once_by_its_id(house: House) -> None:
    told = {"tool": "Cursor", "response_time_ms": 412.5, "success": True, "id": "mine"}
    async with Client(build_server(house.desk)) as client:
        first = (await client.call_tool("record_usage", told)).structured_content
        again = (await client.call_tool("record_usage", told)).structured_content

    assert first is not None
    assert again is not None
    assert first["measurements"]["recorded_count"] == 1
    assert again["measurements"]["known_count"] == 1


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"response_time_ms": 5}, id="no-tool"),
        pytest.param({"tool": "cursor", "response_time_ms": -1}, id="negative-time"),
        pytest.param({"tool": "cursor", "error": "bad luck"}, id="unknown-error"),
    ],
)
async def test_what_does_not_fit_is_refused(house: House, told: dict[str, object]) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("record_usage", told)

    assert result.is_error
