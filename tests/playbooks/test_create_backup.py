import itertools
import json
import sqlite3
from collections.abc import AsyncGenerator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import anyio
import anyio.lowlevel
import pytest
import zstandard

from playbooks.backup_policy import BackupPolicy, Keep
from playbooks.create_backup import create_backup
from playbooks.errors import BackupUnusable, CapabilityMissing, NotionError
from playbooks.health_check import health_check
from playbooks.objects import Bot
from playbooks.ports import Notion
from playbooks.report import Gate, Report
from playbooks.snapshot import Manifest, RecordKind, Snapshot
from server.app import open_house
from server.backups.sealing import new_key_file
from server.settings import read_configuration
from server.workspace import effects
from server.workspace.faults import FaultRule
from server.workspace.identities import CAPABILITIES
from tests.playbooks.backed_up import Filled, Office, filled, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"))


@pytest.fixture
async def office(
    home: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Office]:
    async with opened(home, made, monkeypatch) as office:
        yield office


async def test_a_backup_holds_the_whole_workspace_and_is_verified(office: Office) -> None:
    report = await create_backup(office.desk)
    held = await office.held(report)

    assert report.status == "ok"
    assert report.coverage.complete
    assert set(office.rich.task_ids) <= held["page"].keys()
    assert held["content"].keys() == held["page"].keys()
    assert {office.rich.tasks_id, office.rich.projects_id} <= held["data_source"].keys()
    assert held["comments"]
    assert report.measurements["rows_count"] == sum(
        bool(page["parent"].get("data_source_id")) for page in held["page"].values()
    )
    assert report.measurements["bytes_written"]
    assert report.measurements["rto_measured_s"] is None


async def test_an_incremental_backup_holds_what_a_full_one_would(office: Office) -> None:
    first = await create_backup(office.desk)
    first_task, second_task = office.rich.task_ids[5:7]  # which nothing mentions
    office.rename(first_task, "Renamed")
    office.perform("PATCH", f"/v1/pages/{second_task}", {"in_trash": True})
    added = office.add_task("New")

    second = await create_backup(office.desk)
    full = await create_backup(office.desk, mode="full")

    assert "incremental" in second.headline
    assert await office.held(second) == await office.held(full)
    assert added in (await office.held(second))["page"]
    assert second.measurements["deleted_count"] == 1
    few, many = second.measurements["requests_count"], first.measurements["requests_count"]
    assert int(few or 0) < int(many or 0) / 2


async def test_a_changed_schema_is_no_reason_to_read_content_again(office: Office) -> None:
    await create_backup(office.desk)
    path = f"/v1/data_sources/{office.rich.tasks_id}"
    office.perform("PATCH", path, {"properties": {"Points": {"name": "Story points"}}})

    second = await create_backup(office.desk)
    full = await create_backup(office.desk, mode="full")

    assert await office.held(second) == await office.held(full)
    few, many = second.measurements["requests_count"], full.measurements["requests_count"]
    assert int(few or 0) < int(many or 0) / 2


