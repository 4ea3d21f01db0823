"""The facts of a period as a report: gates, measurements, findings; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.desk import Desk
from playbooks.development_log import LogRead
from playbooks.periodic_facts import Facts, instants_of
from playbooks.periodic_measures import State, measures_of
from playbooks.periodic_series import MEASURES, Counted, Material
from playbooks.periodic_text import (
    Linked,
    ai_line,
    blocked_line,
    counted_line,
    deviations_line,
    headline,
    log_line,
    missed_line,
    monthly_trend_line,
    overdue_line,
    review_line,
)
from playbooks.records import Reading
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Gate, Report, Severity, judge
from playbooks.report_period import Period
from playbooks.roll_up import told_count
from playbooks.text import listed
from playbooks.unanswered import unanswered
from playbooks.verdict import Verdict
from playbooks.work import Work

PROCEDURE: Final = "periodic_report"

_LISTED: Final = 60
"""Links of one list in the full report."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The facts, and what they were read from.

    `catch_up_known` False: the store could not tell which periods were reported.
    """

    facts: Facts
    material: Material
    work: Work
    catch_up_known: bool = True

    def report(self, desk: Desk, run_id: str) -> Report:
        """The envelope."""
        facts, reading = self.facts, self.material.tasks.reading
        gates, findings = tuple(self._gates()), tuple(self._findings())
        scanned = sum(each.rows_count for _, each in self._readings())
        is_whole = all(each.complete for _, each in self._readings())
        report = Report(
            procedure=PROCEDURE,
            run_id=run_id,
            status=judge(gates, findings),
            headline=headline(facts, is_final=self.is_final),
            workspace=desk.connection.workspace,
            connection=desk.configuration.digest,
            as_of=reading.as_of,
            age_s=round(max(0.0, (desk.clock() - reading.as_of).total_seconds()), 1),
            source=reading.source,
            coverage=Coverage(
                scanned=scanned, total=scanned if is_whole else None, complete=is_whole
            ),
            gates=gates,
            measurements=measures_of(facts, self._state, is_catch_up_known=self.catch_up_known),
            findings=findings,
            next_actions=tuple(self._next_actions()),
            summary="",
        )
        return report.model_copy(update={"summary": summarise(report)})

    @property
    def is_final(self) -> bool:
        """Whether the same question will be answered the same: the period is over, and all read."""
        end = instants_of(self.facts.period.whole, self.work).end
        has_all = all(_is_past(reading, end) for _, reading in self._readings())
        troubles = [*self.material.tools.troubles, *_verdicts(self.material.log)]
        return has_all and all(each.gate.status != "unknown" for each in troubles)

    def _readings(self) -> Iterator[tuple[str, Reading]]:
        yield "task_management", self.material.tasks.reading
        if isinstance(self.material.log, LogRead):
            yield "development_log", self.material.log.reading
        if self.material.tools.reading is not None:
            yield "ai_tool_metrics", self.material.tools.reading

    def _gates(self) -> Iterator[Gate]:
        facts = self.facts
        yield self._counted_gate("completed", facts.completed)
        yield self._counted_gate("started", facts.started)
        now, period = facts.now, facts.period
        yield _gate("blocked", blocked_line(now, period), told=now.blocked is not None)
        yield _gate(now.late, overdue_line(now, period), told=now.overdue is not None)
        if facts.entries is None:
            yield _absent_gate("log", _verdicts(self.material.log))
        else:
            yield _gate("log", log_line(facts, facts.entries))
        if facts.ai is None:
            yield _absent_gate("AI tools", self.material.tools.troubles)
        else:
            yield _gate("AI tools", ai_line(facts))
        yield self._deviations_gate()
        if facts.review is not None:
            told = facts.review.flow.throughput.completed_count > 0
            yield _gate("velocity", review_line(facts.review), told=told)
        if facts.period.kind == "monthly":
            yield _gate("trend", monthly_trend_line(facts.trend), told=facts.trend is not None)
        if facts.missed:
            yield _gate("caught up", missed_line(facts.missed, facts.period.noun))

    def _counted_gate(self, name: Counted, listing: Sequence[Linked]) -> Gate:
        if name not in self.facts.usual:
            return _gate(name, f"no property plays {name}", told=False)
        return _gate(name, counted_line(self.facts, name, listing))

    def _deviations_gate(self) -> Gate:
        facts = self.facts
        is_judged = bool(facts.worse) or any(
            each.median is not None for each in facts.usual.values()
        )
        return Gate(
            name="deviations",
            status="warning" if _adverse(facts) else "ok" if is_judged else "not_measured",
            reason=deviations_line(facts) if is_judged else "too short a past to say what is usual",
        )

    @property
    def _state(self) -> State:
        if not self.facts.period.is_over:
            return "so_far"
        return "final" if self.is_final else "provisional"

    def _findings(self) -> Iterator[Finding]:
        for key, reading in self._readings():
            yield from _about(key, reading)
        troubles = [*self.material.tools.troubles, *_verdicts(self.material.log)]
        for trouble in troubles:
            if trouble.configured and (found := trouble.finding(PROCEDURE)) is not None:
                yield found.model_copy(update={"severity": "warning"})
        yield from self._not_told(troubles)
        yield from self._lists()

    def _not_told(self, troubles: Sequence[Verdict]) -> Iterator[Finding]:
        """Which figures are missing, and why."""
        why = [f"{each.gate.name}: {each.gate.reason}" for each in troubles]
        lacking = [called for name, called in MEASURES.items() if name not in self.facts.usual]
        now = self.facts.now
        lacking += ["blocked_count"] if now.blocked is None else []
        lacking += ["overdue_count"] if now.overdue is None else []
        lacking += ["completed_points"] if self.facts.points is None else []
        roles = [role for role in _NEEDED if role not in self.material.tasks.roles.filled]
        why += [f"database task_management: no property plays {listed(roles)}"] if roles else []
        if lacking:
            yield _finding("not_told", "info", f"not told: {listed(lacking, 20)}", why)
        if isinstance(self.material.log, LogRead) and self.material.log.undated_count:
            count = self.material.log.undated_count
            yield _finding("undated", "info", f"{count} log entries without a date are in no day")
        yield from self._rolled()
        if not self.catch_up_known:
            yield _finding(
                "catching_up", "info", "the store does not tell what was reported before"
            )

    def _rolled(self) -> Iterator[Finding]:
        log, tools = self.material.log, self.material.tools
        if isinstance(log, LogRead) and log.rolled_count:
            told = told_count(log.rolled_count, len(log.entries))
            yield _finding("rolled_up.log", "info", f"development_log: {told}")
        if tools.rolled_count:
            told = told_count(tools.rolled_count, len(tools.samples))
            yield _finding("rolled_up.tools", "info", f"ai_tool_metrics: {told}")

    def _lists(self) -> Iterator[Finding]:
        now = self.facts.now
        lists: tuple[tuple[str, Sequence[Linked] | None], ...] = (
            ("completed", self.facts.completed),
            ("started", self.facts.started),
            ("blocked", now.blocked),
            (now.late, now.overdue),
            ("log", self.facts.entries),
        )
        for name, listing in lists:
            if listing:
                hidden = len(listing) - _LISTED
                more = [f"and {hidden} more"] if hidden > 0 else []
                evidence = [*map(str, listing[:_LISTED]), *more]
                called = name.replace(" ", "_")
                yield _finding(called, "info", f"{name}: {len(listing)}", evidence)

    def _next_actions(self) -> Iterator[str]:
        period = self.facts.period
        if period.kind == "monthly":
            yield "plan_change(kind='optimize') measures and proposes what can be made faster."
            yield "query_metrics(metric='cost', days=60, compare=true) says where it goes."
            return
        if self.facts.worse:
            metric = self.facts.worse[0].metric
            yield f"query_metrics(metric='{metric}', group='day') says since when."
        if "completed" in self.facts.deviating or period.kind == "weekly":
            yield "velocity_report says how sure that is, and what to expect."
        if self.facts.now.overdue:
            yield "velocity_report(detail='full') shows the age and risk of open work."


_NEEDED: Final = ("completed", "started", "story_points")
"""Optional properties without which a figure is missing."""


def _adverse(facts: Facts) -> bool:
    """Whether something is out of the ordinary that a person should look at."""
    completed, cost = facts.deviating.get("completed"), facts.deviating.get("ai_cost")
    too_few = completed is not None and completed.deviation == "below"
    return too_few or bool(facts.worse) or (cost is not None and cost.deviation == "above")


def _is_past(reading: Reading, end: datetime) -> bool:
    return reading.as_of >= end and reading.complete


def _verdicts(read: LogRead | Verdict) -> list[Verdict]:
    return [read] if isinstance(read, Verdict) else []


def _gate(name: str, reason: str, *, told: bool = True) -> Gate:
    return Gate(name=name, status="ok" if told else "not_measured", reason=reason)


def _absent_gate(name: str, troubles: Sequence[Verdict]) -> Gate:
    why = "; ".join(each.gate.reason for each in troubles) or "nothing is recorded"
    return _gate(name, f"not told: {why}", told=False)


def _about(key: str, reading: Reading) -> Iterator[Finding]:
    if reading.stale_because is not None:
        why = reading.stale_because
        what = f"rows of {key} are of {reading.as_of:%Y-%m-%d %H:%M} UTC: {why.problem}"
        yield _finding(f"stale.{key}", "warning", what, remedy=why.remedy)
    if not reading.complete:
        what = f"rows of {key} are missing, so its figures may be too low"
        yield _finding(f"incomplete.{key}", "warning", what, reading.gaps)


def _finding(
    name: str, severity: Severity, what: str, evidence: Sequence[str] = (), *, remedy: str = ""
) -> Finding:
    return Finding(
        id=f"{PROCEDURE}.{name}",
        severity=severity,
        what=what,
        evidence=tuple(evidence),
        remedy=remedy,
    )


def not_answered(desk: Desk, verdict: Verdict, period: Period, run_id: str) -> Report:
    """Why there are no figures: the task database cannot be read."""
    return unanswered(
        desk,
        verdict,
        procedure=PROCEDURE,
        run_id=run_id,
        headline=f"Cannot tell {period}: the task database cannot be read.",
        measurements={"period": period.kind, **dict.fromkeys(MEASURES.values())},
    )


def in_short(report: Report) -> Report:
    """The same for a small context: every sentence once, in the summary."""
    kept = [finding for finding in report.findings if _matters(finding)]
    shown = tuple(each.model_copy(update={"evidence": each.evidence[:3]}) for each in kept[:4])
    told = report.model_copy(update={"findings": shown})
    update = {
        "summary": summarise(told),
        "gates": tuple(
            gate.model_copy(update={"reason": ""}) for gate in report.gates if gate.status != "ok"
        ),
    }
    return told.model_copy(update=update)


def _matters(finding: Finding) -> bool:
    return finding.severity != "info" or finding.id == f"{PROCEDURE}.not_told"
