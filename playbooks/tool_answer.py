"""The metrics of AI tools, told: judged by P8 and P9, grouped, compared, drawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from playbooks.bands import Bands
from playbooks.latency import LEAST_FOR_P95, LEAST_FOR_P99
from playbooks.metric_answer import Answer, finding
from playbooks.metric_changes import change_between, value_of
from playbooks.metric_names import ToolMetric
from playbooks.report import Finding
from playbooks.roll_up import told_count
from playbooks.text import listed
from playbooks.tool_bars import bars_of
from playbooks.tool_judgement import judge_success, judge_times
from playbooks.tool_metrics import Figures, figures_of, grouped
from playbooks.tool_picture import picture_of
from playbooks.tool_samples import Flaw, Sample, flawed
from playbooks.tool_source import ToolData
from playbooks.tool_table import ToolQuestion, measurements_of, number, table_of
from playbooks.verdict import Verdict

TOOLS_MEASURED: Final = 10
"""Tools with figures of their own, those with the most calls; the others are counted."""

_EVERY_TOOL: Final = "all tools"

_NEEDS: Final[Mapping[ToolMetric, str]] = {
    "response_time": "response_time_ms",
    "success_rate": "success",
    "tokens": "tokens",
    "cost": "cost",
    "calls": "count",
}
"""The role that a metric is read from."""


def answer_of_tools(asked: ToolQuestion, data: ToolData, bands: Bands) -> Answer:
    """The figures of every tool in the period, and beside them those of the period before."""
    samples = data.within(asked.period)
    name = _one_name if asked.group == "none" else _tool
    tools = _by_calls(grouped(samples, name))
    before = data.within(asked.period.before()) if asked.compare else []
    earlier = {tool: figures_of(each) for tool, each in grouped(before, name).items()}
    changes = {
        tool: change_between(asked.metric, figures, earlier.get(tool, figures_of(())))
        for tool, figures in tools.items()
        if asked.compare
    }
    told = dict(list(tools.items())[:TOOLS_MEASURED])
    judged = _verdicts(asked.metric, told, bands)
    verdicts = [*data.troubles, *judged]
    if not verdicts and not tools:
        verdicts = [Verdict.skipped("calls of AI tools", _NOTHING)]
    is_judged = bool(tools) and (not judged or any(each.votes for each in judged))
    return Answer(
        headline=_headline(asked, tools, data, is_judged=is_judged),
        table=table_of(asked, samples, told, changes),
        verdicts=verdicts,
        measurements=measurements_of(asked, told, changes),
        findings=[
            *_flaws(asked.metric, data),
            *_absent(asked.metric, data),
            *_too_few(asked.metric, told),
            *_rolled(data),
        ],
        bars=bars_of(asked.metric, told, asked.unit),
        picture=picture_of(asked.metric, told, verdicts, bands),
        is_judged=is_judged,
    )


def _rolled(data: ToolData) -> list[Finding]:
    if not data.rolled_count:
        return []
    told = told_count(data.rolled_count, len(data.samples))
    return [finding("rolled_up", "info", told)]


_NOTHING: Final = "none in this period; record_usage and `import-usage` bring them"


def _tool(sample: Sample) -> str:
    return sample.tool


def _one_name(_: Sample) -> str:
    return _EVERY_TOOL


def _by_calls(groups: Mapping[str, Sequence[Sample]]) -> dict[str, Figures]:
    figures = {tool: figures_of(samples) for tool, samples in groups.items()}
    return dict(sorted(figures.items(), key=lambda each: (-each[1].calls_count, each[0])))


def _verdicts(metric: ToolMetric, tools: Mapping[str, Figures], bands: Bands) -> list[Verdict]:
    judge: Callable[[str, Figures, Bands], Verdict]
    match metric:
        case "response_time":
            judge = judge_times
        case "success_rate":
            judge = judge_success
        case "tokens" | "cost" | "calls":
            return []
    return [judge(tool, figures, bands) for tool, figures in tools.items()]


def _headline(
    asked: ToolQuestion, tools: Mapping[str, Figures], data: ToolData, *, is_judged: bool
) -> str:
    name, period = asked.metric.replace("_", " "), asked.period.told(compared=asked.compare)
    if not tools:
        unread = " could be read" if data.troubles else " are recorded"
        return f"{name}, {period}: no calls of AI tools{unread}."
    calls_count = sum(figures.calls_count for figures in tools.values())
    values = [f"{tool} {_short(asked, figures)}" for tool, figures in list(tools.items())[:3]]
    noun = "call" if calls_count == 1 else "calls"
    counted = f"{calls_count:,.0f} {noun}, days in {asked.period.days.zone}"
    nothing = "" if is_judged else "; nothing is judged"
    return f"{name}, {period}: {listed(values)}; {counted}{_only(data)}{nothing}."


def _only(data: ToolData) -> str:
    """What the figures are of, where a source is in trouble."""
    if data.is_whole:
        return ""
    return f"; {'our own records' if data.reading is None else 'a part of the calls'} only"


def _short(asked: ToolQuestion, figures: Figures) -> str:
    metric = asked.metric
    if metric == "response_time" and figures.times is not None:
        statistic, value = figures.times.judged
        return f"{statistic} {value:,.0f} ms"
    total = value_of(metric, figures)
    if total is None:
        return "unknown"
    return f"{total:.1f} %" if metric == "success_rate" else f"{number(total)}{asked.unit}"


def _flaws(metric: ToolMetric, data: ToolData) -> list[Finding]:
    """Of the figures that are shown alone."""
    shown = {"no tool", "no date", "impossible count", _FLAWS.get(metric)}
    return [
        finding(
            f"rows.{flaw.replace(' ', '_')}",
            "info",
            f"{flaw}: {len(rows)} rows, left out of that figure",
            evidence=[row.url for row in rows],
            remedy="validate_data lists such rows; correct or complete them in Notion.",
        )
        for flaw, rows in flawed(data.flaws)
        if flaw in shown
    ]


_FLAWS: Final[Mapping[ToolMetric, Flaw]] = {
    "response_time": "impossible response time",
    "success_rate": "impossible success",
    "tokens": "impossible tokens",
    "cost": "impossible cost",
}


def _absent(metric: ToolMetric, data: ToolData) -> list[Finding]:
    role = _NEEDS[metric]
    if role not in data.absent:
        return []
    what = "each row counts as one call" if role == "count" else "rows of Notion tell nothing of it"
    return [
        finding(
            f"no_{role}",
            "info",
            f"no property of ai_tool_metrics is known to hold {role}: {what}",
            remedy=f"Name it under [databases.ai_tool_metrics.properties] {role} = …, or add it.",
        )
    ]


def _too_few(metric: ToolMetric, tools: Mapping[str, Figures]) -> list[Finding]:
    """Why a percentile is null."""
    few = [
        f"{tool}: {figures.times.samples_count}"
        for tool, figures in tools.items()
        if figures.times is not None and figures.times.p99_ms is None
    ]
    if metric != "response_time" or not few:
        return []
    what = f"too few response times: a p95 needs {LEAST_FOR_P95}, a p99 {LEAST_FOR_P99}"
    return [finding("too_few", "info", what, evidence=few)]
