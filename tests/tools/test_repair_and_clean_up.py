"""From the flaw to the figure: repair in a shell, clean-up and its undo by a client over stdio."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from server.embedded import make_sample
from tests.server.cli.test_plans import CHECKOUT, run, run_on_terminal
from tests.tools.test_apply_plan_over_stdio import YES, stdio

OLD_DAYS = 179
"""The sample's rows go back about 180 days: few are that old."""


@pytest.fixture
def sample(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a sample that was made an hour ago, whatever day it is."""
    for name, value in {
        "PLAYBOOKS_WORKSPACE": "embedded",
        "PLAYBOOKS_MIRROR__TTL_S": "1",
        "PYTHONPATH": str(CHECKOUT),
    }.items():
        monkeypatch.setenv(name, value)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    path = home / "data" / "notion-playbooks" / "workspace.sqlite3"
    make_sample(path, clock=lambda: hour_ago)
    return home


async def asked(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content or {}
    return content


async def figures(client: Client) -> dict[str, Any]:
    """What is told of the oldest days."""
    last = (datetime.now(UTC) - timedelta(days=170)).date().isoformat()
    report = await asked(client, "query_metrics", metric="response_time", days=20, until=last)
    measured: dict[str, Any] = report["measurements"]
    return measured


async def test_a_client_backs_up_cleans_up_takes_it_back_and_reads_the_same_figures(
    sample: Path,
) -> None:
    del sample
    wanted = {"kind": "clean_up", "database": "ai_tool_metrics", "older_than_days": OLD_DAYS}
    async with stdio("auto", YES) as client:
        without = await asked(client, "plan_change", **wanted)
        await asked(client, "create_backup")
        before = await figures(client)
        plan = (await asked(client, "plan_change", **wanted))["measurements"]["plan_id"]
        applied = await asked(client, "apply_plan", plan_id=plan)
        after = await figures(client)
        undo = await asked(client, "plan_change", kind="undo", of=plan)
        undone = await asked(client, "apply_plan", plan_id=undo["measurements"]["plan_id"])
        again = await figures(client)

    assert without["measurements"]["plan_id"] is None
    assert "create_backup" in without["summary"]
    assert applied["measurements"]["changes_applied_count"] > 0
    assert (applied["status"], undone["status"]) == ("ok", "ok")
    assert before == after == again


def called(*arguments: str) -> dict[str, Any]:
    ended = run("call", *arguments, "--json")
    assert ended.stdout, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def rules(report: dict[str, Any]) -> dict[str, Any]:
    """How many rows break each rule."""
    counts = report["measurements"].items()
    return {name: count for name, count in counts if name.endswith(".failed_count") and count}


def test_a_person_repairs_in_a_shell_what_validation_found(sample: Path) -> None:
    del sample
    found = called("validate_data", "--database=task_management")
    planned = called("plan_change", "--kind=repair", "--database=task_management")
    plan = planned["measurements"]["plan_id"]
    shown = run("plans", plan).stdout
    digest = shown.partition("digest ")[2][:8]
    status, _ = run_on_terminal(["approve", plan], f"yes {digest}")
    applied = called("apply_plan", f"--plan_id={plan}")
    left = called("validate_data", "--database=task_management")
    again = called("plan_change", "--kind=repair", "--database=task_management")

    assert status == 0
    assert (
        applied["measurements"]["changes_applied_count"]
        == planned["measurements"]["changes_count"]
        > 0
    )
    assert rules(left).keys() < rules(found).keys()
    assert again["measurements"]["planned_count"] == 0
