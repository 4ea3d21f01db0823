"""AI tools beside each other: how fast they answered, and how often they succeeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from playbooks.picture import Specification
from playbooks.pictures.frame import Layer, empty, framed, logarithmic_ticks
from playbooks.pictures.theme import BANDS
from playbooks.text import fitted, visible

TOOLS_DRAWN: Final = 10
"""More rows than this are too low to read: the first ones are drawn, the rest counted."""

BAND_NAMES: Final = ("good", "acceptable", "warning", "critical")
SUCCESS_NAMES: Final = ("excellent", "good", "warning", "critical")

_ROW_HEIGHT, _ROWS_HEIGHT = 36, 160
_NAME_COLUMNS: Final = 20
_VERDICT_COLUMNS: Final = 34


@dataclass(frozen=True, slots=True)
class ToolLatency:
    """The response times of one tool, in ms; a percentile is None when there are too few calls.

    `edges_ms` are where its bands acceptable, warning and critical begin; `verdict` is foreign
    text for the end of the row, as `p95 640 ms, n = 320: acceptable`.
    """

    tool: str
    p25_ms: float
    median_ms: float
    p75_ms: float
    p95_ms: float | None
    longest_ms: float
    edges_ms: tuple[float, float, float]
    verdict: str


@dataclass(frozen=True, slots=True)
class ToolSuccess:
    """The success rate of one tool and its Wilson interval, in percent; `verdict` as above."""

    tool: str
    rate_percent: float
    low_percent: float
    high_percent: float
    verdict: str


def tool_latencies(title: str, tools: Sequence[ToolLatency]) -> Specification:
    """A row for each tool: quartiles and median, the 95th percentile, the longest, its bands.

    `title` says the finding. The axis is logarithmic: tools differ by orders of magnitude.
    """
    if not tools:
        return empty(title, "No calls with a response time in this period.")
    drawn = tools[:TOOLS_DRAWN]
    ends = _latency_ends(drawn)
    x = _axis("Response time, ms (logarithmic)", ends, logarithmic_ticks(*ends), type="log")
    names = _names([tool.tool for tool in drawn])
    layers = [
        _band_layer([_latency_bands(tool, ends) for tool in drawn], names, x, BAND_NAMES),
        *_spread_layers(drawn, names, x),
        _verdict_layer([tool.verdict for tool in drawn], names),
    ]
    note = "Box: quartiles and median; diamond: 95th percentile; line: to the longest."
    return framed(title, note=note + _left_out(len(tools)), layers=layers)


def tool_success(
    title: str, tools: Sequence[ToolSuccess], edges_percent: tuple[float, float, float]
) -> Specification:
    """A row for each tool: its rate, its interval, and the bands, the same for all.

    `title` says the finding; `edges_percent` are where warning, good and excellent begin.
    """
    if not tools:
        return empty(title, "No calls with a known outcome in this period.")
    drawn = tools[:TOOLS_DRAWN]
    lowest = min(edges_percent[0] - 5, *(tool.low_percent for tool in drawn))
    ends = (max(0.0, 10 * (lowest // 10)), 100.0)
    x = _axis("Successful calls, %", ends, [])
    names = _names([tool.tool for tool in drawn])
    bands = list(zip(SUCCESS_NAMES, (100.0, *edges_percent[::-1]), strict=True))
    lows = [*edges_percent[::-1], ends[0]]
    spans = [(name, low, high) for (name, high), low in zip(bands, lows, strict=True)]
    layers = [
        _band_layer([spans] * len(drawn), names, x, SUCCESS_NAMES),
        *_interval_layers(drawn, names, x),
        _verdict_layer([tool.verdict for tool in drawn], names),
    ]
    note = "Point: share of successful calls; line: its 95 % Wilson interval."
    return framed(title, note=note + _left_out(len(tools)), layers=layers)


_Span = tuple[str, float, float]


def _latency_ends(tools: Sequence[ToolLatency]) -> tuple[float, float]:
    lowest = min(min(tool.p25_ms, tool.edges_ms[0] / 2) for tool in tools)
    highest = max(max(tool.longest_ms, tool.edges_ms[2] * 1.5) for tool in tools)
    return max(1.0, lowest * 0.8), highest * 1.1


def _latency_bands(tool: ToolLatency, ends: tuple[float, float]) -> list[_Span]:
    edges = (ends[0], *tool.edges_ms, ends[1])
    return [(name, edges[at], edges[at + 1]) for at, name in enumerate(BAND_NAMES)]


def _names(tools: Sequence[str]) -> list[str]:
    """Labels of rows; two tools that read the same keep a row each."""
    names: list[str] = []
    for tool in tools:
        name = fitted(visible(tool), _NAME_COLUMNS) or "(no name)"
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


def _axis(title: str, ends: tuple[float, float], ticks: Sequence[float], **scale: object) -> Layer:
    axis = {"title": title, "format": ",~r", "tickCount": 6, "labelOverlap": True}
    return {
        "type": "quantitative",
        "scale": {"domain": list(ends), "clamp": True, **scale},
        "axis": {**axis, "values": list(ticks)} if ticks else axis,
    }


def _row(names: Sequence[str]) -> Layer:
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 8}
    return {
        "field": "tool",
        "type": "nominal",
        "scale": {"domain": list(names), "paddingInner": 0.35, "paddingOuter": 0.2},
        "axis": axis,
    }


def _band_layer(
    spans: Sequence[Sequence[_Span]], names: Sequence[str], x: Layer, bands: Sequence[str]
) -> Layer:
    rows = [
        {"tool": name, "band": band, "low": low, "high": high}
        for name, of_tool in zip(names, spans, strict=True)
        for band, low, high in of_tool
    ]
    legend = {"title": None, "symbolType": "square", "symbolOpacity": 0.5}
    return {
        "data": {"values": rows},
        "mark": {
            "type": "bar",
            "style": "parted",
            "opacity": 0.3,
            "height": min(_ROW_HEIGHT, _ROWS_HEIGHT // len(names)),
            "clip": True,
        },
        "encoding": {
            "y": _row(names),
            "x": {"field": "low", **x},
            "x2": {"field": "high"},
            "color": {
                "field": "band",
                "type": "nominal",
                "scale": {"domain": list(bands), "range": BANDS},
                "legend": legend,
            },
        },
    }


def _spread_layers(tools: Sequence[ToolLatency], names: Sequence[str], x: Layer) -> list[Layer]:
    rows = [
        {
            "tool": name,
            "p25": tool.p25_ms,
            "median": tool.median_ms,
            "p75": tool.p75_ms,
            "p95": tool.p95_ms,
            "longest": tool.longest_ms,
        }
        for name, tool in zip(names, tools, strict=True)
    ]
    return [
        _mark(rows, names, x, ("p75", "longest"), {"type": "rule", "style": "ink"}),
        _mark(
            rows,
            names,
            x,
            ("p25", "p75"),
            {"type": "bar", "style": ["data", "parted"], "height": 11},
        ),
        _mark(
            rows,
            names,
            x,
            ("median",),
            {"type": "tick", "style": "ink", "size": 18, "thickness": 2.5},
        ),
        _mark(
            [row for row in rows if row["p95"] is not None],
            names,
            x,
            ("p95",),
            {
                "type": "point",
                "shape": "diamond",
                "style": "ink-point",
                "filled": True,
                "opacity": 1,
                "size": 110,
            },
        ),
    ]


def _interval_layers(tools: Sequence[ToolSuccess], names: Sequence[str], x: Layer) -> list[Layer]:
    rows = [
        {
            "tool": name,
            "rate": tool.rate_percent,
            "low": tool.low_percent,
            "high": tool.high_percent,
        }
        for name, tool in zip(names, tools, strict=True)
    ]
    rule = {"type": "rule", "style": "ink", "strokeWidth": 2}
    return [
        _mark(rows, names, x, ("low", "high"), rule),
        _mark(
            rows,
            names,
            x,
            ("rate",),
            {"type": "point", "style": "ink-point", "filled": True, "opacity": 1, "size": 110},
        ),
    ]


def _mark(
    rows: Sequence[Layer], names: Sequence[str], x: Layer, fields: Sequence[str], mark: Layer
) -> Layer:
    encoding: dict[str, Any] = {"y": _row(names), "x": {"field": fields[0], **x}}
    if len(fields) > 1:
        encoding["x2"] = {"field": fields[1]}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _verdict_layer(verdicts: Sequence[str], names: Sequence[str]) -> Layer:
    rows = [
        {"tool": name, "verdict": fitted(visible(verdict), _VERDICT_COLUMNS)}
        for name, verdict in zip(names, verdicts, strict=True)
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "style": "ink-text", "align": "left", "dx": 14},
        "encoding": {
            "y": _row(names),
            "x": {"value": "width"},
            "text": {"field": "verdict"},
        },
    }


def _left_out(tools_count: int) -> str:
    hidden = tools_count - TOOLS_DRAWN
    return f" {TOOLS_DRAWN} of {tools_count:,} tools drawn." if hidden > 0 else ""
