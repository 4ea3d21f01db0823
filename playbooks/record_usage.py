"""An assistant or a script tells of calls of an AI tool; they are kept, and rolled up in Notion."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from playbooks.arguments import ErrorClass
from playbooks.days import YEARS
from playbooks.desk import Desk, silent
from playbooks.errors import PlaybookError
from playbooks.planning import counted
from playbooks.ports import Progress
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report, judge
from playbooks.runs import keep
from playbooks.usage import Bucket, UsageRecord, record_id, tool_key, untimely
from playbooks.usage_rows import NOT_OURS, Written, write_rows

PROCEDURE: Final = "record_usage"

_ROWS_A_CALL: Final = 10
"""Rows written by one call, so that it answers soon; the rest waits for the next one."""

_ID_LENGTH: Final = 32


class UsageInvalid(PlaybookError):
    """What was told of a call cannot be kept."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller tells of calls of one tool that ended alike; times as ISO 8601."""

    tool: str
    at: str | None = None
    response_time_ms: float | None = None
    success: bool | None = None
    tokens: int | None = None
    cost: float | None = None
    calls_count: int = 1
    task: str | None = None
    error_class: ErrorClass | None = None
    id: str | None = None


async def record_usage(
    desk: Desk, told: Told, *, actor: str = "unknown", progress: Progress = silent
) -> Report:
    """Keep the calls once, then bring rows of Notion up to date where the database is ours.

    Raises:
        UsageInvalid: no tool, no instant, one to come or too far back, a success with an error, or
            a task that is no page.
        ConfigurationInvalid: the configuration has mistakes.
        StoreUnusable: the store cannot be written.
    """
    desk.require_configuration()
    run_id, now = desk.new_run_id(), desk.clock()
    record = record_of(desk, told, run_id, now)
    new = await desk.usage.record([record])
    written = await write_rows(
        desk, procedure=PROCEDURE, run_id=run_id, actor=actor, most=_ROWS_A_CALL, progress=progress
    )
    report = _report(desk, run_id, now, record, is_new=bool(new), written=written)
    await keep(desk, report)
    return report


def record_of(desk: Desk, told: Told, run_id: str, now: datetime) -> UsageRecord:
    """What is kept. Without an id of the caller's, the same told twice with `at` is one call."""
    tool = tool_key(told.tool)
    if not tool:
        raise UsageInvalid("The tool has no name.", remedy="Name it, for instance cursor.")
    at = _instant(told.at, now)
    why_not = untimely(at, now)
    if why_not is not None:
        raise UsageInvalid(
            f"The call {why_not}.", remedy="Correct `at`, or leave it out for a call of now."
        )
    if told.success and told.error_class:
        raise UsageInvalid(
            "A call that succeeded has no error.", remedy="Leave `error` out, or say success=false."
        )
    success = False if told.success is None and told.error_class else told.success
    record = UsageRecord(
        id="",
        tool=tool,
        at=at,
        day=desk.work.days.local_day(at),
        calls_count=told.calls_count,
        response_time_ms=told.response_time_ms,
        success=success,
        tokens=told.tokens,
        cost=told.cost,
        task_id=_page_id(told.task),
        error_class=told.error_class,
    )
    return replace(record, id=_id(told, record, run_id))


