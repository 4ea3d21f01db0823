"""Kept, destroyed, brought back: what means the same afterwards, and what nobody overwrites."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.rich_workspace import titled
from playbooks.apply_plan import apply_plan
from playbooks.create_backup import create_backup
from playbooks.desk import Desk
from playbooks.errors import BackupUnusable
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from tests.playbooks.backed_up import Filled, Office, filled, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"), tasks_count=28)


@pytest.fixture
async def office(
    tmp_path: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Office]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    async with opened(tmp_path, made, monkeypatch) as office:
        yield office


def approving(office: Office, *, block_comments: bool = False) -> Desk:
    """A desk whose user's own file approves restores."""
    policy = replace(office.desk.backup_policy, block_comments=block_comments)
    return replace(
        office.desk, standing_approvals=frozenset({"restore", "undo"}), backup_policy=policy
    )


async def restored(desk: Desk, request: Request) -> Report:
    planned = await plan_change(desk, "restore", request)
    return await apply_plan(desk, str(planned.measurements["plan_id"]))


def trash(office: Office, page_id: str) -> None:
    office.perform("PATCH", f"/v1/pages/{page_id}", {"in_trash": True})


def name_of(office: Office, page_id: str) -> str:
    page = office.perform("GET", f"/v1/pages/{page_id}")
    return str(page["properties"]["Name"]["title"][0]["plain_text"])


def new_page(office: Office) -> str:
    """A page that the integration sees."""
    body = {"parent": {"workspace": True}, "properties": titled("Ruins")}
    page_id = str(office.perform("POST", "/v1/pages", body)["id"])
    office.workspace.share(page_id, office.rich.bot_id)
    return page_id


def vanish(office: Office, page_id: str) -> None:
    """Out of the trash for good, which nobody but Notion does."""
    file = office.backups.parent / "workspace.sqlite3"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("DELETE FROM nodes WHERE id = ?", (page_id,))


async def test_a_destroyed_workspace_comes_back_whole(office: Office) -> None:
    desk = approving(office, block_comments=True)
    await create_backup(desk)
    trash(office, office.rich.home_id)

    report = await restored(desk, Request(into=new_page(office)))

    measured = report.measurements
    assert (measured["state"], measured["match_percent"]) == ("applied", 100.0)
    assert (measured["lost_count"], measured["doubled_count"]) == (0, 0)
    assert int(measured["values_count"] or 0) > 200
    (effect,) = [gate for gate in report.gates if gate.name == "effect"]
    assert "Notion computes it anew" in effect.reason


async def test_a_restore_can_be_taken_back(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    into = new_page(office)
    report = await restored(desk, Request(into=into))
    plan_id = str(report.measurements["plan_id"])

    undo = await plan_change(desk, "undo", Request(of=plan_id))
    await apply_plan(desk, str(undo.measurements["plan_id"]))

    assert office.perform("GET", f"/v1/blocks/{into}/children")["results"] == []


async def test_rows_come_out_of_the_trash_and_later_edits_stay(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    lost, edited = office.rich.task_ids[:2]
    trash(office, lost)
    office.rename(edited, "Edited since")

    report = await restored(desk, Request(into="original"))

    assert report.measurements["changes_applied_count"] == 1
    assert not office.perform("GET", f"/v1/pages/{lost}")["in_trash"]
    assert name_of(office, edited) == "Edited since"


async def test_a_trashed_database_comes_out_with_all_it_holds(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    path = f"/v1/databases/{office.rich.tasks_database_id}"
    office.perform("PATCH", path, {"in_trash": True})

    report = await restored(desk, Request(into="original"))

    assert report.measurements["state"] == "applied"
    assert not office.perform("GET", path)["in_trash"]
    assert not office.perform("GET", f"/v1/pages/{office.rich.task_ids[0]}")["in_trash"]


async def test_a_row_that_is_gone_for_good_is_made_again_in_its_table(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    lost = office.rich.task_ids[0]
    vanish(office, lost)

    report = await restored(desk, Request(scope="rows", rows=(lost,)))

    assert report.measurements["state"] == "applied"
    assert report.measurements["match_percent"] == 100.0
    query = f"/v1/data_sources/{office.rich.tasks_id}/query"
    named = {"filter": {"property": "Name", "title": {"equals": "Task 0"}}}
    (row,) = office.perform("POST", query, named)["results"]
    assert row["id"] != lost
    assert row["properties"]["Kind"]["select"]["name"] == "Red"


async def test_values_that_are_asked_for_are_put_back(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    task = office.rich.task_ids[0]
    office.rename(task, "Mistaken")

    report = await restored(desk, Request(scope="properties", rows=(task,), properties=("Name",)))

    assert report.measurements["changes_applied_count"] == 1
    assert name_of(office, task) == "Task 0"


async def test_what_is_edited_after_planning_is_left_alone(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)
    task = office.rich.task_ids[0]
    office.rename(task, "Mistaken")
    planned = await plan_change(desk, "restore", Request(scope="rows", rows=(task,)))
    office.rename(task, "Corrected by hand")

    report = await apply_plan(desk, str(planned.measurements["plan_id"]))

    assert report.measurements["changes_applied_count"] == 0
    assert name_of(office, task) == "Corrected by hand"


async def test_without_a_backup_it_tells_what_the_copy_still_knows(office: Office) -> None:
    desk = approving(office)
    assert desk.mirror is not None
    await desk.mirror.open(office.rich.tasks_id)
    trashed, gone = office.rich.task_ids[:2]
    trash(office, trashed)
    vanish(office, gone)

    planned = await plan_change(desk, "restore")

    assert planned.measurements["rows_in_trash_count"] == 1
    assert planned.measurements["rows_gone_count"] == 1
    told = [line for finding in planned.findings for line in finding.evidence]
    assert any("`Task 1`" in line for line in told)


async def test_a_trial_in_a_workspace_apart_verifies_a_backup(office: Office) -> None:
    await create_backup(office.desk)
    (snapshot,) = await office.house.backups.snapshots()

    check = await office.house.backups.verify(snapshot.id, 3)

    assert check.passed, check.says
    assert check.measurements["match_percent"] == 100.0


async def test_a_damaged_backup_is_passed_over_for_an_older_one(office: Office) -> None:
    desk = approving(office)
    older = await create_backup(desk, mode="full")
    newer = await create_backup(desk, mode="full")
    directory = office.backups / str(newer.measurements["backup_id"])
    next(directory.glob("rows-*")).write_bytes(b"damaged")

    planned = await plan_change(desk, "restore", Request(into=new_page(office)))

    assert planned.measurements["snapshot_id"] == older.measurements["backup_id"]


async def test_before_the_first_backup_there_is_nothing_to_go_back_to(office: Office) -> None:
    desk = approving(office)
    await create_backup(desk)

    with pytest.raises(BackupUnusable, match="none is good"):
        await plan_change(desk, "restore", Request(as_of=datetime(2020, 1, 1, tzinfo=UTC)))
