import json

import pytest
from mcp import Client, MCPError
from mcp.types import ResourceTemplateReference, TextResourceContents

from playbooks.health_check import health_check
from resources.guides import names
from server.app import House, build_server


async def read(house: House, uri: str) -> str:
    async with Client(build_server(house.desk)) as client:
        (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def refusal(house: House, uri: str) -> str:
    async with Client(build_server(house.desk)) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    return str(refused.value)


async def test_a_guide_is_read_by_the_name_of_its_procedure(house: House) -> None:
    assert (await read(house, "playbooks://guide/health_check")).startswith("# Health check")


async def test_the_status_is_the_newest_report_in_short(house: House) -> None:
    report = await health_check(await house.desk())

    assert report.run_id in await read(house, "playbooks://status")


async def test_without_a_report_the_status_says_how_to_make_one(house: House) -> None:
    assert "call health_check" in await refusal(house, "playbooks://status")


async def test_the_databases_show_roles_and_how_they_are_found(house: House) -> None:
    views = json.loads(await read(house, "playbooks://databases"))

    assert [view["key"] for view in views][:2] == ["task_management", "development_log"]
    assert views[0]["roles"]["status"]["required"] is True
    assert views[0]["found_by"].startswith("title: tasks")


async def test_a_run_is_read_whole(house: House) -> None:
    report = await health_check(await house.desk())

    kept = json.loads(await read(house, f"playbooks://runs/{report.run_id}"))

    assert kept["measurements"] == report.measurements


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("playbooks://guide/nothing", f"there are: {', '.join(names())}"),
        ("playbooks://runs/run_nowhere", "There is no run 'run_nowhere'"),
    ],
)
async def test_what_is_not_there_is_told_with_what_is(house: House, uri: str, says: str) -> None:
    assert says in await refusal(house, uri)


async def test_the_name_of_a_guide_is_completed(house: House) -> None:
    reference = ResourceTemplateReference(uri="playbooks://guide/{procedure}")

    async with Client(build_server(house.desk)) as client:
        result = await client.complete(reference, {"name": "procedure", "value": "he"})

    assert result.completion.values == ["health_check"]
