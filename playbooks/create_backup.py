"""A backup of the workspace and of our configuration: rows P6 and P27 of the playbook.

It counts only once it is verified. It is no picture of one instant: what was edited while it was
read is read once more, and counted.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from playbooks.arguments import BackupMode
from playbooks.backup_reading import Reading
from playbooks.backup_report import PROCEDURE, Made, finished, unfinished, warnings_of
from playbooks.backup_state import TimeIsUp, Wanted
from playbooks.backups_kept import Kept
from playbooks.data_ports import Backups, Draft, Exporter
from playbooks.desk import Desk, silent
from playbooks.errors import BackupUnusable, BaseUnusable, CapabilityMissing, NotionError
from playbooks.ports import Notion, Progress
from playbooks.report import Report
from playbooks.retention import removable
from playbooks.runs import keep
from playbooks.snapshot import Json, Snapshot

WITHIN_MINUTES: Final = 10


async def create_backup(
    desk: Desk,
    *,
    mode: BackupMode = "auto",
    within_minutes: float = WITHIN_MINUTES,
    progress: Progress = silent,
) -> Report:
    """Make a backup, verify it, remove what retention does not keep; or read a part of one.

    After `within_minutes` it stops between two tables or pages, and the next call goes on; so it
    does after a crash. `auto`: what changed since the last one, all when that is too old or cannot
    be opened.

    Raises:
        BackupUnusable: nothing to read from, no place to write to, or another is being made.
        ConfigurationInvalid: the configuration has mistakes.
        NotionError: Notion does not answer at all.
    """
    desk.require_configuration()
    notion, exporter, backups = _ports(desk)
    run_id, started = desk.new_run_id(), desk.clock()
    workspace = await _workspace(desk, notion.attributed(PROCEDURE, run_id))
    until = started + timedelta(minutes=within_minutes)
    draft, wanted = await _begun(desk, backups, mode, at=started, until=until)
    try:
        counting = exporter.attributed(PROCEDURE, run_id)
        reading = await Reading.resumed(desk, counting, draft, wanted=wanted, progress=progress)
        stopped = await _read(reading)
        if stopped is None:
            snapshot = await draft.finish(_about(desk, reading, workspace))
            made = await _trusted(desk, backups, snapshot)
            report = finished(desk, run_id, started, made, reading)
        else:
            why = stopped if isinstance(stopped, NotionError) else None
            report = unfinished(desk, run_id, started, reading, why)
    finally:
        draft.close()
    await keep(desk, report)
    return report


async def _begun(
    desk: Desk, backups: Backups, mode: BackupMode, *, at: datetime, until: datetime
) -> tuple[Draft, Wanted]:
    """A draft on the base, or on none: a lost key or a bad disk must not end all backups."""
    policy = desk.backup_policy
    wanted = Wanted(
        base=await _base(desk, backups, mode, at),
        content=policy.content,
        block_comments=policy.block_comments,
        until=until,
    )
    if wanted.base is not None:
        try:
            return await backups.begin(mode="incremental", base_id=wanted.base.id, at=at), wanted
        except BaseUnusable as error:
            if mode == "incremental":
                raise BackupUnusable(error.problem, remedy=f"{_FULL} {error.remedy}") from error
            why = f"{wanted.base.id} could not be built upon. {error.problem}"
            wanted = replace(wanted, base=None, why_full=why)
    return await backups.begin(mode="full", base_id=None, at=at), wanted


_FULL: Final = "Call create_backup with mode='full'."


async def _read(reading: Reading) -> TimeIsUp | NotionError | None:
    """What stopped it, if anything did; what was read is kept for the next call."""
    try:
        await reading.read()
    except (TimeIsUp, NotionError) as stopped:
        await reading.save()
        return stopped
    return None


async def _workspace(desk: Desk, notion: Notion) -> str:
    """What tells its backups from those of another, whatever token reads it."""
    try:
        who = await notion.who_am_i()
    except CapabilityMissing:
        return desk.connection.expected_workspace_id or desk.connection.key
    return who.workspace_id or who.workspace_name or who.id


def _ports(desk: Desk) -> tuple[Notion, Exporter, Backups]:
    if desk.unreachable is not None:
        raise BackupUnusable(desk.unreachable.problem, remedy=desk.unreachable.remedy)
    if desk.notion is None or desk.exporter is None or desk.backups is None:
        raise BackupUnusable(
            "There is no workspace to back up.", remedy="Call health_check, which says why."
        )
    return desk.notion, desk.exporter, desk.backups


async def _base(desk: Desk, backups: Backups, mode: BackupMode, now: datetime) -> Snapshot | None:
    """The newest verified one, where an incremental backup may build on it."""
    if mode == "full":
        return None
    policy = desk.backup_policy
    base = Kept.of(await backups.snapshots()).verified
    if base is not None and base.manifest.content == policy.content:
        age = now - base.manifest.full_at
        if mode == "incremental" or age <= timedelta(days=policy.full_after_days):
            return base
    if mode == "incremental":
        raise BackupUnusable(
            "There is no verified backup of the same extent to build on.",
            remedy=_FULL,
        )
    return None


def _about(desk: Desk, reading: Reading, workspace: str) -> dict[str, Json]:
    state = reading.state
    return {
        "workspace": workspace,
        "full_at": reading.full_at,
        "read_at": reading.read_at,
        "content": desk.backup_policy.content,
        "unread_content": state.unread_content,
        "comments_read": "comments" not in state.unread,
        "requests_count": state.requests_count,
        "edited_meanwhile_count": state.edited_meanwhile_count,
        "warnings": warnings_of(reading),
    }


async def _trusted(desk: Desk, backups: Backups, snapshot: Snapshot) -> Made:
    """Verify it; only then may others be removed."""
    check = await backups.verify(snapshot.id, 1)
    removed = await prune(desk, backups) if check.passed else ()
    kept = Kept.of(await backups.snapshots())
    return Made(snapshot, check, removed, kept)


async def prune(desk: Desk, backups: Backups, *, dry_run: bool = False) -> tuple[str, ...]:
    """Remove what retention does not keep; the ids, newest first."""
    kept = Kept.of(await backups.snapshots())
    gone = removable(kept.snapshots, desk.backup_policy.keep, desk.work.days.local_day)
    for snapshot in () if dry_run else gone:
        await backups.remove(snapshot.id)
    return tuple(each.id for each in gone)
