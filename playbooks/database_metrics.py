"""P11 from recorded calls: response time, error rate and cache hit rate of each database."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from playbooks.arguments import MetricGroup
from playbooks.bands import Bands, HigherIsBetter, LowerIsBetter
from playbooks.cache_replay import MIRROR
from playbooks.call_patterns import QUERY
from playbooks.intervals import wilson
from playbooks.latency import latency_of
from playbooks.metric_answer import Answer, Measurements, Table
from playbooks.metric_names import DatabaseMetric
from playbooks.metric_period import MetricPeriod
from playbooks.records import CallRecord
from playbooks.text import listed
from playbooks.verdict import Verdict

EVERYTHING: Final = "all databases"
NOT_OF_ONE: Final = "other calls"
"""Calls that are about no data source: pages, blocks, users."""

_FIRST_ERROR_STATUS: Final = 400


@dataclass(frozen=True, slots=True)
class DatabaseQuestion:
    """What is asked of the databases; `names` are keys by data source id."""

    metric: DatabaseMetric
    group: MetricGroup
    period: MetricPeriod
    compare: bool
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of one group: its value, of how many, and both with what it may be in words."""

    value: float | None
    count: int
    words: str


def answer_of_databases(
    asked: DatabaseQuestion, calls: Sequence[CallRecord], bands: Bands
) -> Answer:
    """The figures of each database in the period; the worst decides."""
    fitting = [call for call in calls if _belongs(asked.metric, call)]
    within = [call for call in fitting if asked.period.holds(call.at)]
    earlier = asked.period.before()
    before = [call for call in fitting if asked.compare and earlier.holds(call.at)]
    groups, older = _grouped(asked, within), _grouped(asked, before)
    measures = {name: _measure(asked.metric, group) for name, group in groups.items()}
    past = {name: _measure(asked.metric, older.get(name, ())) for name in measures}
    verdicts = [_judged(asked.metric, name, each, bands) for name, each in measures.items()]
    is_judged = any(each.votes for each in verdicts)
    nothing = "" if is_judged or not measures else " Nothing is judged: too few calls."
    return Answer(
        headline=f"{_headline(asked, measures, len(within))}{nothing}",
        table=_table(asked, within, measures, past),
        verdicts=verdicts,
        measurements=_measurements(asked, measures, past, len(within)),
        is_judged=is_judged,
    )


def _belongs(metric: DatabaseMetric, call: CallRecord) -> bool:
    if call.probe:
        return False
    match metric:
        case "database_response_time":
            return call.endpoint == QUERY and call.status is not None and not _failed(call)
        case "error_rate":
            return call.endpoint != MIRROR
        case "cache_hit_rate":
            return call.endpoint == MIRROR


def _failed(call: CallRecord) -> bool:
    return call.status is None or call.status >= _FIRST_ERROR_STATUS


def _grouped(
    asked: DatabaseQuestion, calls: Sequence[CallRecord]
) -> Mapping[str, list[CallRecord]]:
    """By database, those with the most calls first; or all together."""
    groups: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for call in calls:
        groups[EVERYTHING if asked.group == "none" else _name(asked, call)].append(call)
    return dict(sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])))


def _name(asked: DatabaseQuestion, call: CallRecord) -> str:
    if call.data_source_id is None:
        return NOT_OF_ONE
    return asked.names.get(call.data_source_id, f"data source {call.data_source_id}")


def _measure(metric: DatabaseMetric, calls: Sequence[CallRecord]) -> Measure:
    count = len(calls)
    match metric:
        case "database_response_time":
            found = latency_of([call.server_ms for call in calls])
            return Measure(found.median_ms if found else None, count, str(found))
        case "error_rate":
            failed = [call for call in calls if _failed(call)]
            codes = Counter(call.error_code or str(call.status) for call in failed)
            why = listed([f"{code} {number}" for code, number in codes.most_common(3)])
            return _share(len(failed), count, f"of {count} calls failed{': ' * bool(why)}{why}")
        case "cache_hit_rate":
            hits = sum(call.cache == "hit" for call in calls)
            return _share(hits, count, f"of {count} readings came from the mirror")


def _share(part: int, count: int, words: str) -> Measure:
    found = wilson(part, count)
    if found is None:
        return Measure(None, count, words)
    told = f"{100 * part / count:.1f} % {words} (95 %: {100 * found.low:.1f}"
    return Measure(100 * part / count, count, f"{told} to {100 * found.high:.1f})")


