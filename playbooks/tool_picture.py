"""Pictures of AI tools beside each other, with the finding as their title."""

from collections.abc import Mapping, Sequence

from playbooks.bands import Bands
from playbooks.metric_names import ToolMetric
from playbooks.picture import Specification
from playbooks.pictures.tools import ToolLatency, ToolSuccess, tool_latencies, tool_success
from playbooks.text import visible
from playbooks.tool_metrics import Figures
from playbooks.verdict import Verdict


def picture_of(
    metric: ToolMetric, tools: Mapping[str, Figures], verdicts: Sequence[Verdict], bands: Bands
) -> Specification | None:
    """The tools that are judged beside each other; None for metrics that are sums."""
    told = {verdict.gate.name: verdict for verdict in verdicts}
    if metric == "response_time":
        latencies = [each for tool in tools if (each := _latency(tool, tools[tool], bands))]
        return tool_latencies(_title("answers within its band", latencies, told, metric), latencies)
    if metric != "success_rate":
        return None
    rates = [
        ToolSuccess(
            tool,
            rate.percent,
            rate.interval.low,
            rate.interval.high,
            _verdict(rate.percent, told.get(f"{tool} success rate"), bands),
        )
        for tool, figures in tools.items()
        if (rate := figures.success) is not None
    ]
    band = bands.success_rate_percent
    edges = (band.warning_from, band.good_from, band.excellent_from)
    return tool_success(_title("succeeds", rates, told, metric), rates, edges)


def _verdict(percent: float, told: Verdict | None, bands: Bands) -> str:
    is_judged = told is not None and told.gate.status != "not_measured"
    level = bands.success_rate_percent.judge(percent) if is_judged else "too few calls to judge"
    return f"{percent:.1f} %: {level}"


def _latency(tool: str, figures: Figures, bands: Bands) -> ToolLatency | None:
    times, band = figures.times, bands.tool_response_ms.of(tool)
    if times is None or band is None:
        return None
    statistic, value = times.judged
    return ToolLatency(
        tool=tool,
        p25_ms=times.p25_ms,
        median_ms=times.p50_ms,
        p75_ms=times.p75_ms,
        p95_ms=times.p95_ms,
        longest_ms=times.longest_ms,
        edges_ms=(band.good_below, band.warning_from, band.critical_from),
        verdict=f"{statistic} {value:,.0f} ms, n = {times.samples_count}: {band.judge(value)}",
    )


def _title(
    well: str,
    drawn: Sequence[ToolLatency] | Sequence[ToolSuccess],
    told: Mapping[str, Verdict],
    metric: ToolMetric,
) -> str:
    """The finding: who is not well, or that everybody is."""
    gates = {each.tool: told.get(f"{each.tool} {metric.replace('_', ' ')}") for each in drawn}
    statuses = {tool: "ok" if told is None else told.gate.status for tool, told in gates.items()}
    bad = [each for each in drawn if statuses[each.tool] not in {"ok", "not_measured"}]
    open_count = sum(status == "not_measured" for status in statuses.values())
    match bad:
        case [] if open_count:
            return f"Of {open_count} of {len(drawn)} tools there are too few calls to judge"
        case []:
            return f"Every tool {well}"
        case [one]:
            return f"{visible(one.tool)}: {one.verdict}"
        case _:
            return f"{len(bad)} of {len(drawn)} tools are outside their good bands"
