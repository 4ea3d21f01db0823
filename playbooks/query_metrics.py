"""Metrics by name: how AI tools answer and what they cost, our own server, database health.

Rows P8, P9 and P11 of the playbook. A figure comes with its number of calls and, where it is from
a sample, with what it may truly be; what cannot be computed is None, and the report says why.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, cast, get_args

from playbooks.arguments import USUAL_METRIC_DAYS, MetricGroup
from playbooks.database_metrics import DatabaseQuestion, answer_of_databases
from playbooks.database_search import kept_titles, shared_with
from playbooks.databases import KINDS
from playbooks.desk import Desk, silent
from playbooks.errors import PlaybookError
from playbooks.mapping import titled
from playbooks.metric_answer import PROCEDURE, Answer, finding
from playbooks.metric_names import DatabaseMetric, Metric, ToolMetric, metric_named
from playbooks.metric_period import MetricPeriod, metric_period_of
from playbooks.opened import SEARCH_PATIENCE_S
from playbooks.ports import Progress
from playbooks.records import Reading
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report, Severity, judge
from playbooks.runs import keep
from playbooks.spoken_period import Spoken, spoken_period
from playbooks.tool_answer import answer_of_tools
from playbooks.tool_source import read_tools
from playbooks.tool_table import ToolQuestion
from playbooks.verdict import Verdict


async def query_metrics(  # noqa: PLR0913 - the question, all by keyword
    desk: Desk,
    metric: str,
    *,
    group: MetricGroup = "tool",
    days: int = USUAL_METRIC_DAYS,
    since: str | None = None,
    until: str | None = None,
    compare: bool = False,
    progress: Progress = silent,
) -> Report:
    """One metric in a period, by tool or database, day or week; compared with the one before.

    Where the question itself says `today`, `last 7 days`, `since october`… and nothing else gives
    a period, that is the period; `than last week` compares. Where it is not understood, the answer
    says so.

    Raises:
        MetricUnknown: no metric is called so; it names the nearest and all.
        PeriodInvalid: the period is none.
        ConfigurationInvalid: the configuration has mistakes.
    """
    desk.require_configuration()
    asked = metric_named(metric)
    now = desk.clock()
    spoken = spoken_period(metric, desk.work.days.local_day(now))
    if (days, since, until) != (USUAL_METRIC_DAYS, None, None):
        spoken = Spoken(compares=spoken.compares)
    since, until = _iso(spoken.first) or since, _iso(spoken.last) or until
    period = metric_period_of(now, desk.work.days, count=days, since=since, until=until)
    period = replace(period, before_first_day=spoken.before)
    visit = _Visit(desk, desk.new_run_id(), now, group, period, spoken, compare or spoken.compares)
    if asked in get_args(ToolMetric):
        report, answer = await visit.of_tools(cast("ToolMetric", asked), progress)
    else:
        report, answer = await visit.of_databases(cast("DatabaseMetric", asked))
    await keep(desk, report, answer.picture)
    return report


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@dataclass(frozen=True, slots=True)
class _Visit:
    desk: Desk
    run_id: str
    now: datetime
    group: MetricGroup
    period: MetricPeriod
    spoken: Spoken
    compare: bool

    async def of_tools(self, metric: ToolMetric, progress: Progress) -> tuple[Report, Answer]:
        """From rows of `ai_tool_metrics` and our own records."""
        data = await read_tools(self.desk, self._span, run_id=self.run_id, progress=progress)
        question = ToolQuestion(metric, self.group, self.period, self.compare, data.currency)
        answer = await self.desk.aside(lambda: answer_of_tools(question, data, self.desk.bands))
        scanned = _Scanned(len(data.samples), data.is_whole, data.reading)
        return self._report(metric, answer, scanned), answer

    async def of_databases(self, metric: DatabaseMetric) -> tuple[Report, Answer]:
        """From recorded calls."""
        desk = self.desk
        names = await self._names()
        question = DatabaseQuestion(metric, self.group, self.period, self.compare, names)
        try:
            recorded = await desk.store.calls_since(self._span.start, desk.connection.key)
        except PlaybookError as error:
            trouble = Verdict.of("recorded calls", "unknown", error.problem, error.remedy)
            answer = answer_of_databases(question, (), desk.bands)
            answer = Answer(answer.headline, answer.table, [trouble], answer.measurements)
            return self._report(metric, answer, _Scanned(0, is_whole=False)), answer
        answer = answer_of_databases(question, recorded.calls, desk.bands)
        if recorded.cut:
            since = f"{recorded.calls[0].at:%Y-%m-%d %H:%M} UTC"
            reason = f"too many for one reading: only those since {since} are counted"
            cut = Verdict.of("recorded calls", "warning", reason, "Ask for a shorter period.")
            answer = replace(answer, verdicts=[*answer.verdicts, cut])
        scanned = _Scanned(len(recorded.calls), is_whole=not recorded.cut)
        return self._report(metric, answer, scanned), answer

    @property
    def _span(self) -> MetricPeriod:
        """The period, and the one before it where the two are compared."""
        start = self.period.before().start if self.compare else self.period.start
        return MetricPeriod(start, self.period.end, self.period.days)

    async def _names(self) -> dict[str, str]:
        """The key of each data source: by configured id, else by title; what is not known stays."""
        desk = self.desk
        settings = desk.connection.databases
        names = {setting.id: key for key, setting in settings.items() if setting.id is not None}
        missing = [kind for kind in KINDS if kind.key not in names.values()]
        if desk.notion is None or not missing:
            return dict(names)
        shared = await shared_with(
            desk, desk.notion.attributed(PROCEDURE, self.run_id), missing, SEARCH_PATIENCE_S
        )
        known = shared.value
        if known is None:
            known = () if desk.mirror is None else await kept_titles(desk.mirror)
        fitting = {kind.key: titled(kind, known) for kind in missing}
        found = {each[0].id: key for key, each in fitting.items() if len(each) == 1}
        return {**found, **names}

    def _report(self, metric: Metric, answer: Answer, scanned: "_Scanned") -> Report:
        reading = scanned.reading
        as_of = self.now if reading is None else reading.as_of
        findings = (*answer.all_findings(), *_readings(reading), *self._not_understood())
        status = judge(answer.gates, findings)
        report = Report(
            procedure=PROCEDURE,
            run_id=self.run_id,
            status=status if answer.is_judged or status != "ok" else "unknown",
            headline=answer.headline,
            workspace=self.desk.connection.workspace,
            connection=self.desk.configuration.digest,
            as_of=as_of,
            age_s=round(max(0.0, (self.now - as_of).total_seconds()), 1),
            source="live" if reading is None else reading.source,
            coverage=scanned.coverage,
            gates=answer.gates,
            measurements={**self._asked(metric), **answer.measurements},
            findings=findings,
            next_actions=self._next_actions(metric),
            summary="",
        )
        return report.model_copy(update={"summary": summarise(_brief(report), answer.figures)})

    def _asked(self, metric: Metric) -> dict[str, str]:
        """What was asked, as it was understood."""
        before = {"period_before": str(self.period.before())} if self.compare else {}
        return {"metric": metric, "period": str(self.period), **before}

    def _not_understood(self) -> list[Finding]:
        """Whether the question speaks of other days, perhaps."""
        if self.spoken.is_clear:
            return []
        days = self.period.told(compared=self.compare)
        what = f"the question's words about days were not all understood: this is of {days}"
        return [finding("days", "warning", what, remedy=f"This is of {days}; {_GIVE_DAYS}")]

    def _next_actions(self, metric: Metric) -> tuple[str, ...]:
        actions: list[str] = []
        if not self.compare:
            actions.append(f"query_metrics(metric='{metric}', compare=true) says what changed.")
        if self.group in {"tool", "none"}:
            actions.append(f"query_metrics(metric='{metric}', group='day') says since when.")
        return tuple(actions)


_GIVE_DAYS: Final = "for other days give `days`, or `since` and `until` as 2026-01-31."


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What was read; `is_whole` False: a source is in trouble, so nobody knows of how many."""

    count: int
    is_whole: bool
    reading: Reading | None = None

    @property
    def coverage(self) -> Coverage:
        reading = self.reading
        count = self.count if reading is None else reading.rows_count
        is_whole = self.is_whole and (reading is None or reading.complete)
        return Coverage(scanned=count, total=count if is_whole else None, complete=is_whole)


