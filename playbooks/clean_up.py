"""Plans of kind `clean_up` (P24): old entries of logs and metrics go to the trash.

Never tasks, never incidents; nothing that no verified backup holds as it is now. What reports need
of the rows is kept before the first of them goes (`prepare`), and an undo brings them back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, get_args

from playbooks.arguments import OLDEST_DAYS
from playbooks.aspects import requests_of
from playbooks.backups_kept import Kept
from playbooks.data_ports import Backups
from playbooks.databases import DatabaseKey, kind_of, normal
from playbooks.desk import Desk, silent
from playbooks.errors import BackupUnusable, PlanUnusable, PlaybookError
from playbooks.opened import Opened, open_database
from playbooks.plan import Change, Plan
from playbooks.plan_kind import Draft, Request, Unprepared
from playbooks.planning import counted
from playbooks.report import Finding, Gate
from playbooks.roll_up import ROLLED_ROLES, Dating
from playbooks.rows import Row
from playbooks.snapshot import Snapshot
from playbooks.targets import Target
from playbooks.text import shown
from playbooks.verdict import Verdict

CLEANED: Final[tuple[DatabaseKey, ...]] = ("development_log", "ai_tool_metrics", "operations_log")
"""Databases that hold what has happened; work that is to do is never cleaned up."""

KEPT_KIND: Final = "incident"
"""Entries of this kind stay."""

_ROUNDED: Final = timedelta(minutes=1)
"""Notion tells the minute of an edit, so that a later one within it looks the same."""

_PROCEDURE: Final = "plan_change"


@dataclass(frozen=True, slots=True)
class Entry:
    """An old row; `title` is foreign text."""

    key: DatabaseKey
    data_source_id: str
    row: Row
    day: date
    title: str

    @property
    def change(self) -> Change:
        """To the trash, if nobody edits it before."""
        edited_at = self.row.last_edited_at.astimezone(UTC).isoformat()
        return Change(
            target=str(Target("trash", (self.row.id, edited_at))),
            before=False,
            after=True,
            expected=f"{self.key}, {self.day:%Y-%m-%d}",
            shown=shown(self.title),
        )


@dataclass(slots=True)
class _Found:
    """The old entries of all databases, and what each database had to say."""

    entries: list[Entry] = field(default_factory=list[Entry])
    gates: list[Gate] = field(default_factory=list[Gate])


async def propose(desk: Desk, request: Request) -> Draft:
    """The old entries that a verified backup holds, the oldest first; changes nothing.

    Raises PlanUnusable for a database that is never cleaned up, or an age beyond all dates.
    """
    keys = _keys(request.database)
    older_than_days = _older_than_days(request.older_than_days, desk)
    before = desk.work.days.local_day(desk.clock()) - timedelta(days=older_than_days)
    found = _Found()
    for key in keys:
        await _look(desk, key, before, found)
    entries = sorted(found.entries, key=lambda entry: (entry.day, entry.row.id))
    what = f"entries from before {before:%Y-%m-%d}"
    if not entries:
        return Draft(f"There are no {what}.", gates=_gates(found), looked_at_count=len(keys))
    snapshot = await _newest(desk.backups)
    held = [] if snapshot is None else await _held(desk.backups, snapshot, entries)
    return _drafted(desk, found, entries, held, snapshot=snapshot, what=what)


async def prepare(desk: Desk, plan: Plan) -> Mapping[str, Any]:
    """Verify the backup once more, then keep what reports need of the rows.

    Raises Unprepared when the backup is no more; NotKept when a database cannot be read.
    """
    snapshot_id: str = plan.outcome["baseline"]["snapshot"]
    await _verify_again(desk, snapshot_id)
    rows: Mapping[DatabaseKey, Sequence[str]] = plan.outcome["baseline"]["rows"]
    counts = {key: await _roll_up(desk, key, rows[key]) for key in rows if key in ROLLED_ROLES}
    return {"snapshot": snapshot_id, "rolled_up": counts}


class NotKept(PlaybookError):
    """What reports need of rows could not be kept, so that none of them was trashed."""


def _keys(asked: DatabaseKey | None) -> tuple[DatabaseKey, ...]:
    if asked is None:
        return CLEANED
    if asked in CLEANED:
        return (asked,)
    raise PlanUnusable(
        f"{asked} is never cleaned up: its rows are work, not a log.",
        remedy=f"These are: {', '.join(CLEANED)}.",
    )


def _older_than_days(asked: float | None, desk: Desk) -> float:
    days = desk.bands.clean_up_after_days if asked is None else asked
    if 1 <= days <= OLDEST_DAYS:
        return days
    raise PlanUnusable(
        f"older_than_days is {days:g}, which is not from 1 to {OLDEST_DAYS:,}.",
        remedy="Name a number of days between these.",
    )


async def _opened(desk: Desk, key: DatabaseKey) -> Opened | Verdict:
    run_id = desk.new_run_id()
    return await open_database(
        desk, kind_of(key), procedure=_PROCEDURE, run_id=run_id, progress=silent
    )


async def _look(desk: Desk, key: DatabaseKey, before: date, found: _Found) -> None:
    opened = await _opened(desk, key)
    if isinstance(opened, Verdict):
        found.gates.append(opened.gate)
        return
    names = opened.names
    if key == "operations_log" and "kind" not in names:
        found.gates.append(_gate(key, "not_measured", "no property plays kind: all of it stays"))
        return
    dating, total, old = Dating(names, desk.work.days), 0, 0
    async for row in opened.view.rows(_read(opened)):
        total += 1
        day = dating.day(row)
        if day < before and not _is_incident(names, row):
            old += 1
            found.entries.append(Entry(key, opened.view.schema.id, row, day, _title(row)))
    found.gates.append(_gate(key, "ok", f"{old} of {counted(total, 'row')} are old"))


def _read(opened: Opened) -> list[str]:
    """The properties that are looked at."""
    titles = [each.name for each in opened.view.schema.properties if each.type == "title"]
    return [*titles, *(opened.names[role] for role in ("date", "kind") if role in opened.names)]


def _is_incident(names: Mapping[str, str], row: Row) -> bool:
    kind = row.plain(names["kind"]) if "kind" in names else None
    return isinstance(kind, str) and normal(kind) == KEPT_KIND


def _title(row: Row) -> str:
    titles = (value.plain for value in row.values.values() if value.type == "title")
    title = next(titles, None)
    return title if isinstance(title, str) else ""


async def _newest(backups: Backups | None) -> Snapshot | None:
    """The newest verified backup that holds content, when it still verifies."""
    if backups is None:
        return None
    kept = Kept.of(await backups.snapshots()).snapshots
    newest = next((each for each in kept if each.verified() and each.manifest.content), None)
    if newest is None or not (await backups.verify(newest.id, 1)).passed:
        return None
    return newest


async def _held(
    backups: Backups | None, snapshot: Snapshot, entries: Sequence[Entry]
) -> list[Entry]:
    """Those that the backup holds with their content as they are now. Raises BackupUnusable."""
    assert backups is not None
    manifest, held_since = snapshot.manifest, dict[str, datetime]()
    for table in {entry.data_source_id for entry in entries} & manifest.read_at.keys():
        since = manifest.read_at[table] - _ROUNDED
        rows = {each async for _, each, _ in backups.records(snapshot.id, "page", table)}
        held_since |= dict.fromkeys(rows.difference(manifest.unread_content), since)
    never = datetime.min.replace(tzinfo=UTC)
    return [e for e in entries if e.row.last_edited_at < held_since.get(e.row.id, never)]


def _drafted(  # noqa: PLR0913 - all that the answer tells
    desk: Desk,
    found: _Found,
    entries: Sequence[Entry],
    held: Sequence[Entry],
    *,
    snapshot: Snapshot | None,
    what: str,
) -> Draft:
    planned = held[: desk.bands.plan_most_changes]
    changes = tuple(entry.change for entry in planned)
    unsaved = len(entries) - len(held)
    return Draft(
        headline=_headline(planned, held, entries, what),
        changes=changes,
        gates=_gates(found),
        evidence=(
            *_by_month(planned),
            *([f"{unsaved} wait for a backup that holds them: create_backup"] if unsaved else []),
            *([f"backup {snapshot.id} holds them"] if snapshot and planned else []),
        ),
        blockers=() if held else (_no_backup(desk),),
        requests_count=sum(map(requests_of, changes)),
        looked_at_count=len(found.gates),
        measurements={
            "old_count": len(entries),
            "backed_up_count": len(held),
            **{f"old_count.{key}": n for key, n in Counter(e.key for e in entries).items()},
        },
        baseline={
            "snapshot": snapshot.id if snapshot else None,
            "rows": {
                key: [entry.row.id for entry in planned if entry.key == key]
                for key in CLEANED
                if any(entry.key == key for entry in planned)
            },
        },
    )


def _headline(
    planned: Sequence[Entry], held: Sequence[Entry], entries: Sequence[Entry], what: str
) -> str:
    if not held:
        return f"{len(entries)} {what}: no verified backup holds them, so none of them is trashed."
    told = f"Moves {len(planned)} of {len(entries)} {what} to the trash."
    waiting = len(held) - len(planned)
    return f"{told} {waiting} more wait: apply these, then plan again." if waiting else told


def _by_month(entries: Sequence[Entry]) -> list[str]:
    counts = Counter((entry.key, f"{entry.day:%Y-%m}") for entry in entries)
    return [
        f"{key}: "
        + ", ".join(f"{month} {n}" for (each, month), n in sorted(counts.items()) if each == key)
        for key in get_args(DatabaseKey)
        if any(each == key for each, _ in counts)
    ]


def _gate(key: DatabaseKey, status: Any, reason: str) -> Gate:
    return Gate(name=f"database {key}", status=status, reason=reason)


def _gates(found: _Found) -> tuple[Gate, ...]:
    return tuple(found.gates)


def _no_backup(desk: Desk) -> Finding:
    with_content = "" if desk.backup_policy.content else "Set [backups] content = true. "
    return Finding(
        id="clean_up.no_backup",
        severity="warning",
        what="no verified backup holds these rows with their content since their last edits",
        remedy=f"{with_content}{_ANEW}",
    )


async def _verify_again(desk: Desk, snapshot_id: str) -> None:
    if desk.backups is None:
        raise Unprepared("there are no backups here.", remedy=_ANEW)
    try:
        check = await desk.backups.verify(snapshot_id, 1)
    except BackupUnusable as error:
        raise Unprepared(error.problem, remedy=_ANEW) from error
    if not check.passed:
        raise Unprepared(f"the backup {snapshot_id} does not verify: {check.says}", remedy=_ANEW)


_ANEW: Final = "Call create_backup, then plan again."


async def _roll_up(desk: Desk, key: DatabaseKey, row_ids: Sequence[str]) -> int:
    """How many rows of that database were kept; every one that is not in the trash already."""
    opened = await _opened(desk, key)
    if isinstance(opened, Verdict) or desk.book is None:
        raise _not_kept(key)
    dating, roles = Dating(opened.names, desk.work.days), ROLLED_ROLES[key]
    names, wanted = [opened.names[role] for role in roles if role in opened.names], set(row_ids)
    rows = [row async for row in opened.view.rows(names) if row.id in wanted]
    for row_id in wanted - {row.id for row in rows}:
        if desk.editor is None or await desk.editor.in_trash(row_id) is False:
            raise _not_kept(key)
    await desk.book.roll_up(opened.view.schema.id, [dating.rolled(row, roles) for row in rows])
    return len(rows)


def _not_kept(key: DatabaseKey) -> NotKept:
    return NotKept(
        f"Not every row of {key} can be read, so that reports would lose some.",
        remedy="health_check says why; apply_plan then goes on.",
    )