def _judged(metric: DatabaseMetric, name: str, measure: Measure, bands: Bands) -> Verdict:
    gate = f"{name} {metric.removeprefix('database_').replace('_', ' ')}"
    if measure.value is None or measure.count < _least(metric, bands):
        seen = f"{measure.count} recorded, judged from {_least(metric, bands)}"
        return Verdict.skipped(gate, f"too few: {seen}")
    band = _band(metric, bands)
    status = band.judge(measure.value)
    return Verdict.of(gate, status, f"{measure.words} ({band})", _REMEDIES[metric])


def _least(metric: DatabaseMetric, bands: Bands) -> int:
    """A median of a few calls says something, a rate does not."""
    return 5 if metric == "database_response_time" else bands.least_calls_count


def _band(metric: DatabaseMetric, bands: Bands) -> LowerIsBetter | HigherIsBetter:
    match metric:
        case "database_response_time":
            return bands.database_response_ms
        case "error_rate":
            return bands.error_rate_percent
        case "cache_hit_rate":
            return bands.cache_hit_rate_percent


_REMEDIES: Final[Mapping[DatabaseMetric, str]] = {
    "database_response_time": "diagnose_performance says why it is slow.",
    "error_rate": "health_check says what fails; diagnose_performance explains limits and retries.",
    "cache_hit_rate": "plan_change(kind='optimize') previews better lifetimes.",
}


def _headline(asked: DatabaseQuestion, measures: Mapping[str, Measure], count: int) -> str:
    name, period = asked.metric.replace("_", " "), asked.period.told(compared=asked.compare)
    if not count:
        return f"{name}, {period}: nothing is recorded."
    values = [f"{key} {_short(asked.metric, each)}" for key, each in list(measures.items())[:3]]
    return f"{name}, {period}: {listed(values)}; {count:,} recorded."


def _short(metric: DatabaseMetric, measure: Measure) -> str:
    if measure.value is None:
        return "unknown"
    unit = " ms" if metric == "database_response_time" else " %"
    return f"{measure.value:.0f}{unit}" if unit == " ms" else f"{measure.value:.1f}{unit}"


def _table(
    asked: DatabaseQuestion,
    calls: Sequence[CallRecord],
    measures: Mapping[str, Measure],
    past: Mapping[str, Measure],
) -> Table:
    if asked.group in {"tool", "none"}:
        compared = ("before", "of") if asked.compare else ()
        rows = [
            (name, str(each.count), _short(asked.metric, each), *_before(asked, past[name]))
            for name, each in measures.items()
        ]
        return Table(("database", "recorded", _unit(asked.metric), *compared), rows)
    return Table(
        ("day" if asked.group == "day" else "week from", "recorded", _unit(asked.metric)),
        [(day, str(each.count), _short(asked.metric, each)) for day, each in _by_day(asked, calls)],
    )


def _before(asked: DatabaseQuestion, past: Measure) -> tuple[str, ...]:
    return (_short(asked.metric, past), str(past.count)) if asked.compare else ()


def _unit(metric: DatabaseMetric) -> str:
    return "median" if metric == "database_response_time" else "rate"


def _by_day(asked: DatabaseQuestion, calls: Sequence[CallRecord]) -> list[tuple[str, Measure]]:
    """All databases together, the newest day or week first."""
    groups: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for call in calls:
        day = asked.period.days.local_day(call.at)
        start = day - timedelta(days=day.weekday() if asked.group == "week" else 0)
        groups[start.isoformat()].append(call)
    return [(day, _measure(asked.metric, groups[day])) for day in sorted(groups, reverse=True)]


def _measurements(
    asked: DatabaseQuestion,
    measures: Mapping[str, Measure],
    past: Mapping[str, Measure],
    count: int,
) -> Measurements:
    suffix = "median_ms" if asked.metric == "database_response_time" else f"{asked.metric}_percent"
    measured: Measurements = {"recorded_count": count}
    for name, each in measures.items():
        key = name.replace(" ", "_")
        measured[f"{key}_{suffix}"] = None if each.value is None else round(each.value, 2)
        if asked.compare:
            before = past[name].value
            measured[f"{key}_before"] = None if before is None else round(before, 2)
    return measured
