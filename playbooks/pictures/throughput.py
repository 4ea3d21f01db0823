"""Tasks completed per week, with their trend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any, Final

from playbooks.picture import Specification
from playbooks.pictures.frame import (
    Layer,
    count_axis,
    day_axis,
    days_after,
    empty,
    framed,
    iso,
    readable_top,
)

BARS_DRAWN: Final = 208
"""More bars than this are too thin to see: several weeks become one."""

_FEWEST_WEEKS_WIDE: Final = 8
"""The axis is so long even when there is less, so that one week is not one wall."""

_MOST_WEEKS_NAMED: Final = 17
_CUT_NAMED: Final = 3
_DAYS_A_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class WeeklyTrend:
    """A line over the weeks: `intercept` at the first week (number 0), slopes in tasks per week.

    `low` and `high` are the ends of the interval of the slope.
    """

    intercept: float
    slope: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Bar:
    start: date
    end: date
    mean: float


def throughput(
    title: str, first_week: date, counts: Sequence[float], trend: WeeklyTrend | None
) -> Specification:
    """Bars of the tasks completed in each week from `first_week` on, the trend over them.

    `title` says the finding. Beyond BARS_DRAWN weeks a bar is the mean of several, which the note
    says, as it says where bars are cut off.
    """
    if not counts:
        return empty(title, "No week to show.")
    each = -(-len(counts) // BARS_DRAWN)
    bars = _bars(first_week, counts, each)
    top = readable_top([bar.mean for bar in bars]) * 1.05
    last = max(bars[-1].end, days_after(first_week, _DAYS_A_WEEK * _FEWEST_WEEKS_WIDE))
    x = day_axis(first_week, last, _week_ticks(first_week, last))
    y = count_axis("Tasks completed per week", top)
    layers = [_bar_layer(bars, x, y), *_cut_layers(bars, top, x, y)]
    if trend is not None:
        layers.extend(_trend_layers(_trend_rows(first_week, len(counts), trend), x, y))
    return framed(title, note=_note(bars, each, top, trend), layers=layers)


def _week_ticks(first_week: date, last: date) -> list[date]:
    """Beginnings of weeks, where there are so few that each is read."""
    weeks_count = (last - first_week).days // _DAYS_A_WEEK
    if weeks_count > _MOST_WEEKS_NAMED:
        return []
    every = -(-weeks_count // 10)
    return [days_after(first_week, _DAYS_A_WEEK * week) for week in range(0, weeks_count, every)]


def _bars(first_week: date, counts: Sequence[float], each: int) -> list[_Bar]:
    return [
        _Bar(
            start=days_after(first_week, _DAYS_A_WEEK * index),
            end=days_after(first_week, _DAYS_A_WEEK * min(index + each, len(counts))),
            mean=fmean(counts[index : index + each]),
        )
        for index in range(0, len(counts), each)
    ]


def _bar_layer(bars: Sequence[_Bar], x: Layer, y: Layer) -> Layer:
    rows = [
        {"start": iso(bar.start), "end": iso(bar.end), "tasks": round(bar.mean, 3)} for bar in bars
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "rect", "style": ["data", "parted"], "clip": True},
        "encoding": {
            "x": {"field": "start", "bandPosition": 0, **x},
            "x2": {"field": "end"},
            "y": {"field": "tasks", **y},
            "y2": {"datum": 0},
        },
    }


def _cut_layers(bars: Sequence[_Bar], top: float, x: Layer, y: Layer) -> list[Layer]:
    """The true height of the highest bars that are cut off, beside each."""
    cut = sorted((bar for bar in bars if bar.mean > top), key=lambda bar: -bar.mean)
    middle = bars[len(bars) // 2].start
    return [_cut_label(bar, top, x, y, leftward=bar.start > middle) for bar in cut[:_CUT_NAMED]]


def _cut_label(bar: _Bar, top: float, x: Layer, y: Layer, *, leftward: bool) -> Layer:
    row = {"at": iso(bar.start if leftward else bar.end), "top": top, "text": f"▲ {bar.mean:,.0f}"}
    aside = {"align": "right", "dx": -4} if leftward else {"align": "left", "dx": 4}
    return {
        "data": {"values": [row]},
        "mark": {"type": "text", "style": "ink-text", "dy": 8, **aside},
        "encoding": {
            "x": {"field": "at", **x},
            "y": {"field": "top", **y},
            "text": {"field": "text"},
        },
    }


def _trend_rows(first_week: date, weeks_count: int, trend: WeeklyTrend) -> list[Mapping[str, Any]]:
    """The line at the middle of each end's bar; the interval's lines cross at the middle week."""
    last, middle = weeks_count - 1, (weeks_count - 1) / 2
    at_middle = trend.intercept + trend.slope * middle
    rows: list[Mapping[str, Any]] = []
    for week in sorted({0.0, middle, float(last)}):
        ends = sorted(at_middle + slope * (week - middle) for slope in (trend.low, trend.high))
        rows.append(
            {
                "day": iso(days_after(first_week, round(_DAYS_A_WEEK * (week + 0.5)))),
                "line": round(at_middle + trend.slope * (week - middle), 3),
                "low": round(max(0.0, ends[0]), 3),
                "high": round(max(0.0, ends[1]), 3),
            }
        )
    return rows


def _trend_layers(rows: Sequence[Mapping[str, Any]], x: Layer, y: Layer) -> list[Layer]:
    data = {"data": {"values": list(rows)}}
    day = {"field": "day", **x}
    band = {"x": day, "y": {"field": "low", **y}, "y2": {"field": "high"}}
    line = {"x": day, "y": {"field": "line", **y}}
    return [
        {**data, "mark": {"type": "area", "style": "accent-area", "clip": True}, "encoding": band},
        {
            **data,
            "mark": {"type": "line", "style": "accent-line", "clip": True},
            "encoding": line,
        },
    ]


def _note(bars: Sequence[_Bar], each: int, top: float, trend: WeeklyTrend | None) -> str:
    cut_count = sum(bar.mean > top for bar in bars)
    parts = [
        f"each bar is the mean of {each} weeks" if each > 1 else "each bar is a week",
        "the line is the Theil-Sen trend, the area its interval" if trend else "",
        f"▲ marks {cut_count} cut off at the top" if cut_count else "",
    ]
    text = "; ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."