def _readings(reading: Reading | None) -> list[Finding]:
    """What makes the rows older or fewer than they should be."""
    if reading is None:
        return []
    findings: list[Finding] = []
    if reading.stale_because is not None:
        error = reading.stale_because
        what = f"the rows are those of {reading.as_of:%Y-%m-%d %H:%M} UTC: {error.problem}"
        findings.append(finding("stale", "warning", what, remedy=error.remedy))
    if reading.gaps:
        severity: Severity = "info" if reading.complete else "warning"
        findings.append(
            finding("gaps", severity, "rows or values are missing", evidence=reading.gaps)
        )
    return findings


def undrawn(report: Report) -> str | None:
    """Why no picture is drawn of its metric; None where one is."""
    match cast("Metric", report.measurements["metric"]):
        case "response_time" | "success_rate":
            return None
        case "tokens" | "cost" | "calls" as metric:
            return f"none is drawn of a sum ({metric}); the text shows it."
        case "database_response_time" | "error_rate" | "cache_hit_rate":
            return "none is drawn of databases; the text has their figures."


def in_short(report: Report) -> Report:
    """The same for a small context: of evidence the first lines, reasons in the summary alone."""
    gates = [gate.model_copy(update={"reason": ""}) for gate in report.gates]
    return _brief(report).model_copy(update={"gates": tuple(gates)})


def _brief(report: Report) -> Report:
    """Of each finding's evidence the first two lines."""
    findings = [each.model_copy(update={"evidence": each.evidence[:2]}) for each in report.findings]
    return report.model_copy(update={"findings": tuple(findings)})
