"""Does all of it work? Layered gates, each with its status, latency, reason and remedy.

Rows P1-P3, P12 and P13 of the playbook. A gate whose question got no answer is `unknown`; one
that could not be put because an earlier gate failed, or has no data yet, is `not_measured`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, TypeVar, get_args

from playbooks.backup_view import judge_backup, look_at
from playbooks.backups_kept import Kept
from playbooks.database_gates import DatabaseState, judge_database
from playbooks.database_search import inspecting, shared_with, wanted_kinds
from playbooks.databases import KINDS
from playbooks.desk import Desk, silent
from playbooks.errors import CapabilityMissing
from playbooks.health_gates import (
    judge_authentication,
    judge_breakers,
    judge_cache,
    judge_capabilities,
    judge_configuration,
    judge_errors,
    judge_outbox,
    judge_pause,
    judge_server,
    judge_store,
    judge_token,
)
from playbooks.objects import Capability
from playbooks.plan import Unfinished
from playbooks.ports import Notion, Outcome, Progress, ServerState
from playbooks.rate import Pause
from playbooks.records import BreakerState, StoreState, Traffic
from playbooks.render import summarise, verdict_word
from playbooks.report import Coverage, Gate, Report, judge
from playbooks.runs import keep, recent
from playbooks.text import listed
from playbooks.verdict import Verdict

T = TypeVar("T")

PROCEDURE: Final = "health_check"

_STEPS: Final = 5


async def health_check(desk: Desk, *, max_age_s: float = 0, progress: Progress = silent) -> Report:
    """One report over configuration, token, API, databases, store, own server and recorded calls.

    Bounded by `bands.health_deadline_s`. A kept report of the same configuration and token that
    is at most `max_age_s` old is given again, with its age.
    """
    started = desk.clock()
    deadline_s = desk.bands.health_deadline_s
    (kept,) = await desk.together([lambda: recent(desk, PROCEDURE, max_age_s)], within_s=deadline_s)
    if kept.value is not None:
        return kept.value
    run_id = desk.new_run_id()
    await progress(1, _STEPS, "configuration and token")
    verdicts = [judge_configuration(desk.configuration), _token(desk)]
    # Our own house first: it answers at once, and a slow Notion must not use up its time.
    await progress(2, _STEPS, "store, server and recorded calls")
    house = await _house(desk, started)
    workspace = await _workspace(desk, run_id, started, progress)
    report = _report(desk, run_id, started, [*verdicts, *workspace, *house])
    await desk.together([lambda: keep(desk, report)], within_s=_left_s(desk, started))
    await progress(5, _STEPS, "done")
    return report


def _token(desk: Desk) -> Verdict:
    """With mistakes nobody knows which token was meant."""
    if desk.configuration.mistakes:
        return Verdict.skipped("token", "not looked at: the configuration has mistakes")
    return judge_token(desk.connection)


async def _workspace(
    desk: Desk, run_id: str, started: datetime, progress: Progress
) -> list[Verdict]:
    """Authentication first; capabilities and databases side by side when it holds."""
    if desk.unreachable is not None:
        trouble = desk.unreachable
        broken = Verdict.of("authentication", "critical", trouble.problem, trouble.remedy)
        return [broken, *_nothing_asked("not tried: the workspace cannot be opened")[1:]]
    if desk.notion is None:
        return _nothing_asked("not tried: there is nothing to talk to")
    notion = desk.notion.attributed(PROCEDURE, run_id)
    await progress(3, _STEPS, "who answers")
    (who,) = await desk.together([notion.who_am_i], within_s=_left_s(desk, started))
    authentication = replace(
        judge_authentication(who, desk.connection.expected_workspace_id, desk.bands), from_api=True
    )
    if who.value is None and not isinstance(who.error, CapabilityMissing):
        return [authentication, *_nothing_asked("not tried: nobody answered")[1:]]
    await progress(4, _STEPS, "capabilities and databases")
    return [authentication, *await _rooms(desk, notion, started)]


def _nothing_asked(why: str) -> list[Verdict]:
    databases = [f"database {kind.key}" for kind in KINDS if not kind.ours]
    names = ["authentication", "capabilities", *databases]
    return [Verdict.skipped(name, why) for name in names]


async def _rooms(desk: Desk, notion: Notion, started: datetime) -> list[Verdict]:
    """The capabilities, and each database, side by side in what is left of the deadline."""
    wanted = wanted_kinds(desk)
    names: tuple[Capability, ...] = get_args(Capability)
    shared = await shared_with(desk, notion, wanted, _left_s(desk, started))
    inspections = [inspecting(desk, notion, kind, shared) for kind in wanted]
    questions: list[Callable[[], Awaitable[bool | DatabaseState]]] = [
        *(_asking(notion, name) for name in names),
        *inspections,
    ]
    outcomes = await desk.together(questions, within_s=_left_s(desk, started))
    capabilities: dict[Capability, Outcome[bool]] = {
        name: _of_type(bool, outcome) for name, outcome in zip(names, outcomes, strict=False)
    }
    seen = [_of_type(DatabaseState, outcome) for outcome in outcomes[len(names) :]]
    return [
        judge_capabilities(capabilities, read_only=desk.connection.read_only),
        *(judge_database(kind, outcome) for kind, outcome in zip(wanted, seen, strict=True)),
    ]


def _of_type(expected: type[T], outcome: Outcome[Any]) -> Outcome[T]:
    """The outcome of a question that was put beside questions of another type."""
    value = outcome.value if isinstance(outcome.value, expected) else None
    return Outcome(value, outcome.error, outcome.latency_ms)


def _asking(notion: Notion, capability: Capability) -> Callable[[], Awaitable[bool]]:
    return lambda: notion.has_capability(capability)


async def _house(desk: Desk, started: datetime) -> list[Verdict]:
    """Our own store and server, and what the recorded calls say, side by side."""
    since = desk.clock() - timedelta(minutes=desk.bands.health_window_minutes)
    key = desk.connection.key
    questions: list[
        Callable[
            [],
            Awaitable[
                StoreState
                | ServerState
                | Traffic
                | tuple[BreakerState, ...]
                | tuple[Unfinished, ...]
                | Pause
                | Kept
                | None
            ],
        ]
    ] = [
        desk.store.probe,
        desk.server.probe,
        lambda: desk.store.traffic(since, key),
        lambda: desk.store.breakers(key),
        lambda: desk.store.paused(key),
        lambda: desk.store.unfinished(key),
        lambda: look_at(desk),
    ]
    outcomes = await desk.together(questions, within_s=_left_s(desk, started))
    store, server, calls, breakers, pause, unfinished, kept = outcomes
    traffic = _of_type(Traffic, calls).value
    return [
        judge_store(_of_type(StoreState, store)),
        judge_server(_of_type(ServerState, server)),
        judge_breakers(_of_type(tuple, breakers), desk.clock()),
        judge_pause(_of_type(Pause, pause), desk.clock()),
        judge_cache(traffic, desk.bands),
        judge_errors(traffic, desk.bands),
        judge_outbox(_of_type(tuple, unfinished)),
        judge_backup(_of_type(Kept, kept), desk.clock(), desk.bands),
    ]


def _left_s(desk: Desk, started: datetime) -> float:
    spent_s = (desk.clock() - started).total_seconds()
    return max(0.1, desk.bands.health_deadline_s - spent_s)


def _report(desk: Desk, run_id: str, started: datetime, verdicts: list[Verdict]) -> Report:
    gates = tuple(verdict.gate for verdict in verdicts)
    findings = tuple(finding for v in verdicts if (finding := v.finding(PROCEDURE)) is not None)
    status = judge(gates, findings)
    answered = sum(gate.status not in {"unknown", "not_measured"} for gate in gates)
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=status,
        headline="",
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=started,
        age_s=0,
        source="live",
        coverage=Coverage(scanned=answered, total=len(gates), complete=answered == len(gates)),
        gates=gates,
        measurements=_measurements(verdicts),
        findings=findings,
        next_actions=_next_actions(gates, run_id),
        summary="",
    )
    headlined = report.model_copy(update={"headline": _headline(report)})
    return headlined.model_copy(update={"summary": summarise(headlined)})


def _measurements(verdicts: list[Verdict]) -> dict[str, float | int | str | None]:
    databases = [v for v in verdicts if v.gate.name.startswith("database ")]
    were_asked = any(v.gate.status != "not_measured" for v in databases)
    asked = [v.gate.latency_ms for v in verdicts if v.from_api and v.gate.latency_ms is not None]
    rates = {v.gate.name: v.measured for v in verdicts}
    return {
        "api_latency_ms": round(median(asked), 1) if asked else None,
        "databases_accessible_count": sum(v.accessible for v in databases) if were_asked else None,
        "databases_configured_count": sum(v.configured for v in databases) if were_asked else None,
        "error_rate_percent": rates["error_rate"],
        "cache_hit_rate_percent": rates["cache"],
    }


def _headline(report: Report) -> str:
    counts = report.measurements
    accessible = counts["databases_accessible_count"]
    configured = counts["databases_configured_count"]
    worst_gates = [gate for gate in report.gates if gate.status == report.status != "ok"]
    because = f": {listed([gate.name for gate in worst_gates])}" if worst_gates else ""
    if configured is None:
        return f"{verdict_word(report.status)}{because}; no database was asked for."
    return (
        f"{verdict_word(report.status)}{because};"
        f" {accessible} of {configured} databases accessible ({report.workspace})."
    )


def _next_actions(gates: tuple[Gate, ...], run_id: str) -> tuple[str, ...]:
    if all(gate.status in {"ok", "not_measured"} for gate in gates):
        return (f"get_record(kind='run', id='{run_id}') shows this report again.",)
    return ("Do what is listed, then call health_check again.",)
