"""MCP over real stdio, driven by the SDK's own client in both protocol eras."""

import json
import os
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import anyio
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult, ResourceTemplateReference, TextContent, TextResourceContents

from tests.journeys.house import (
    SERVER,
    TIMEOUT_S,
    Home,
    Served,
    copy_database,
    tokens_count,
)

Era = Literal["auto", "legacy"]
SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}
MISTAKEN = "workspace = 3\n[bands]\nhealth_deadline = 3\n"


@pytest.fixture(scope="module", params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return cast("Era", request.param)


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory, era: Era) -> Generator[TextIO]:
    """Where the server's stderr goes."""
    with (tmp_path_factory.mktemp(era) / "stderr").open("w+") as file:
        yield file


@pytest.fixture(scope="module")
async def client(
    tmp_path_factory: pytest.TempPathFactory, served: Served, era: Era, errors: TextIO
) -> AsyncGenerator[Client]:
    """One server for all tests of an era, over the sample workspace."""
    home = Home.made(tmp_path_factory.mktemp("stdio") / "home")
    copy_database(served.pristine, home.data / "workspace.sqlite3")
    async with connected(home, SAMPLE, era, errors) as opened:
        yield opened


@asynccontextmanager
async def connected(
    home: Home, variables: dict[str, str], era: Era, errors: TextIO
) -> AsyncGenerator[Client]:
    command, *arguments = SERVER
    parameters = StdioServerParameters(
        command=command, args=arguments, env=home.environment(variables), cwd=home.working
    )
    async with Client(stdio_client(parameters, errlog=errors), mode=era) as opened:
        yield opened


def text_of(result: CallToolResult) -> str:
    (part,) = result.content
    assert isinstance(part, TextContent)
    return part.text


