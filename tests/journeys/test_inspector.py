"""The official MCP Inspector loads the checkout's mcp.json, as a client of a newcomer would."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.house import CHECKOUT
from tools.catalog import tools

NODE = CHECKOUT / ".venv/bin/node"
INSPECTOR = (
    CHECKOUT / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
)
TIMEOUT_S = 60

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(
        not (INSPECTOR.exists() and NODE.exists()),
        reason="no Inspector here: `make test` installs it",
    ),
]


def inspect(home: Path, *arguments: str) -> dict[str, Any]:
    """What the Inspector prints of one request; its state lives in the home directory."""
    named = ("--cli", "--config", "mcp.json", "--server", "notion-playbooks", "--stored-auth-only")
    ended = subprocess.run(
        [NODE, INSPECTOR, *named, *arguments, "--format", "json"],
        env={
            "HOME": str(home),
            "PATH": f"{NODE.parent}:/usr/bin:/bin",
            "MCP_INSPECTOR_SECRET_STORE": "memory",
        },
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout)["result"]
    return result


def test_the_tools_are_portable_to_every_client(tmp_path: Path) -> None:
    answer = inspect(tmp_path, "--method", "tools/list", "--strict")

    assert [tool["name"] for tool in answer["tools"]] == [tool.name for tool in tools()]


def test_a_newcomer_gets_the_health_of_the_sample_workspace(tmp_path: Path) -> None:
    answer = inspect(tmp_path, "--method", "tools/call", "--tool-name", "health_check")

    report = answer["structuredContent"]
    assert report["workspace"] == "sample workspace"
    assert report["measurements"]["databases_accessible_count"] == 3
    assert answer["content"] == [{"type": "text", "text": report["summary"]}]


def test_a_guide_can_be_read(tmp_path: Path) -> None:
    uri = "playbooks://guide/health_check"

    answer = inspect(tmp_path, "--method", "resources/read", "--uri", uri)

    assert answer["contents"][0]["uri"] == uri
    assert answer["contents"][0]["text"].startswith("# ")
