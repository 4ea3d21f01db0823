"""A diagnosis as a whole: what was found, and the report of it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.call_split import split_of
from playbooks.causes import PROCEDURE, SAVING, Cause
from playbooks.database_speed import Measured
from playbooks.desk import Desk
from playbooks.history import History
from playbooks.rate_limits import Limits
from playbooks.records import CallRecord
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Gate, Report, Status, judge
from playbooks.text import listed
from playbooks.verdict import Verdict

_WORDS: Final[dict[Status, str]] = {
    "ok": "Fast enough",
    "warning": "Could be better",
    "critical": "Too slow",
    "unknown": "Cannot tell",
}
_TUNABLE: Final = frozenset({"low_cache_hit_rate", "ttl"})
_REQUESTS_TO_FIND: Final = 2
"""Each database's schema and first row."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was measured, judged and concluded.

    `verdicts` are one for each database, `traffic` those on cache and error rate; `calls` the
    recorded ones with those of this diagnosis, oldest first.
    """

    databases: Sequence[Measured]
    verdicts: Sequence[Verdict]
    traffic: Sequence[Verdict]
    history: History
    calls: Sequence[CallRecord]
    limits: Limits
    causes: Sequence[Cause]
    checklist: Sequence[Gate]

    def report(self, desk: Desk, run_id: str, started: datetime) -> Report:
        """The envelope; the worst gate or cause decides the status."""
        gates = (*(v.gate for v in self._gated()), *self.checklist)
        findings = (*(cause.finding() for cause in self.causes), *self._failures())
        report = Report(
            procedure=PROCEDURE,
            run_id=run_id,
            status=judge(gates, findings),
            headline=self._headline(),
            workspace=desk.connection.workspace,
            connection=desk.configuration.digest,
            as_of=started,
            age_s=0,
            source="live",
            coverage=self._coverage(),
            gates=gates,
            measurements=self._measurements(),
            findings=findings,
            next_actions=self._next_actions(),
            summary="",
        )
        headline = f"{_WORDS[report.status]}; {report.headline}"
        headlined = report.model_copy(update={"headline": headline})
        return headlined.model_copy(update={"summary": summarise(headlined)})

    def _gated(self) -> list[Verdict]:
        """Of cache and error rate, and of the store only when it gave nothing."""
        history = self.history
        if history.trouble is not None:
            trouble = history.trouble
            store = Verdict.of("recorded calls", "unknown", trouble.problem, trouble.remedy)
        elif history.silent:
            store = Verdict.silent("recorded calls")
        else:
            return [*self.verdicts, *self.traffic]
        return [*self.verdicts, store]

    def _failures(self) -> list[Finding]:
        """What could not be measured, or failed; a slow database is explained by its cause."""
        fast_or_slow = {f"database {each.key}" for each in self.databases if each.is_measured}
        gated = [verdict for verdict in self._gated() if verdict.gate.name not in fast_or_slow]
        return [
            finding
            for verdict in gated
            if verdict.remedy and (finding := verdict.finding(PROCEDURE)) is not None
        ]

    def _coverage(self) -> Coverage:
        measured = sum(each.is_measured for each in self.databases)
        total = len(self.verdicts)
        return Coverage(scanned=measured, total=total, complete=measured == total)

    def _headline(self) -> str:
        measured = sum(each.is_measured for each in self.databases)
        named = [cause for cause in self.causes if cause.severity != "info"]
        told = listed([f"{c.name} ({c.about})" if c.about else c.name for c in named], limit=4)
        counted = f"{measured} of {len(self.verdicts)} databases measured"
        if (cut_to := self.history.cut_to) is not None:
            counted += f"; recorded calls since {cut_to:%m-%d %H:%M} UTC alone, older ones left out"
        if not named:
            return f"no cause of slowness found; {counted}."
        causes = "1 cause" if len(named) == 1 else f"{len(named)} causes"
        return f"{causes}: {told}; {counted}."

    def _measurements(self) -> dict[str, float | int | str | None]:
        split, cut_to = split_of(self.calls), self.history.cut_to
        shares = {
            f"{part}_share_percent": _rounded(split.share_percent(part)) for part in split.parts_ms
        }
        rates = {verdict.gate.name: verdict.measured for verdict in self.traffic}
        return {
            "databases_measured_count": sum(each.is_measured for each in self.databases),
            "requests_count": self._requests_count(),
            "recorded_calls_count": len(self.history.calls),
            "window_cut_to": None if cut_to is None else cut_to.isoformat(),
            "cache_hit_rate_percent": rates["cache"],
            "error_rate_percent": rates["error_rate"],
            "own_429_count": len(self.limits.own),
            "foreign_429_count": len(self.limits.foreign),
            **shares,
            "time_goes_to": split.verdict,
            **{key: value for each in self.databases for key, value in _figures(each).items()},
        }

    def _requests_count(self) -> int:
        """Of this diagnosis: finding the databases, and each measured page with its tries."""
        tries = sum(call.attempts_count for each in self.databases for call in each.calls)
        return tries + _REQUESTS_TO_FIND * len(self.databases)

    def _next_actions(self) -> tuple[str, ...]:
        names = {cause.name for cause in self.causes}
        actions: list[str] = []
        if names & _TUNABLE or "slow_database" in names:
            actions.append("plan_change(kind='optimize') previews better TTLs.")
        if self._failures() or names & {"breaker_open", "blocked", "useless_retries"}:
            actions.append("health_check says what is wrong with access, token or service.")
        if names:
            actions.append("diagnose_performance again, once the listed is done, and compare.")
        return tuple(actions)


def in_short(report: Report) -> Report:
    """The same for a small context: the gravest findings alone, their main numbers in the summary.

    The headline names the other causes, and the last action says how to read them.
    """
    hidden = len(report.findings) - _SHORT_FINDINGS_COUNT
    more = (f"diagnose_performance(detail='full') explains {hidden} more findings.",)
    actions = (*report.next_actions[:2], *more) if hidden > 0 else report.next_actions
    main = [
        finding.model_copy(update={"evidence": _main(finding.evidence)})
        for finding in report.findings[:_SHORT_FINDINGS_COUNT]
    ]
    told = report.model_copy(update={"findings": tuple(main), "next_actions": actions})
    bare = tuple(finding.model_copy(update={"evidence": ()}) for finding in main)
    return told.model_copy(update={"summary": summarise(told), "findings": bare})


_SHORT_FINDINGS_COUNT: Final = 3


def _main(evidence: Sequence[str]) -> tuple[str, ...]:
    savings = [line for line in evidence[1:] if line.startswith(SAVING)]
    return (*evidence[:1], *savings)


def _figures(each: Measured) -> dict[str, float | int | str | None]:
    return {
        f"{each.key}_median_ms": _rounded(each.median_ms),
        f"{each.key}_p95_ms": _rounded(each.p95_ms),
        f"{each.key}_records_count": each.rows_count,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