async def structured(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    return cast("dict[str, Any]", result.structured_content)


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def test_the_era_is_the_one_asked_for(client: Client, era: Era) -> None:
    assert client.protocol_version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[era]


async def test_the_tools_are_listed_within_their_budget(client: Client) -> None:
    listed = await client.list_tools()

    assert [tool.name for tool in listed.tools] == [
        "health_check",
        "diagnose_performance",
        "validate_data",
        "security_scan",
        "velocity_report",
        "query_metrics",
        "periodic_report",
        "get_record",
        "plan_change",
        "apply_plan",
        "record_usage",
        "save_report",
        "create_backup",
    ]
    written = listed.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert tokens_count(written) < 4_500


async def test_the_text_of_a_health_check_suffices_alone_and_holds_no_token(
    client: Client, served: Served
) -> None:
    text = text_of(await client.call_tool("health_check", {"detail": "full"}))

    assert text.startswith("**Health check: ok**")
    for gate in ("configuration", "token", "authentication", "capabilities", "store"):
        assert f"- ✓ {gate}: " in text
    assert "sample workspace, live, as of 20" in text
    assert "; run run_" in text
    assert served.own_token not in text


async def test_the_structure_of_a_health_check_is_the_published_one_and_small(
    client: Client,
) -> None:
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    schema = listed["health_check"].output_schema

    report = await structured(client, "health_check")

    assert schema is not None
    Draft202012Validator(schema).validate(report)
    assert tokens_count(report) < 1_500
    with pytest.raises(Exception, match="'fine' is not one of"):
        Draft202012Validator(schema).validate(report | {"status": "fine"})


async def test_the_latest_record_is_the_run_just_kept(client: Client) -> None:
    kept = await structured(client, "health_check")

    read_again = await structured(client, "get_record", kind="run")
    by_id = await structured(client, "get_record", kind="run", id=kept["run_id"])

    changing = {"source", "age_s", "summary"}
    assert without(read_again, changing) == without(kept, changing)
    assert without(by_id, changing) == without(kept, changing)
    assert (kept["source"], read_again["source"]) == ("live", "cache")


def without(report: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key not in keys}


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        pytest.param(
            "health_check", {"max_age": 3}, "It has no argument 'max_age'.", id="unknown argument"
        ),
        pytest.param("health_check", {"max_age_s": "soon"}, "max_age_s", id="wrong type"),
        pytest.param("health_check", {"max_age_s": -1}, "max_age_s", id="out of range"),
        pytest.param("get_record", {}, "Argument 'kind' is missing.", id="missing argument"),
        pytest.param("get_record", {"kind": "plan"}, "'run'", id="unknown kind"),
        pytest.param(
            "get_record",
            {"kind": "run", "id": "run_0"},
            "There is no run 'run_0'.",
            id="unknown id",
        ),
        pytest.param("velocity", {}, "velocity", id="unknown tool"),
    ],
)
async def test_bad_input_is_answered_with_a_sentence(
    client: Client, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = await client.call_tool(tool, arguments)

    text = text_of(result)
    assert result.is_error
    assert told in text
    assert "\n" not in text
    for leaked in ("Traceback", "pydantic", "http", "input_value"):
        assert leaked not in text


async def test_the_guide_tells_the_thresholds_in_force(client: Client) -> None:
    guide = await read(client, "playbooks://guide/health_check")

    assert guide.startswith("# ")
    assert "2000 ms" in guide.replace(",", "")


async def test_an_unknown_guide_is_refused_with_those_that_exist(client: Client) -> None:
    with pytest.raises(MCPError, match=r"There is no guide 'sleep'; there are: .*health_check"):
        await client.read_resource("playbooks://guide/sleep")


async def test_the_status_is_the_newest_report_in_short(client: Client) -> None:
    kept = await structured(client, "health_check")

    status = await read(client, "playbooks://status")

    assert "**Health check: ok**" in status
    assert kept["run_id"] in status


async def test_the_databases_say_how_they_are_found(client: Client) -> None:
    databases = json.loads(await read(client, "playbooks://databases"))

    assert "task_management" in json.dumps(databases)


async def test_a_kept_run_can_be_read_whole_as_a_resource(client: Client) -> None:
    kept = await structured(client, "health_check", detail="full")

    run = json.loads(await read(client, f"playbooks://runs/{kept['run_id']}"))

    changing = {"source", "age_s", "summary"}
    assert without(run, changing) == without(kept, changing)


async def test_an_unknown_run_is_refused(client: Client) -> None:
    with pytest.raises(MCPError, match="There is no run 'run_0'"):
        await client.read_resource("playbooks://runs/run_0")


async def test_the_name_of_a_guide_is_completed(client: Client) -> None:
    guides = ResourceTemplateReference(type="ref/resource", uri="playbooks://guide/{procedure}")

    completed = await client.complete(guides, {"name": "procedure", "value": "hea"})

    assert completed.completion.values == ["health_check"]


async def test_progress_arrives_up_to_its_end(client: Client) -> None:
    seen: list[float] = []
    ended = anyio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        assert message
        seen.append(progress)
        if progress == total:
            ended.set()

    await client.call_tool("health_check", {}, progress_callback=note)
    with anyio.fail_after(TIMEOUT_S):
        await ended.wait()

    assert seen == sorted(seen)
    assert len(seen) > 2


async def test_after_all_that_stderr_is_empty(client: Client, errors: TextIO) -> None:
    await client.call_tool("health_check", {})

    assert errors.seek(0, os.SEEK_END) == 0


def test_when_stdin_closes_the_server_ends_well_and_quietly(sample_home: Home) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "journey", "version": "1"},
        },
    }

    ended = sample_home.run(env=SAMPLE, typed=json.dumps(hello) + "\n")

    assert (ended.returncode, ended.stderr) == (0, "")
    (line,) = ended.stdout.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "notion-playbooks"


async def test_with_mistakes_in_the_configuration_it_starts_and_tells_them(
    home: Home, tmp_path: Path
) -> None:
    (home.working / "playbooks.toml").write_text(MISTAKEN)
    with (tmp_path / "stderr").open("w") as errors:
        async with connected(home, {}, "auto", errors) as client:
            checked = await structured(client, "health_check")
            refused = await client.call_tool("get_record", {"kind": "run"})

    assert checked["status"] == "critical"
    assert refused.is_error
    for told in (checked["summary"], text_of(refused)):
        assert "playbooks.toml, line 1: workspace" in told
        assert "playbooks.toml, line 3: bands.health_deadline" in told


def test_a_client_that_goes_away_leaves_no_traceback(sample_home: Home) -> None:
    """Its pipes close while the server has yet to start."""
    with subprocess.Popen(
        SERVER,
        env=sample_home.environment(SAMPLE),
        cwd=sample_home.working,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate('{"jsonrpc":"2.0","id":1,"method":"ping"}\n', TIMEOUT_S)

    assert (process.returncode, errors) == (0, "")
