"""Ten years of a company's real tasks, as they were published."""

from pathlib import Path

import pytest

from server.importing.map import parse_map
from server.importing.source import Task, TaskFile, open_source
from server.notion.mirror import Freshness, open_mirror
from server.store.kept import KeptRows
from server.store.sql import SqlStore
from tests.server.importing.conftest import NOON, House

CHECKOUT = Path(__file__).parents[3]
DATA = CHECKOUT.parent / "shared/data/sip"
TASKS, DATES = DATA / "Sip-task-info.csv", DATA / "est-act-dates.csv"
MAP = str(CHECKOUT / "docs/maps/sip.toml")

pytestmark = pytest.mark.skipif(
    not TASKS.exists(), reason="the SiP data are not beside the checkout (shared/data/sip)"
)


def test_every_line_is_a_task_or_a_repeat_and_nothing_is_lost() -> None:
    items = list(open_source(TaskFile(TASKS, parse_map([MAP]), join=DATES)).tasks())

    tasks = [item for item in items if isinstance(item, Task)]
    assert (len(items), len(tasks)) == (12_299, 10_266)
    assert {item.kind for item in items if not isinstance(item, Task)} == {"repeat"}
    counts = {
        role: sum(task.values[role] is None for task in tasks)
        for role in ("estimated_hours", "actual_hours", "estimated_on", "started", "completed")
    }
    assert counts == {
        "estimated_hours": 0, "actual_hours": 0, "estimated_on": 0,
        "started": 302, "completed": 2_070,
    }  # fmt: skip
    statuses = [task.values["status"] for task in tasks]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        "Done": 4_049 + 3_867 + 259, "CHRONICLE": 1_847, "Cancelled": 166, "Not started": 77,
        "TEMPLATE": 1,
    }  # fmt: skip
    assert not any(task.lacks_join for task in tasks)


@pytest.mark.foreign
async def test_the_whole_file_is_loaded_once_and_found_unchanged_the_second_time(
    house: House,
) -> None:
    first = await house.load(TASKS, [MAP], join=DATES, into="SiP tasks")
    again = await house.load(TASKS, [MAP], join=DATES, into="SiP tasks")

    assert (first.lines_count, first.created_count) == (12_299, 10_266)
    assert first.skipped_counts == {"repeat": 2_033}
    assert first.notes == {"completed_before_started": 2, "started_before_estimated": 45}
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 10_266)


@pytest.mark.proof
async def test_the_mirror_reads_all_of_it_although_one_minute_holds_more_than_notion_gives(
    house: House, tmp_path: Path
) -> None:
    await house.load(TASKS, [MAP], join=DATES, into="SiP tasks")
    [found] = [each async for each in house.client.search("SiP tasks", kind="data_source")]
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", clock=lambda: NOON)

    async def freshness(data_source_id: str) -> Freshness:
        del data_source_id
        return Freshness()

    mirror = open_mirror(
        house.client,
        KeptRows(store, connection="c"),
        clock=lambda: NOON,
        record=house.calls.append,
        freshness=freshness,
    )
    view = await mirror.open(found.id)
    await store.aclose()

    assert view.reading.rows_count == 10_266
    assert (view.reading.complete, view.reading.gaps) == (True, ())
