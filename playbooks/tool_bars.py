"""AI tools beside each other as lines of characters: the picture that comes unasked."""

from collections.abc import Mapping

from playbooks.metric_changes import value_of
from playbooks.metric_names import ToolMetric
from playbooks.tool_metrics import Figures
from playbooks.tool_table import number
from playbooks.unicode_bars import BarRow, SpanRow, bar_lines, span_lines


def bars_of(metric: ToolMetric, tools: Mapping[str, Figures], unit: str = "") -> list[str]:
    """Where the calls of each tool lie on one scale; nothing for a single tool.

    `unit` stands behind each sum.
    """
    return _lines(metric, tools, unit) if len(tools) > 1 else []


def _lines(metric: ToolMetric, tools: Mapping[str, Figures], unit: str) -> list[str]:
    match metric:
        case "response_time":
            spans = [span for tool, figures in tools.items() for span in _times(tool, figures)]
            return [*span_lines(spans, logarithmic=True), "(logarithmic)"] if spans else []
        case "success_rate":
            spans = [span for tool, figures in tools.items() for span in _success(tool, figures)]
            return span_lines(spans)
        case "tokens" | "cost" | "calls":
            totals = {tool: value_of(metric, figures) for tool, figures in tools.items()}
            return bar_lines(
                [
                    BarRow(tool, total, f"{number(total)}{unit}")
                    for tool, total in totals.items()
                    if total
                ]
            )


def _times(tool: str, figures: Figures) -> list[SpanRow]:
    """From the first quartile to the 95th percentile, or to the third quartile of few."""
    times = figures.times
    if times is None:
        return []
    name, high = ("p75", times.p75_ms) if times.p95_ms is None else ("p95", times.p95_ms)
    text = f"p25 {times.p25_ms:,.0f}, p50 {times.p50_ms:,.0f}, {name} {high:,.0f} ms"
    return [SpanRow(tool, times.p25_ms, times.p50_ms, high, text)]


def _success(tool: str, figures: Figures) -> list[SpanRow]:
    """The rate within its interval."""
    rate = figures.success
    if rate is None:
        return []
    low, high = rate.interval.low, rate.interval.high
    text = f"{rate.percent:.1f} % ({low:.1f} to {high:.1f})"
    return [SpanRow(tool, low, rate.percent, high, text)]
