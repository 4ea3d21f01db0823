"""The answer of `create_backup`: what the new backup holds, what it lacks, what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.backup_reading import Reading
from playbooks.backup_state import State, Wanted
from playbooks.backups_kept import Kept, rows_count, rto_estimate_s
from playbooks.desk import Desk
from playbooks.errors import NotionError
from playbooks.planning import counted
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report, judge
from playbooks.snapshot import Check, Snapshot

PROCEDURE: Final = "create_backup"

_AGAIN: Final = "Share it with the integration, or correct what is said, and back up again."


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup, and what it is worth among the others."""

    snapshot: Snapshot
    check: Check
    removed: Sequence[str]
    kept: Kept


def finished(desk: Desk, run_id: str, started: datetime, made: Made, reading: Reading) -> Report:
    """The report of a backup that is there."""
    manifest, now, state = made.snapshot.manifest, desk.clock(), reading.state
    findings = [
        *_failed(made.check),
        *_not_built_upon(reading.wanted),
        *_unread(state),
        *_unsaid(reading.wanted),
        *_broken(made.kept),
    ]
    things = len(state.tables) + manifest.counts.get("page", 0)
    unread = len(state.unread)
    says = "verified" if made.check.passed else "NOT usable"
    rows = counted(rows_count(manifest), "row")
    headline = (
        f"{made.snapshot.id} ({manifest.mode}, {says}): {rows} of"
        f" {counted(len(state.tables), 'table')}, {made.snapshot.bytes / 1000:.0f} kB."
    )
    return _report(
        desk,
        run_id,
        started,
        headline=headline,
        findings=findings,
        coverage=Coverage(scanned=max(0, things - unread), total=things, complete=not unread),
        measurements={
            "backup_id": made.snapshot.id,
            "rows_count": rows_count(manifest),
            "pages_count": manifest.counts.get("page", 0) - rows_count(manifest),
            "content_count": manifest.counts.get("content", 0),
            "comments_count": manifest.counts.get("comments", 0),
            "tables_count": len(state.tables),
            "requests_count": manifest.requests_count,
            "bytes_written": made.snapshot.bytes,
            "changed_count": state.changed_count,
            "deleted_count": state.deleted_count,
            "edited_meanwhile_count": manifest.edited_meanwhile_count,
            "unread_count": unread,
            "removed_count": len(made.removed),
            "duration_s": round((manifest.finished_at - manifest.started_at).total_seconds(), 1),
            "rpo_s": made.kept.rpo_s(now),
            "rto_estimate_s": rto_estimate_s(manifest),
            "rto_measured_s": made.kept.rto_measured_s(),
        },
        next_actions=(
            f"get_record(kind='backup', id='{made.snapshot.id}') shows it again.",
            f"`notion-playbooks backups verify {made.snapshot.id} --level 2` checks relations too.",
        ),
    )


def unfinished(
    desk: Desk, run_id: str, started: datetime, reading: Reading, why: NotionError | None
) -> Report:
    """The report of a call whose time was up, or to which Notion stopped answering."""
    state = reading.state
    total, done = reading.pages_count, reading.contents_count
    told = f"content of {done:,} of {total:,} pages read" if total else "rows are being read"
    headline = f"not finished: {told}; call create_backup again to go on."
    stopped = (
        []
        if why is None
        else [_finding("stopped", f"Notion stopped answering: {why.problem}", why.remedy)]
    )
    return _report(
        desk,
        run_id,
        started,
        headline=headline,
        findings=[*stopped, _finding("unfinished", f"backup: {told}", _GO_ON), *_unread(state)],
        coverage=Coverage(scanned=done, total=total or None, complete=False),
        measurements={
            "backup_id": None,
            "tables_count": len(state.tables),
            "requests_count": state.requests_count,
            "pages_count": total,
            "content_count": done,
            "bytes_written": None,
            "rows_count": None,
        },
        next_actions=("create_backup() goes on where this call stopped.",),
    )


_GO_ON: Final = "Call create_backup again: it goes on where it stopped, within 7 days."


def _report(  # noqa: PLR0913 - the envelope's own fields, by keyword
    desk: Desk,
    run_id: str,
    started: datetime,
    *,
    headline: str,
    findings: Sequence[Finding],
    coverage: Coverage,
    measurements: dict[str, float | int | str | None],
    next_actions: tuple[str, ...],
) -> Report:
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge((), findings),
        headline=headline,
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=started,
        age_s=0,
        source="live",
        coverage=coverage,
        measurements=measurements,
        findings=tuple(findings),
        next_actions=next_actions,
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


def warnings_of(reading: Reading) -> tuple[str, ...]:
    """What the manifest says is not in the backup."""
    unsaid = [finding.what for finding in _unsaid(reading.wanted)]
    return (*reading.state.unread.values(), *reading.state.gaps, *unsaid)


def _not_built_upon(wanted: Wanted) -> list[Finding]:
    if not wanted.why_full:
        return []
    what = f"all was read anew: {wanted.why_full}"
    return [_finding("base", what, "This one is whole and needs no other; later ones build on it.")]


def _failed(check: Check) -> list[Finding]:
    if check.passed:
        return []
    what = f"verification: {check.says}"
    remedy = "Call create_backup again with mode='full'; if it fails again, look at the disk."
    return [_finding("verification", what, remedy, severity="critical")]


def _unread(state: State) -> list[Finding]:
    """What is not in it, or in it as it was in the last backup."""
    findings: list[Finding] = []
    if state.unread:
        unread = tuple(state.unread.values())
        what = f"not read: {counted(len(unread), 'thing')}; of tables the last backup's rows stay"
        findings.append(_finding("unread", what, _AGAIN, evidence=unread))
    if state.gaps:
        gaps = tuple(state.gaps)
        findings.append(
            _finding("gaps", "not whole: Notion gave only a part", _GAPS, evidence=gaps)
        )
    return findings


_GAPS: Final = "Read what is listed in Notion itself; the backup holds the rest."


def _unsaid(wanted: Wanted) -> list[Finding]:
    """What was left out on purpose, or cannot be read by anybody."""
    left_out: list[str] = []
    if not wanted.content:
        left_out.append("content and comments of pages: [backups] content = true reads them")
    elif not wanted.block_comments:
        left_out.append(
            "comments on single blocks, a request each: [backups] block_comments = true reads them"
        )
    if wanted.content and wanted.base is not None:
        left_out.append(_FIRST_COMMENTS)
    told = [*left_out, _NEVER]
    return [_finding("left_out", f"left out: {'; '.join(told)}", "", severity="info")]


_FIRST_COMMENTS: Final = (
    "first comments on pages that nobody edited since: Notion does not date them, mode='full' (and"
    " each weekly full backup) reads them"
)

_NEVER: Final = (
    "views, permissions, page history, resolved comments and the bytes of files, which the API"
    " does not give for keeps"
)


def _broken(kept: Kept) -> list[Finding]:
    if not kept.broken:
        return []
    evidence = tuple(f"{each.id}: {each.why}" for each in kept.broken)
    what = f"unusable backups: {len(kept.broken)}"
    remedy = "Look at them, then delete their directories: they are never used nor counted."
    return [_finding("broken", what, remedy, evidence=evidence)]


def _finding(
    name: str, what: str, remedy: str, *, evidence: tuple[str, ...] = (), severity: str = "warning"
) -> Finding:
    return Finding.model_validate(
        {
            "id": f"{PROCEDURE}.{name}",
            "severity": severity,
            "what": what,
            "evidence": evidence,
            "remedy": remedy,
        }
    )