async def test_no_secret_is_in_any_byte_of_it(
    home: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = "ntn_" + "b2" * 23
    monkeypatch.setenv("NOTION_API_TOKEN", planted)
    async with opened(home, made, monkeypatch) as office:
        report = await create_backup(office.desk)
        directory = office.backups / str(report.measurements["backup_id"])

    texts = [readable(path) for path in directory.iterdir()]

    assert any(b"NOTION_API_TOKEN" in text for text in texts)
    assert not any(planted.encode() in text or made.token.encode() in text for text in texts)


def readable(path: Path) -> bytes:
    stored = path.read_bytes()
    if path.suffix != ".zst":
        return stored
    return zstandard.ZstdDecompressor().decompressobj().decompress(stored)


async def test_a_call_ends_in_time_and_the_next_one_goes_on(office: Office) -> None:
    ticks = itertools.count()
    start = office.desk.clock()
    desk = office.at(lambda: start + timedelta(seconds=8 * next(ticks)))

    calls: list[Report] = []
    while not calls or calls[-1].measurements["backup_id"] is None:
        calls.append(await create_backup(desk, mode="full", within_minutes=1))
    at_once = await create_backup(office.desk, mode="full")

    assert len(calls) > 2
    assert await office.held(calls[-1]) == await office.held(at_once)
    assert {report.status for report in calls[:-1]} == {"warning"}
    assert not calls[0].coverage.complete
    assert any("call create_backup again to go on" in report.headline for report in calls)
    reading = [report for report in calls[:-1] if report.measurements["pages_count"]]
    assert "pages read" in reading[-1].headline


async def test_what_cannot_be_read_is_named(office: Office) -> None:
    route = f"POST /v1/data_sources/{office.rich.projects_id}/query"
    office.workspace.faults.set(FaultRule(effects.Blocked(), route))

    report = await create_backup(office.desk)

    assert report.status == "warning"
    assert not report.coverage.complete
    (finding,) = [each for each in report.findings if each.id == "create_backup.unread"]
    assert "`Projects`" in finding.evidence[0]
    assert report.measurements["unread_count"] == 1


async def test_what_was_edited_while_a_table_could_not_be_read_is_in_the_next_one(
    office: Office,
) -> None:
    await create_backup(office.desk)
    task = office.rich.task_ids[5]
    office.rename(task, "Edited")
    office.workspace.faults.set(
        FaultRule(effects.Blocked(), f"POST /v1/data_sources/{office.rich.tasks_id}/query")
    )
    later = office.later(hours=1)
    unread = await create_backup(later, mode="incremental")
    office.workspace.faults.clear()

    report = await create_backup(office.later(hours=2))

    assert (unread.status, report.status) == ("warning", "ok")
    assert "incremental" in report.headline
    assert report.measurements["changed_count"] == 1
    assert title_in(await office.held(report), task) == "Edited"
    held, full = await office.held(report), await create_backup(office.desk, mode="full")
    assert held == await office.held(full)


async def test_a_table_that_no_backup_holds_whole_is_read_in_full(office: Office) -> None:
    office.workspace.faults.set(
        FaultRule(effects.Blocked(), f"POST /v1/data_sources/{office.rich.tasks_id}/query")
    )
    await create_backup(office.desk)
    office.workspace.faults.clear()

    report = await create_backup(office.later(hours=1))

    assert "incremental" in report.headline
    assert set(office.rich.task_ids) <= (await office.held(report))["content"].keys()


async def test_content_that_could_not_be_read_is_listed_and_read_the_next_time(
    office: Office,
) -> None:
    task = office.rich.task_ids[5]
    office.workspace.faults.set(FaultRule(effects.Blocked(), f"GET /v1/blocks/{task}/children"))
    first = await create_backup(office.desk)
    office.workspace.faults.clear()

    second = await create_backup(office.later(hours=1))

    listed = [await manifest_of(office, report) for report in (first, second)]
    assert [each.unread_content for each in listed] == [(task,), ()]
    assert task in (await office.held(second))["content"]


async def test_comments_that_could_not_be_read_are_read_as_soon_as_they_can(
    office: Office,
) -> None:
    allow(office, "read_content", "read_users")
    first = await create_backup(office.desk)
    allow(office, *CAPABILITIES)

    second = await create_backup(office.later(hours=1))
    full = await create_backup(office.desk, mode="full")

    assert (first.status, second.status) == ("warning", "ok")
    assert not (await office.held(first))["comments"]
    assert (await office.held(second))["comments"] == (await office.held(full))["comments"]


def allow(office: Office, *capabilities: str) -> None:
    """What the settings of an integration do in Notion: it may do these from now on."""
    file = office.backups.parent / "workspace.sqlite3"
    with closing(sqlite3.connect(file)) as workspace, workspace:
        changed = "UPDATE users SET capabilities = ? WHERE kind = 'bot'"
        workspace.execute(changed, (json.dumps(capabilities),))


async def test_a_comment_on_a_page_that_had_some_is_found_without_an_edit(office: Office) -> None:
    first = await create_backup(office.desk)
    commented, *_ = (await office.held(first))["comments"]
    text = [{"text": {"content": "One more"}}]
    body = {"parent": {"page_id": commented}, "rich_text": text}
    made = office.perform("POST", "/v1/comments", body)

    report = await create_backup(office.later(hours=1))

    kept = (await office.held(report))["comments"][commented]
    assert made["id"] in {each["id"] for each in kept}
    left_out = next(each for each in report.findings if each.id == "create_backup.left_out")
    assert "first comments on pages" in left_out.what
    assert left_out.what in (await manifest_of(office, report)).warnings


@pytest.fixture
async def locked(
    home: Path, made: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Office, Path]]:
    """With a key file, which may be replaced before the house is opened again."""
    key_file = home / "key"
    new_key_file(key_file)
    monkeypatch.setenv("PLAYBOOKS_BACKUPS__ENCRYPTION_KEY_FILE", str(key_file))
    async with opened(home, made, monkeypatch) as office:
        yield office, key_file


