"""Why is the workspace slow? Measures each database uncached and explains from recorded calls.

Rows P11 and P15 of the playbook. A cause is named only where numbers carry it, each with what its
remedy would save; a healthy workspace has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from playbooks.arguments import FEWEST_SAMPLES
from playbooks.breaker_causes import breaker_causes
from playbooks.cache_causes import cache_causes, cache_uses
from playbooks.call_patterns import pattern_causes
from playbooks.call_split import split_causes
from playbooks.causes import PROCEDURE, Cause, by_weight
from playbooks.checklist import Facts, checklist
from playbooks.database_gates import judge_database
from playbooks.database_search import inspecting, shared_with, wanted_kinds
from playbooks.database_speed import Measured, judge_speed, speed_causes
from playbooks.databases import DatabaseKey, DatabaseKind
from playbooks.desk import Desk, silent
from playbooks.diagnosis import Diagnosis
from playbooks.health_gates import judge_cache, judge_errors
from playbooks.history import History, history_of
from playbooks.measuring import Stopwatch
from playbooks.ports import Notion, Progress
from playbooks.rate_limits import WINDOW_CALLS_COUNT, limit_causes, limits_of
from playbooks.records import CallRecord
from playbooks.report import Report
from playbooks.runs import keep
from playbooks.shift_causes import shift_causes
from playbooks.verdict import Verdict


async def diagnose_performance(
    desk: Desk,
    *,
    database: DatabaseKey | None = None,
    window_hours: float = 24,
    samples_count: int = FEWEST_SAMPLES,
    progress: Progress = silent,
) -> Report:
    """One report: each database timed past every cache, and why it is slow.

    Bounded by `bands.diagnosis_deadline_s`; what was not measured by then is told. Changes
    nothing. Raises ConfigurationInvalid.
    """
    desk.require_configuration()
    visit = _Visit(desk, desk.new_run_id(), desk.clock(), window_hours, progress)
    history = await history_of(desk, visit.since, within_s=visit.left_s())
    verdicts, measured = await visit.measure(history, database, samples_count)
    ttls_s = await visit.ttls_s([each.source.id for each in measured])
    diagnosis = visit.explain(history, verdicts, measured, ttls_s)
    report = diagnosis.report(desk, visit.run_id, visit.started)
    await desk.together([lambda: keep(desk, report)], within_s=max(1.0, visit.left_s()))
    return report


@dataclass(frozen=True, slots=True)
class _Visit:
    """One diagnosis as it goes."""

    desk: Desk
    run_id: str
    started: datetime
    window_hours: float
    progress: Progress

    @property
    def since(self) -> datetime:
        return self.started - timedelta(hours=self.window_hours)

    def left_s(self) -> float:
        spent_s = (self.desk.clock() - self.started).total_seconds()
        return max(0.0, self.desk.bands.diagnosis_deadline_s - spent_s)

    async def measure(
        self, history: History, database: DatabaseKey | None, samples_count: int
    ) -> tuple[list[Verdict], list[Measured]]:
        """The verdicts on databases that cannot be read, and the others measured."""
        desk = self.desk
        kinds = wanted_kinds(desk, database)
        if desk.notion is None or desk.unreachable is not None:
            return [_unreachable(desk, kind) for kind in kinds], []
        notion = desk.notion.attributed(PROCEDURE, self.run_id)
        verdicts, measured = await self._found(notion, kinds, history)
        watch = Stopwatch(notion, desk.together, desk.clock, self.left_s, self.progress)
        await watch.measure(measured, samples_count, desk.bands)
        return verdicts, measured

    async def _found(
        self, notion: Notion, kinds: Sequence[DatabaseKind], history: History
    ) -> tuple[list[Verdict], list[Measured]]:
        shared = await shared_with(self.desk, notion, kinds, self.left_s())
        probes = [inspecting(self.desk, notion, kind, shared) for kind in kinds]
        outcomes = await self.desk.together(probes, within_s=self.left_s())
        counts = history.records_counts()
        verdicts: list[Verdict] = []
        measured: list[Measured] = []
        for kind, outcome in zip(kinds, outcomes, strict=True):
            source = outcome.value.source if outcome.value else None
            if source is None:
                verdicts.append(judge_database(kind, outcome))
                continue
            known, recorded = counts.get(source.id), history.full_pages_ms(source.id)
            found = Measured(kind.key, source, records_count=known, recorded_ms=recorded)
            measured.append(found)
        return verdicts, measured

    async def ttls_s(self, ids: Sequence[str]) -> dict[str, float]:
        """The TTLs in force, of those data sources for which the mirror says it."""
        mirror = self.desk.mirror
        if mirror is None:
            return {}
        asked = [partial(mirror.ttl_s, each) for each in ids]
        outcomes = await self.desk.together(asked, within_s=max(1.0, self.left_s()))
        pairs = zip(ids, outcomes, strict=True)
        return {each: outcome.value for each, outcome in pairs if outcome.value is not None}

    def explain(
        self,
        history: History,
        verdicts: Sequence[Verdict],
        measured: Sequence[Measured],
        ttls_s: Mapping[str, float],
    ) -> Diagnosis:
        """Every cause and gate, from what was recorded and what was measured now."""
        bands = self.desk.bands
        window = bands.model_copy(update={"health_window_minutes": self.window_hours * 60})
        names = {each.source.id: each.key for each in measured}
        fresh = [call for each in measured for call in each.calls]
        calls: list[CallRecord] = sorted([*history.calls, *fresh], key=lambda call: call.at)
        limits = limits_of(calls, window_calls_count=WINDOW_CALLS_COUNT)
        uses = cache_uses(history.records, history.edits, names, ttls_s, bands)
        others = [call for call in history.calls if call.procedure != PROCEDURE]
        causes: tuple[Cause, ...] = by_weight(
            (
                *breaker_causes(history.breakers, self.started),
                *limit_causes(limits),
                *speed_causes(measured, bands),
                *split_causes(calls, bands),
                *pattern_causes(others, names, self.started),
                *cache_causes(uses, bands, window_hours=self.window_hours),
                *shift_causes(calls, names),
            )
        )
        told = [page.compressed for each in measured for page in each.pages["full"]]
        in_process = self.desk.connection.workspace == "sample workspace"
        facts = Facts(bands, calls, uses, causes, any(told) if told else None, in_process)
        return Diagnosis(
            databases=measured,
            verdicts=(*verdicts, *(judge_speed(each, bands) for each in measured)),
            traffic=(judge_cache(history.traffic, window), judge_errors(history.traffic, window)),
            history=history,
            calls=calls,
            limits=limits,
            causes=causes,
            checklist=checklist(facts),
        )


def _unreachable(desk: Desk, kind: DatabaseKind) -> Verdict:
    name = f"database {kind.key}"
    if desk.unreachable is None:
        return Verdict.of(name, "unknown", "there is no token to ask with", _ASK_HEALTH)
    return Verdict.of(name, "unknown", desk.unreachable.problem, desk.unreachable.remedy)


_ASK_HEALTH: Final = "Call health_check, which says what is missing."
