import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from server.app import build_server
from tests.playbooks.backed_up import Filled, Office, filled, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"), tasks_count=5)


@pytest.fixture
async def office(
    home: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Office]:
    async with opened(home, made, monkeypatch) as office:
        yield office


async def test_a_backup_is_made_read_again_and_shown_whole(office: Office) -> None:
    async with Client(build_server(office.house.desk)) as client:
        made = (await client.call_tool("create_backup", {})).structured_content
        again = (await client.call_tool("get_record", {"kind": "backup"})).structured_content
        assert made is not None
        assert again is not None
        backup_id = made["measurements"]["backup_id"]
        read = await client.read_resource(f"playbooks://backups/{backup_id}")

    whole: dict[str, Any] = json.loads(getattr(read.contents[0], "text", ""))
    assert again["run_id"] == backup_id
    assert (again["source"], again["status"]) == ("snapshot", "ok")
    assert again["measurements"]["rows_count"] == made["measurements"]["rows_count"]
    assert whole["verified"]
    assert whole["manifest"]["id"] == backup_id


async def test_a_server_that_only_reads_notion_makes_backups_too(office: Office) -> None:
    async with Client(build_server(office.house.desk, read_only=True)) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("create_backup", {})

    assert "create_backup" in tools
    assert not result.is_error


@pytest.mark.parametrize(
    ("tool", "given", "says"),
    [
        pytest.param("create_backup", {"mode": "some"}, "mode", id="unknown-mode"),
        pytest.param("create_backup", {"within_minutes": 0}, "within_minutes", id="no-time"),
        pytest.param("create_backup", {"mode": "incremental"}, "mode='full'", id="no-base"),
        pytest.param("get_record", {"kind": "backup"}, "create_backup makes one", id="none-yet"),
        pytest.param(
            "get_record", {"kind": "backup", "id": "../x"}, "There is no backup", id="no-such"
        ),
    ],
)
async def test_what_does_not_fit_is_refused_with_what_to_do(
    office: Office, tool: str, given: dict[str, Any], says: str
) -> None:
    async with Client(build_server(office.house.desk)) as client:
        result = await client.call_tool(tool, given)

    assert result.is_error
    assert says in getattr(result.content[0], "text", "")