async def test_a_key_that_was_replaced_makes_the_next_backup_a_full_one(
    locked: tuple[Office, Path],
) -> None:
    office, key_file = locked
    first = await create_backup(office.desk)
    key_file.unlink()
    new_key_file(key_file)

    async with open_house(read_configuration()) as house:
        desk = await house.desk()
        with pytest.raises(BackupUnusable) as refused:
            await create_backup(desk, mode="incremental")
        report = await create_backup(desk)
        after = await create_backup(desk)

    assert "mode='full'" in (refused.value.remedy or "")
    assert "(full, verified)" in report.headline
    finding = next(each for each in report.findings if each.id == "create_backup.base")
    assert str(first.measurements["backup_id"]) in finding.what
    assert "another key" in finding.what
    assert "(incremental, verified)" in after.headline


async def test_when_notion_stops_answering_what_was_read_is_kept(office: Office) -> None:
    office.workspace.faults.set(FaultRule(effects.Revoked(), "*", after=40))

    stopped = await create_backup(office.desk)
    office.workspace.faults.clear()
    report = await create_backup(office.desk)

    assert stopped.measurements["backup_id"] is None
    assert any(each.id == "create_backup.stopped" for each in stopped.findings)
    assert report.coverage.complete
    first, last = stopped.measurements["requests_count"], report.measurements["requests_count"]
    assert int(last or 0) > int(first or 0) > 0


async def test_a_backup_that_is_cut_off_again_and_again_ends_whole(office: Office) -> None:
    reports: list[Report] = []
    while not reports or reports[-1].measurements["backup_id"] is None:
        office.workspace.faults.set(FaultRule(effects.Revoked(), "*", after=30))
        reports.append(await create_backup(office.desk, mode="full"))
        office.workspace.faults.clear()
    at_once = await create_backup(office.desk, mode="full")

    assert len(reports) > 2
    assert await office.held(reports[-1]) == await office.held(at_once)


async def test_whoever_cancels_it_leaves_what_was_read_for_the_next(office: Office) -> None:
    with anyio.CancelScope() as scope:

        async def cancel(done: int, _total: int, what: str) -> None:
            if what == "content of pages" and done > 8:
                scope.cancel()
                await anyio.lowlevel.checkpoint()

        await create_backup(office.desk, progress=cancel)
    (draft,) = office.backups.glob(".draft-*")

    report = await create_backup(office.desk)

    assert scope.cancelled_caught
    assert draft.name.endswith(str(report.measurements["backup_id"]))
    assert report.coverage.complete


def title_in(held: Mapping[RecordKind, Mapping[str, Any]], page_id: str) -> str:
    return str(held["page"][page_id]["properties"]["Name"]["title"][0]["plain_text"])


async def manifest_of(office: Office, report: Report) -> Manifest:
    backup_id = str(report.measurements["backup_id"])
    return (await office.house.backups.snapshot(backup_id)).manifest


class Nameless:
    """A token that may not see whose it is."""

    def attributed(self, procedure: str, run_id: str) -> "Nameless":
        del procedure, run_id
        return self

    async def who_am_i(self) -> Bot:
        raise CapabilityMissing


