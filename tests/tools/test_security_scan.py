from pathlib import Path

import pytest
from mcp import Client
from mcp.types import TextContent

from playbooks.report import Report
from server.app import House, build_server
from tests.sweeping import Sweep
from tools.security_scan import tool


async def test_the_tool_answers_with_the_report_of_its_procedure(
    house: House,
    home: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    sweep = Sweep(home, capfd, caplog)
    sweep.plant(home / "work" / "logs" / "a.log", f"key {sweep.secret()}\n")

    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("security_scan", {})

    report = Report.model_validate(result.structured_content)
    sweep.require_absent(result.model_dump_json())
    assert report.status == "critical"
    assert report.measurements["secrets_found_count"] == 1
    kept = await (await house.desk()).store.run(report.run_id)
    assert kept is not None
    assert kept.measurements == report.measurements
    assert len(result.model_dump_json().encode()) / 4 < 3_500


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("/", "outside the folders that may be scanned", id="outside"),
        pytest.param("../", "outside the folders that may be scanned", id="above"),
        pytest.param("none", "There is no file or folder 'none'", id="missing"),
        pytest.param("a\0b", r"There is no file or folder 'a\\x00b'", id="nul"),
        pytest.param("a" * 5000, "There is no file or folder", id="too-long"),
        pytest.param("playbooks.toml/x", "There is no file or folder", id="below-a-file"),
    ],
)
async def test_a_path_that_may_not_be_scanned_is_one_clear_error(
    house: House, path: str, told: str
) -> None:
    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("security_scan", {"path": path})

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    assert told in content.text


async def test_a_link_that_leads_outside_is_refused(house: House, home: Path) -> None:
    (home / "work" / "way-out").symlink_to(home)

    async with Client(build_server(house.desk)) as client:
        result = await client.call_tool("security_scan", {"path": "way-out"})

    assert result.is_error


def test_no_assistant_can_ask_whether_a_token_lives() -> None:
    assert not {"verify", "sarif"} & set(tool().parameters["properties"])
