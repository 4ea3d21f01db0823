"""A row of usage is one row, also when Notion writes it long after its answer was lost."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest

from playbooks.record_usage import Told, record_usage
from server.store.claims import CLAIMED_FOR
from tests.journeys import virtual
from tests.journeys.bad_day import Day, mark_as_ours, open_day
from tests.journeys.house import OWNER


@pytest.fixture
def anyio_backend() -> tuple[str, Any]:
    return virtual.BACKEND


@pytest.fixture
async def day(tmp_path: Path, sample_file: Path) -> AsyncGenerator[Day]:
    """The sample's metrics are marked as ours."""
    async with open_day(tmp_path, sample_file) as opened:
        await mark_as_ours(opened, "AI tool metrics", "ai_tool_metrics")
        yield opened


def calls_counts(day: Day) -> list[int]:
    """Of the rows that we wrote, as the workspace itself has them."""
    source_id = day.desk.connection.databases["ai_tool_metrics"].id
    named = {"property": "Name", "title": {"contains": ", store "}}
    path = f"/v1/data_sources/{source_id}/query"
    found = day.workspace.perform("POST", path, {"filter": named}, actor=OWNER)
    return [row["properties"]["Calls"]["number"] for row in found["results"]]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"fault": "committed"}, id="committed-503"),
        pytest.param({"fault": "reset_in_body"}, id="reset-in-answer"),
        pytest.param({"fault": "committed_late", "status": 502, "late_s": 90}, id="too-late"),
        pytest.param({"fault": "failed", "status": 503}, id="failed"),
    ],
)
async def test_a_lost_answer_leaves_one_row_with_every_call(day: Day, rule: dict[str, Any]) -> None:
    day.fail([{"route": "POST /v1/pages", "count": 1, **rule}])

    for number in range(2):
        await record_usage(day.desk, Told(tool="cursor", success=True, id=f"call {number}"))
    await anyio.sleep(CLAIMED_FOR.total_seconds() + 60)
    last = await record_usage(day.desk, Told(tool="cursor", success=True, id="call 2"))

    assert calls_counts(day) == [3]
    assert last.measurements["rows_pending_count"] == 0