def _instant(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.year not in YEARS:
        raise UsageInvalid(
            "`at` is no instant.", remedy="Write it with its zone, as 2026-01-31T12:00:00Z."
        )
    return at


def _id(told: Told, record: UsageRecord, run_id: str) -> str:
    if told.id is not None:
        return record_id("told", record.tool, told.id)
    if told.at is None:
        return f"told_{run_id}"
    # The day is left out: another zone makes no other call of it.
    content = replace(record, at=record.at.astimezone(UTC), day=date.min)
    return f"same_{hashlib.sha256(repr(content).encode()).hexdigest()[:_ID_LENGTH]}"


def _page_id(link: str | None) -> str | None:
    """The id in an id or a link of a page: its last 32 hex digits before any question mark."""
    if link is None:
        return None
    digits = link.partition("?")[0].rstrip("/").replace("-", "").lower()[-_ID_LENGTH:]
    if len(digits) != _ID_LENGTH or not set(digits) <= set("0123456789abcdef"):
        raise UsageInvalid(
            "The task is no page of Notion.", remedy="Give its id of 32 hex digits, or its link."
        )
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _report(  # noqa: PLR0913 - what happened, all by keyword
    desk: Desk,
    run_id: str,
    now: datetime,
    record: UsageRecord,
    *,
    is_new: bool,
    written: Written,
) -> Report:
    calls = counted(record.calls_count, "call")
    kept = f"{calls} of {record.tool} recorded" if is_new else f"{record.tool}: known already"
    findings = findings_of(written)
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge((), findings),
        headline=f"{kept} ({record.day:%Y-%m-%d}); {told_rows(written, record.bucket)}.",
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=now,
        age_s=0,
        source="live",
        coverage=Coverage(scanned=1, total=1, complete=True),
        measurements={
            "recorded_count": int(is_new),
            "known_count": int(not is_new),
            "rows_added_count": written.added.count(record.bucket),
            "rows_updated_count": written.updated.count(record.bucket),
            "rows_pending_count": len(written.pending),
            "other_rows_written_count": _others_count(written, record.bucket),
        },
        findings=findings,
        next_actions=("query_metrics(metric='calls') shows what is recorded.",),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


def told_rows(written: Written, about: Bucket | None = None) -> str:
    """What happened in Notion, in words: `about` one bucket, of the others the number alone."""
    if written.why_not:
        return f"kept here alone: {written.why_not}"
    numbers = {
        "added": written.added,
        "updated": written.updated,
        "of another store held the same calls": written.taken_over,
    }
    told = {
        what: len(buckets) if about is None else buckets.count(about)
        for what, buckets in numbers.items()
    }
    told["waiting"] = len(written.pending)
    if about is not None:
        told["of other calls written"] = _others_count(written, about)
    parts = [f"{counted(number, 'row')} {what}" for what, number in told.items() if number]
    return f"in Notion {', '.join(parts) or 'nothing to change'}"


def _others_count(written: Written, bucket: Bucket) -> int:
    done = (*written.added, *written.updated, *written.taken_over)
    return len(done) - done.count(bucket)


def findings_of(written: Written) -> tuple[Finding, ...]:
    """Why it is not a row per call, what is not in Notion yet, and what to do."""
    findings: list[Finding] = []
    if written.failure is not None:
        what = f"rows wait for Notion: {written.failure.problem}"
        findings.append(_finding("waiting", what, written.failure.remedy, is_warning=True))
    if written.beside:
        count = len(written.beside)
        what = f"{counted(count, 'row')} of another store for the same tool, day and outcome"
        beside = _finding("beside", what, _BESIDE, is_warning=True)
        findings.append(beside.model_copy(update={"evidence": tuple(written.beside)}))
    if written.untold_count:
        what = f"{counted(written.untold_count, 'row')} of calls without a known outcome kept here"
        findings.append(
            _finding("untold", f"{what} alone: the property cannot be left open", _OPEN)
        )
    if written.why_not:
        remedy = _OURS if written.why_not == NOT_OURS else ""
        findings.append(_finding("kept_here", f"not in Notion: {written.why_not}", remedy))
    return (*findings, _finding("rolled_up", _WHY_ROLLED_UP, ""))


_BESIDE: Final = (
    "Rows of another machine are right. Those of a store that was lost, or whose calls were told"
    " again here, count the same calls twice: move them to the trash in Notion."
)
_OPEN: Final = "Make success of ai_tool_metrics a number or a select, which may stay empty."
_OURS: Final = (
    "To have them there, mark it in playbooks.toml: [databases.ai_tool_metrics] id = …, ours ="
    " true. query_metrics counts them either way."
)
_WHY_ROLLED_UP: Final = (
    "Notion gets one row a tool, day and outcome, not one a call: a free workspace of several"
    " people has 1,000 blocks for its lifetime, and a row is one"
)


def _finding(name: str, what: str, remedy: str, *, is_warning: bool = False) -> Finding:
    return Finding(
        id=f"{PROCEDURE}.{name}",
        severity="warning" if is_warning else "info",
        what=what,
        remedy=remedy,
    )
