"""A velocity as a report: its gates, measurements and findings; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playbooks.ai_effect import AiComparison
from playbooks.bands import Bands
from playbooks.databases import StatusRole
from playbooks.desk import Desk
from playbooks.forecast import NoForecast
from playbooks.mapping import RoleMap
from playbooks.records import Reading
from playbooks.render import figures_of, summarise
from playbooks.report import Coverage, Finding, Gate, Report, judge
from playbooks.text import listed
from playbooks.trend_text import trend_line
from playbooks.unanswered import unanswered
from playbooks.unicode_bars import fenced
from playbooks.velocity import Question, Velocity, reference_of, velocity_of
from playbooks.velocity_ai import ai_line, ai_measures, balance_lines, compared_by_ai
from playbooks.velocity_bars import bars_of
from playbooks.velocity_estimates import is_withheld, told_accuracy
from playbooks.velocity_findings import PROCEDURE, findings_of, unplayed
from playbooks.velocity_measures import Measures, measures_of
from playbooks.velocity_text import (
    GROUPS_SHOWN,
    before_line,
    convention,
    estimates_line,
    forecast_line,
    groups_line,
    headline,
    open_line,
    throughput_line,
    times_line,
    weeks_count,
)
from playbooks.verdict import Verdict
from playbooks.work import Work

_DIRT_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """A velocity, where its rows came from, and what is held against it."""

    velocity: Velocity
    roles: RoleMap
    meanings: frozenset[StatusRole]
    reading: Reading
    work: Work
    bands: Bands

    def report(self, desk: Desk, run_id: str) -> Report:
        """The envelope; warnings decide the status, figures without data do not vote."""
        comparison = self._comparison()
        findings = findings_of(
            self.velocity,
            roles=self.roles,
            meanings=self.meanings,
            reading=self.reading,
            bands=self.bands,
        )
        gates = (*self._gates(findings), *self._ai_gate(comparison))
        reading = self.reading
        report = Report(
            procedure=PROCEDURE,
            run_id=run_id,
            status=judge(gates, findings),
            headline=self._headline(),
            workspace=desk.connection.workspace,
            connection=desk.configuration.digest,
            as_of=reading.as_of,
            age_s=round(max(0.0, (desk.clock() - reading.as_of).total_seconds()), 1),
            source=reading.source,
            coverage=Coverage(
                scanned=self.velocity.all_count,
                total=reading.rows_count if reading.complete else None,
                complete=reading.complete,
            ),
            gates=gates,
            measurements=self._measures(comparison),
            findings=findings,
            next_actions=tuple(self._next_actions()),
            summary="",
        )
        bars = fenced(bars_of(self.velocity, self.work.days))
        figures = [bars] if bars else []
        return report.model_copy(update={"summary": summarise(report, figures)})

    def _headline(self) -> str:
        lacking = unplayed(self.velocity, self.roles)
        if lacking and not self.velocity.tasks:
            return f"Cannot tell: no property plays {listed(lacking)}."
        return headline(self.velocity)

    def _comparison(self) -> AiComparison | None:
        velocity = self.velocity
        if velocity.question.compare != "ai":
            return None
        return compared_by_ai(velocity.estimates.paired)

    def _measures(self, comparison: AiComparison | None) -> Measures:
        measures = measures_of(self.velocity, self.bands)
        if self.velocity.question.compare == "ai":
            measures |= ai_measures(comparison)
        return measures

    def _gates(self, findings: tuple[Finding, ...]) -> Iterator[Gate]:
        velocity = self.velocity
        if not velocity.tasks:
            yield _gate("throughput", "no tasks", told=False)
            return
        flow, trend, outlook = velocity.flow, velocity.pace.trend, velocity.outlook
        reference = reference_of(self.work, self.bands)
        has_flow = flow.cycle is not None or flow.lead is not None
        told = f"{times_line(flow)}. {convention(self.work.days)}"
        yield _gate("throughput", throughput_line(velocity, reference), told=True)
        yield _gate("duration", told, told=has_flow)
        yield from self._before_gate()
        yield _gate("open work", open_line(velocity), told=bool(flow.open_count))
        yield self._estimation_gate()
        yield _gate("trend", trend_line(trend, weeks_count(velocity)), told=trend is not None)
        is_forecast = not isinstance(outlook.past, NoForecast)
        yield _gate("forecast", forecast_line(velocity), told=is_forecast)
        yield from self._group_gates()
        yield self._data_gate(findings)

    def _before_gate(self) -> Iterator[Gate]:
        before, estimates = self.velocity.before, self.velocity.estimates_before
        if before is None or estimates is None:
            return
        accuracy = told_accuracy(estimates, self.bands)
        has_done = before.throughput.completed_count > 0
        yield _gate("period before", before_line(before, accuracy), told=has_done)

    def _estimation_gate(self) -> Gate:
        estimates = self.velocity.estimates
        if is_withheld(estimates, self.bands):
            part = f"{estimates.coverage_percent:.0f} % of {estimates.done_count} done tasks"
            return _gate("estimation", f"only {part} have both hours", told=False)
        reference = reference_of(self.work, self.bands)
        told = estimates.every is not None
        return _gate("estimation", estimates_line(estimates, reference), told=told)

    def _group_gates(self) -> Iterator[Gate]:
        velocity = self.velocity
        if velocity.question.group_by is None:
            return
        name = f"by {velocity.question.group_by.replace('_', ' ')}"
        line = groups_line(velocity, self.bands, GROUPS_SHOWN)
        yield _gate(name, line, told=bool(velocity.groups))

    def _data_gate(self, findings: tuple[Finding, ...]) -> Gate:
        dirt = self.velocity.dirt
        if not dirt:
            return _gate("data quality", "no flaw seen", told=True)
        flaws = {f"{PROCEDURE}.{each.flaw}" for each in dirt}
        is_bad = any(each.id in flaws and each.severity == "warning" for each in findings)
        told = "; ".join(each.what for each in dirt[:_DIRT_SHOWN])
        hidden = len(dirt) - _DIRT_SHOWN
        more = f"; and {hidden} more kinds" if hidden > 0 else ""
        reason = f"{self._concerned()}: {told}{more}. validate_data lists them"
        return Gate(name="data quality", status="warning" if is_bad else "ok", reason=reason)

    def _concerned(self) -> str:
        done_count, open_count = self.velocity.estimates.done_count, self.velocity.flow.open_count
        return f"{done_count} done in the period, {open_count} open today"

    def _ai_gate(self, comparison: AiComparison | None) -> Iterator[Gate]:
        if self.velocity.question.compare != "ai":
            return
        if "ai_tool" not in self.roles.filled:
            yield _gate("AI-assisted", "no property plays ai_tool", told=False)
            return
        balance = "" if comparison is None else "; ".join(balance_lines(comparison))
        reason = ai_line(comparison) + (f"; {balance}" if balance else "")
        yield _gate("AI-assisted", reason, told=comparison is not None)

    def _next_actions(self) -> Iterator[str]:
        if self.velocity.dirt:
            yield "validate_data lists every task whose values are left out."
        if self.velocity.question.group_by is None and self.velocity.tasks:
            yield "velocity_report(group_by='assignee') tells it for each; also project, size."
        if self.velocity.question.compare is None and "ai_tool" in self.roles.filled:
            yield "velocity_report(compare='ai') sets AI-assisted tasks beside the others."


def _gate(name: str, reason: str, *, told: bool) -> Gate:
    return Gate(name=name, status="ok" if told else "not_measured", reason=reason)


def not_answered(desk: Desk, verdict: Verdict, question: Question, run_id: str) -> Report:
    """Why there are no figures: all of them None, the status unknown or worse."""
    nothing = measures_of(velocity_of((), question, desk.work), desk.bands)
    return unanswered(
        desk,
        verdict,
        procedure=PROCEDURE,
        run_id=run_id,
        headline="Cannot tell: the task database cannot be read.",
        measurements=dict.fromkeys(nothing),
    )


def in_short(report: Report) -> Report:
    """The same for a small context: what matters most, and every sentence once, in the summary."""
    matter = [finding for finding in report.findings if _matters(finding)]
    kept = matter[:_SHORT_FINDINGS_COUNT]
    hidden = [finding for finding in report.findings if finding not in kept]
    actions = report.next_actions
    if hidden:
        names = [finding.id.removeprefix(f"{PROCEDURE}.") for finding in hidden]
        more = f"velocity_report(detail='full') explains {len(hidden)} more findings"
        actions = (*actions[:2], f"{more}: {listed(names, 4)}.")
    shown = tuple(
        finding.model_copy(update={"evidence": finding.evidence[:_SHORT_EVIDENCE_COUNT]})
        for finding in kept
    )
    told = report.model_copy(update={"findings": shown, "next_actions": actions})
    update = {
        "summary": summarise(told, figures_of(report.summary)),
        "findings": tuple(finding.model_copy(update={"evidence": ()}) for finding in shown),
        "gates": tuple(
            gate.model_copy(update={"reason": ""}) for gate in report.gates if gate.status != "ok"
        ),
    }
    return told.model_copy(update=update)


def _matters(finding: Finding) -> bool:
    """Dirt that is rare is told by its gate already."""
    return finding.severity != "info" or finding.id == f"{PROCEDURE}.not_computed"


_SHORT_FINDINGS_COUNT: Final = 3
_SHORT_EVIDENCE_COUNT: Final = 2