async def test_a_token_that_may_not_see_whose_it_is_backs_up_all_the_same(office: Office) -> None:
    report = await create_backup(replace(office.desk, notion=cast("Notion", Nameless())))

    (snapshot,) = await office.house.backups.snapshots()
    assert report.status == "ok"
    assert isinstance(snapshot, Snapshot)
    assert snapshot.manifest.workspace == office.desk.connection.key


async def test_nothing_is_begun_when_nobody_answers(office: Office) -> None:
    office.workspace.faults.set(FaultRule(effects.Revoked(), "*"))

    with pytest.raises(NotionError, match="refused the token"):
        await create_backup(office.desk)

    assert not office.backups.exists()


async def test_what_is_edited_meanwhile_is_read_once_more(office: Office) -> None:
    task = office.rich.task_ids[3]
    edited = False

    async def edit(_done: int, _total: int, what: str) -> None:
        nonlocal edited
        if what == "content of pages" and not edited:
            edited = True
            office.rename(task, "Edited meanwhile")

    report = await create_backup(office.desk, progress=edit)
    held = await office.held(report)

    assert report.measurements["edited_meanwhile_count"] == 1
    assert title_in(held, task) == "Edited meanwhile"
    assert task in held["content"]


async def test_only_one_backup_is_made_at_a_time(office: Office) -> None:
    now = office.desk.clock()
    draft = await office.house.backups.begin(mode="full", base_id=None, at=now)

    with pytest.raises(BackupUnusable, match="Another process"):
        await create_backup(office.desk)

    draft.close()


async def test_old_backups_are_removed_once_the_new_one_is_verified(office: Office) -> None:
    policy = BackupPolicy(keep=Keep(1, 0, 0, 0), content=False)
    desk = replace(office.desk, backup_policy=policy)

    now = desk.clock()

    first = await create_backup(replace(desk, clock=lambda: now - timedelta(days=3)))
    second = await create_backup(desk)

    (only,) = await office.house.backups.snapshots()
    assert only.id == second.measurements["backup_id"] != first.measurements["backup_id"]
    assert second.measurements["removed_count"] == 1


async def test_without_content_it_says_so(office: Office) -> None:
    desk = replace(office.desk, backup_policy=BackupPolicy(content=False))

    report = await create_backup(desk)
    held = await office.held(report)

    assert not held["content"]
    left_out = next(each for each in report.findings if each.id == "create_backup.left_out")
    assert "content = true reads them" in left_out.what


async def test_incremental_needs_something_to_build_on(office: Office) -> None:
    with pytest.raises(BackupUnusable, match="mode='full'"):
        await create_backup(office.desk, mode="incremental")


async def test_everything_is_read_anew_when_that_is_a_week_ago(office: Office) -> None:
    now = office.desk.clock()
    await create_backup(office.at(lambda: now - timedelta(days=8)))

    report = await create_backup(office.desk)

    assert "(full," in report.headline


async def gate_of(office: Office, now: datetime) -> Gate:
    report = await health_check(office.at(lambda: now))
    return next(gate for gate in report.gates if gate.name == "backup")


async def test_the_health_check_tells_the_age_of_the_newest_verified_one(office: Office) -> None:
    now = office.desk.clock()
    none = await gate_of(office, now)
    report = await create_backup(office.desk)

    fresh = await gate_of(office, now + timedelta(hours=1))
    old = await gate_of(office, now + timedelta(hours=30))
    very_old = await gate_of(office, now + timedelta(days=8))

    assert (none.status, "create_backup" in none.reason) == ("not_measured", True)
    assert [gate.status for gate in (fresh, old, very_old)] == ["ok", "warning", "critical"]
    backup_id = str(report.measurements["backup_id"])
    spoilt = office.backups / backup_id / "users.jsonl.zst"
    spoilt.write_bytes(b"?" * spoilt.stat().st_size)
    await office.house.backups.verify(backup_id, 0)
    assert (await gate_of(office, now)).status == "critical"
