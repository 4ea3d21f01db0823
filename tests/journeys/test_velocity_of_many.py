"""Velocity of more people than any report could list: from a CSV through the mirror."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.stack import open_stack
from playbooks.velocity_answer import in_short
from playbooks.velocity_question import Selection
from playbooks.velocity_report import velocity_report
from playbooks.work import Work
from server.importing.map import parse_map
from server.importing.source import TaskFile
from tests.journeys.house import tokens_count
from tools.boundary import answer

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
COLUMNS = ("title=Task", "external_id=Key", "status=State", "assignee=Who", "completed=End")


@pytest.mark.parametrize(
    "people_count",
    [
        pytest.param(300, id="three-hundred"),
        pytest.param(10_000, id="ten-thousand", marks=pytest.mark.long),
    ],
)
async def test_tasks_of_so_many_assignees_are_imported_mirrored_and_told_in_short(
    tmp_path: Path, people_count: int
) -> None:
    file = written(tmp_path / "tasks.csv", people_count)
    async with open_stack(tmp_path, NOW) as stack:
        loaded = await stack.load(file)
        desk = stack.desk_for(loaded.data_source_id, Work())
        grouped = await velocity_report(desk, group_by="assignee")
        alone = await velocity_report(desk, selection=Selection(assignee=f"Person {7:05}"))

    assert grouped.coverage.complete
    assert grouped.measurements["completed_count"] == people_count + 1
    assert grouped.measurements["groups_count"] == people_count
    assert "`Person 00007`" in grouped.summary
    assert alone.measurements["completed_count"] == 2
    assert tokens_count(answer(in_short(grouped), "compact").structured_content) <= 1500
    assert tokens_count(answer(grouped, "full").structured_content) <= 20_000


def written(path: Path, people_count: int) -> TaskFile:
    """One done task of each, and one more of the seventh."""
    numbers = [*range(people_count), 7]
    lines = [
        f"{key},Task {key},Done,Person {number:05},{day_of(key)}\n"
        for key, number in enumerate(numbers)
    ]
    path.write_text("".join(["Key,Task,State,Who,End\n", *lines]), "utf-8")
    return TaskFile(path, parse_map(COLUMNS))


def day_of(key: int) -> date:
    return NOW.date() - timedelta(days=1 + key % 80)
