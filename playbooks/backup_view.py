"""Backups as they are looked at: one of them as a report, and the gate of the health check."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

from playbooks.arguments import LATEST
from playbooks.backups_kept import Kept, rows_count, rto_estimate_s
from playbooks.bands import Bands
from playbooks.data_ports import Backups
from playbooks.desk import Desk
from playbooks.errors import BackupUnusable
from playbooks.ports import Outcome
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Gate, Report, judge
from playbooks.snapshot import Check, Json, Snapshot
from playbooks.verdict import Verdict

GATE: Final = "backup"
_HOUR_S: Final = 3600.0


def judge_backup(kept: Outcome[Kept], now: datetime, bands: Bands) -> Verdict:
    """How old the newest verified backup is: so much work an accident would cost."""
    if kept.error is not None:
        return Verdict.of(GATE, "unknown", kept.error.problem, kept.error.remedy)
    if kept.value is None or not (kept.value.snapshots or kept.value.broken):
        return Verdict.skipped(GATE, "no backup yet: create_backup makes one")
    age_s = kept.value.rpo_s(now)
    if age_s is None:
        reason = "none of the backups is verified"
        return Verdict.of(GATE, "critical", reason, "Call create_backup, which verifies its own.")
    age_hours = age_s / _HOUR_S
    told = f"the newest verified one is {age_hours:.1f} hours old ({bands.backup_age_hours})"
    remedy = "Call create_backup: it reads what has changed."
    verdict = Verdict.of(GATE, bands.backup_age_hours.judge(age_hours), told, remedy)
    return replace(verdict, measured=round(age_hours, 2))


async def look_at(desk: Desk) -> Kept | None:
    """The backups that are there; None where there is no workspace."""
    return None if desk.backups is None else Kept.of(await desk.backups.snapshots())


async def backup_view(desk: Desk, backup_id: str) -> dict[str, Json]:
    """The manifest, and every check that was made. Raises BackupUnusable."""
    snapshot = await _find(_backups(desk), backup_id)
    return {
        "manifest": snapshot.manifest.model_dump(mode="json"),
        "root_hash": snapshot.root_hash,
        "bytes": snapshot.bytes,
        "verified": snapshot.verified(),
        "checks": [{**asdict(check), "at": check.at.isoformat()} for check in snapshot.checks],
    }


async def backup_record(desk: Desk, backup_id: str) -> Report:
    """A backup as a report of its age. Raises BackupUnusable."""
    backups = _backups(desk)
    snapshot = await _find(backups, backup_id)
    kept = Kept.of(await backups.snapshots())
    manifest, now = snapshot.manifest, desk.clock()
    gates = tuple(_gate(check) for check in snapshot.checks) or (_UNCHECKED,)
    findings = _findings(snapshot)
    unsure = "" if snapshot.verified() else "not verified; "
    headline = (
        f"{snapshot.id} ({unsure}{manifest.mode}): {rows_count(manifest)} rows of"
        f" {manifest.counts.get('data_source', 0)} tables, {snapshot.bytes / 1000:.0f} kB."
    )
    report = Report(
        procedure="create_backup",
        run_id=snapshot.id,
        status=judge(gates[-1:], findings),
        headline=headline,
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=manifest.started_at,
        age_s=round(max(0.0, (now - manifest.started_at).total_seconds()), 1),
        source="snapshot",
        coverage=_coverage(snapshot),
        gates=gates,
        measurements={
            **manifest.counts,
            "backup_id": snapshot.id,
            "rows_count": rows_count(manifest),
            "requests_count": manifest.requests_count,
            "bytes_written": snapshot.bytes,
            "edited_meanwhile_count": manifest.edited_meanwhile_count,
            "rto_estimate_s": rto_estimate_s(manifest),
            "rto_measured_s": kept.rto_measured_s(),
        },
        findings=findings,
        next_actions=(),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


_UNCHECKED: Final = Gate(name="check", status="unknown", reason="was never checked")


def _gate(check: Check) -> Gate:
    return Gate(
        name=f"check of level {check.level}, {check.at:%Y-%m-%d}",
        status="ok" if check.passed else "critical",
        reason=check.says,
        latency_ms=round(check.duration_s * 1000, 1),
    )


def _findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    warnings = snapshot.manifest.warnings
    if not warnings:
        return ()
    what = f"not in it: {len(warnings)} remarks"
    return (Finding(id="create_backup.warnings", severity="info", what=what, evidence=warnings),)


def _coverage(snapshot: Snapshot) -> Coverage:
    total = sum(file.records_count for file in snapshot.manifest.files)
    return Coverage(scanned=total, total=total, complete=True)


def _backups(desk: Desk) -> Backups:
    if desk.backups is None:
        raise BackupUnusable(
            "There is no workspace whose backups could be read.",
            remedy="Call health_check, which says why.",
        )
    return desk.backups


async def _find(backups: Backups, backup_id: str) -> Snapshot:
    if backup_id != LATEST:
        return await backups.snapshot(backup_id)
    kept = Kept.of(await backups.snapshots())
    if not kept.snapshots:
        raise BackupUnusable("There is no backup yet.", remedy="create_backup makes one.")
    return kept.snapshots[0]
