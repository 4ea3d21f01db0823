"""The figures of AI tools as a table for people, and as measurements for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from playbooks.arguments import MetricGroup
from playbooks.metric_answer import Measurements, Table
from playbooks.metric_changes import Change, value_of
from playbooks.metric_names import ToolMetric
from playbooks.metric_period import MetricPeriod
from playbooks.tool_metrics import Figures, figures_of, grouped
from playbooks.tool_samples import Sample

_HEADERS: Final[Mapping[ToolMetric, tuple[str, ...]]] = {
    "response_time": ("p50 ms", "p95 ms", "p99 ms", "mean ms", "longest ms"),
    "success_rate": ("succeeded", "95 % interval"),
    "tokens": ("tokens", "per call"),
    "cost": ("cost", "per call"),
    "calls": (),
}


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """What is asked of AI tools; `currency` is that of their costs, where it is known."""

    metric: ToolMetric
    group: MetricGroup
    period: MetricPeriod
    compare: bool
    currency: str | None = None

    @property
    def unit(self) -> str:
        """What stands behind a sum of the metric."""
        return f" {self.currency}" if self.metric == "cost" and self.currency else ""


def table_of(
    asked: ToolQuestion,
    samples: Sequence[Sample],
    tools: Mapping[str, Figures],
    changes: Mapping[str, Change],
) -> Table:
    """By tool, each with its change; by day or week the newest first, without."""
    header = ("tool", "calls", *(f"{name}{asked.unit}" for name in _HEADERS[asked.metric]))
    if asked.group in {"tool", "none"}:
        compared = ("before", "change", "says") if changes else ()
        rows = [
            (tool, *_cells(asked.metric, figures), *_changed(changes.get(tool)))
            for tool, figures in tools.items()
        ]
        return Table((*header, *compared), rows)
    order = {tool: place for place, tool in enumerate(tools)}
    groups = grouped([s for s in samples if s.tool in order], lambda s: (_starts(asked, s), s.tool))
    newest = sorted(groups.items(), key=lambda each: (-each[0][0].toordinal(), order[each[0][1]]))
    rows = [
        (f"{day:%Y-%m-%d}", tool, *_cells(asked.metric, figures_of(each)))
        for (day, tool), each in newest
    ]
    return Table(("day" if asked.group == "day" else "week from", *header), rows)


def _starts(asked: ToolQuestion, sample: Sample) -> date:
    """The day, or the Monday of its week."""
    return sample.day - timedelta(days=sample.day.weekday() if asked.group == "week" else 0)


def _cells(metric: ToolMetric, figures: Figures) -> tuple[str, ...]:
    calls = number(figures.calls_count)
    times, rate = figures.times, figures.success
    match metric:
        case "response_time" if times is not None:
            values = (times.p50_ms, times.p95_ms, times.p99_ms, times.mean_ms, times.longest_ms)
            return (calls, *("-" if value is None else f"{value:,.0f}" for value in values))
        case "success_rate" if rate is not None:
            found = rate.interval
            return (calls, f"{rate.percent:.1f} %", f"{found.low:.1f} to {found.high:.1f}")
        case "tokens" | "cost":
            total = value_of(metric, figures)
            if total is None or not figures.calls_count:
                return (calls, "-" if total is None else number(total), "-")
            return (calls, number(total), number(total / figures.calls_count))
        case _:
            return (calls, *("-" for _ in _HEADERS[metric]))


def _changed(change: Change | None) -> tuple[str, ...]:
    if change is None:
        return ()
    return ("-" if change.before is None else number(change.before), change.change, change.says)


def number(value: float) -> str:
    """Whole from a thousand on, else with as many decimals as tell something."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.4g}"  # noqa: PLR2004 - see above


def measurements_of(
    asked: ToolQuestion, tools: Mapping[str, Figures], changes: Mapping[str, Change]
) -> Measurements:
    """The same figures, flat; None where a figure cannot be computed."""
    measured: Measurements = {
        "period_days": (asked.period.last_day - asked.period.first_day).days + 1,
        "tools_count": len(tools),
        "calls_count": round(sum(figures.calls_count for figures in tools.values())),
        **({"cost_currency": asked.currency} if asked.metric == "cost" else {}),
    }
    for tool, figures in tools.items():
        key = tool.replace(" ", "_")
        measured[f"{key}_calls_count"] = round(figures.calls_count)
        measured |= {f"{key}_{name}": _r(value) for name, value in _of(asked.metric, figures)}
        if tool in changes:
            measured[f"{key}_before"] = _r(changes[tool].before)
    return measured


def _of(metric: ToolMetric, figures: Figures) -> list[tuple[str, float | None]]:
    times, rate = figures.times, figures.success
    found = None if rate is None else rate.interval
    match metric:
        case "response_time":
            names = ("p50_ms", "p95_ms", "p99_ms", "mean_ms")
            return [(name, None if times is None else getattr(times, name)) for name in names]
        case "success_rate":
            return [
                ("success_rate_percent", None if rate is None else rate.percent),
                ("success_rate_low_percent", None if found is None else found.low),
                ("success_rate_high_percent", None if found is None else found.high),
            ]
        case "tokens":
            return [("tokens_count", figures.tokens)]
        case "cost":
            return [("cost", figures.cost)]
        case "calls":
            return []


def _r(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
