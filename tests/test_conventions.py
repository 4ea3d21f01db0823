"""The conventions of the house, kept by tests."""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from resources.guides import names
from server.app import House, build_server
from tools.catalog import tools

CHECKOUT = Path(__file__).parent.parent
SNAPSHOTS = CHECKOUT / "tests" / "snapshots"
TOOL_NAMES = [tool.name for tool in tools()]


async def listed(house: House) -> list[dict[str, Any]]:
    async with Client(build_server(house.desk)) as client:
        found = (await client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in found]


@pytest.mark.parametrize("name", TOOL_NAMES)
def test_a_tool_has_its_procedure_its_guide_and_their_tests(name: str) -> None:
    procedure = importlib.import_module(f"playbooks.{name}")

    assert callable(getattr(procedure, name))
    assert name in names()
    assert (CHECKOUT / "tests" / "playbooks" / f"test_{name}.py").is_file()
    assert (CHECKOUT / "tests" / "tools" / f"test_{name}.py").is_file()


def test_a_guide_belongs_to_a_tool() -> None:
    assert sorted(TOOL_NAMES) == names()


async def test_a_tool_declares_all_four_hints_and_a_short_name(house: House) -> None:
    for tool in await listed(house):
        hints = tool["annotations"]
        assert {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"} <= set(hints)
        assert len(tool["name"]) <= 32
        assert tool["description"]


async def test_no_schema_needs_resolving(house: House) -> None:
    for tool in await listed(house):
        text = json.dumps(tool)
        assert "$ref" not in text
        assert "anyOf" not in tool["inputSchema"]
        assert tool["inputSchema"]["additionalProperties"] is False


async def test_the_list_of_tools_is_the_reviewed_one(house: House) -> None:
    current = {tool["name"]: tool for tool in await listed(house)}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        for name, tool in current.items():
            (SNAPSHOTS / f"{name}.json").write_text(json.dumps(tool, indent=1) + "\n", "utf-8")

    kept = {path.stem: json.loads(path.read_text("utf-8")) for path in SNAPSHOTS.glob("*.json")}

    how = (
        "run UPDATE_SNAPSHOTS=1 .venv/bin/python -m pytest tests/test_conventions.py if it is meant"
    )
    assert current == kept, f"the tools as assistants see them have changed: {how}"


OPERATIONS = {
    "query_metrics",
    "periodic_report",
    "record_usage",
    "save_report",
    "create_backup",
}
"""The tools that are not of the core."""


async def test_the_list_of_tools_stays_within_its_budget(house: House) -> None:
    sizes = {
        tool["name"]: len(json.dumps(tool, separators=(",", ":")).encode()) / 4
        for tool in await listed(house)
    }

    assert sum(sizes.values()) <= 4500
    assert sum(size for name, size in sizes.items() if name not in OPERATIONS) <= 2000


def test_no_folder_of_tests_is_a_package_that_could_shadow_ours() -> None:
    assert list((CHECKOUT / "tests").rglob("__init__.py")) == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(CHECKOUT))
        for folder in ("playbooks", "tools", "resources", "server")
        for path in (CHECKOUT / folder).rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("os.environ", "getenv"))
    ]

    assert {str(Path(reader).parent) for reader in readers} == {"server/settings"}


def test_the_configuration_at_the_top_starts_this_server() -> None:
    entry = json.loads((CHECKOUT / "mcp.json").read_text("utf-8"))["mcpServers"]["notion-playbooks"]

    assert entry["args"] == ["-m", "server"]
    assert (CHECKOUT / "server" / "__main__.py").is_file()
