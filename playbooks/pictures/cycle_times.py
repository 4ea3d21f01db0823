"""How long each task took, over the day of its completion."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from playbooks.latency import percentile
from playbooks.picture import Specification
from playbooks.pictures.frame import (
    Layer,
    count_axis,
    day_axis,
    days_after,
    empty,
    framed,
    iso,
    logarithmic_ticks,
    told_apart,
)

POINTS_DRAWN: Final = 1_500
"""More points than this hide each other: they are counted in cells."""

_COLUMNS, _ROWS = 72, 30
_GROWTH: Final = 0.16
"""A row of cells is so much of its days high, on a logarithmic axis."""

_SHORTEST_AXIS_DAYS: Final = 4
_LOG_ABOVE: Final = 6
"""Where the longest is so many times the 85th percentile, the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class CycleTime:
    """One completed task."""

    completed: date
    days: float


@dataclass(frozen=True, slots=True)
class _Axes:
    first: date
    last: date
    longest: float
    unit: str
    logarithmic: bool

    def x(self) -> Layer:
        """The days of completion."""
        return day_axis(self.first, self.last)

    def y(self) -> Layer:
        """The cycle times."""
        top = self.longest * 1.05
        title = f"Cycle time, {self.unit}"
        plain = count_axis(title, top)
        if not self.logarithmic:
            return plain
        ticks = {"title": f"{title} (logarithmic)", "values": logarithmic_ticks(0, top)}
        return {
            **plain,
            "scale": {"type": "symlog", "domain": [0, top]},
            "axis": {**plain["axis"], **ticks},
        }

    def edges(self) -> list[float]:
        """Where the rows of cells begin: a day high, and higher where the days are drawn closer."""
        edges = [0.0]
        height = max(1, math.ceil(self.longest / _ROWS))
        while edges[-1] <= self.longest:
            if self.logarithmic:
                height = max(1, math.floor(edges[-1] * _GROWTH))
            edges.append(edges[-1] + height if edges[-1] else height - 0.5)
        return edges


def cycle_times(
    title: str,
    tasks: Sequence[CycleTime],
    percentiles: Mapping[int, float],
    *,
    unit: str = "days",
) -> Specification:
    """A point for each task, a line for each of the percentiles (85: its days).

    `title` says the finding, `unit` which days are counted. Beyond POINTS_DRAWN tasks are counted
    in cells, which the note says.
    """
    if not tasks:
        return empty(title, "No completed task with a start and an end.")
    axes = _axes(tasks, percentiles, unit)
    binned = len(tasks) > POINTS_DRAWN
    lines = _line_layer(percentiles, axes)
    layers = [_cell_layer(tasks, axes), *lines] if binned else [*lines, _point_layer(tasks, axes)]
    how = "counted in cells" if binned else "each a point"
    noun = "task" if len(tasks) == 1 else "tasks"
    note = f"{len(tasks):,} completed {noun}, {how}, by the day of completion."
    return framed(
        title,
        note=note,
        layers=layers,
        resolve={"scale": {"color": "independent", "strokeDash": "independent"}},
    )


def _axes(tasks: Sequence[CycleTime], percentiles: Mapping[int, float], unit: str) -> _Axes:
    days = [task.days for task in tasks]
    longest = max(*days, *percentiles.values(), _SHORTEST_AXIS_DAYS)
    completed = [task.completed for task in tasks]
    return _Axes(
        first=days_after(min(completed), -2),
        last=days_after(max(completed), 2),
        longest=longest,
        unit=unit,
        logarithmic=longest > _LOG_ABOVE * max(1.0, percentile(days, 85)),
    )


def _point_layer(tasks: Sequence[CycleTime], axes: _Axes) -> Layer:
    rows = [{"day": iso(task.completed), "days": round(task.days, 2)} for task in tasks]
    return {
        "data": {"values": rows},
        "mark": {"type": "circle", "style": "data", "size": 40, "opacity": 0.7},
        "encoding": {"x": {"field": "day", **axes.x()}, "y": {"field": "days", **axes.y()}},
    }


def _cell_layer(tasks: Sequence[CycleTime], axes: _Axes) -> Layer:
    each = max(1, -(-(axes.last - axes.first).days // _COLUMNS))
    edges = axes.edges()
    cells = Counter(
        ((task.completed - axes.first).days // each, bisect_right(edges, task.days) - 1)
        for task in tasks
    )
    rows = [
        {
            "from": iso(days_after(axes.first, column * each)),
            "to": iso(days_after(axes.first, (column + 1) * each)),
            "low": edges[row],
            "high": edges[row + 1],
            "tasks": tasks_count,
        }
        for (column, row), tasks_count in sorted(cells.items())
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "rect", "clip": True, "stroke": None},
        "encoding": {
            "x": {"field": "from", **axes.x()},
            "x2": {"field": "to"},
            "y": {"field": "low", **axes.y()},
            "y2": {"field": "high"},
            "color": _heat(max(cells.values())),
        },
    }


def _heat(most: int) -> Layer:
    legend = {"title": "Tasks in a cell", "gradientLength": 120, "tickCount": 3, "format": ",d"}
    scale = {"type": "sqrt", "domain": [0, most], "range": "heatmap"}
    return {"field": "tasks", "type": "quantitative", "scale": scale, "legend": legend}


def _line_layer(percentiles: Mapping[int, float], axes: _Axes) -> list[Layer]:
    if not percentiles:
        return []
    rows = [
        {"line": f"{percent} % within {_lasting(days, axes.unit)}", "days": days}
        for percent, days in sorted(percentiles.items())
    ]
    names = [str(row["line"]) for row in rows]
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": {"field": "days", **axes.y()}, **told_apart(names)},
        }
    ]


def _lasting(days: float, unit: str) -> str:
    return f"1 {unit.removesuffix('s')}" if days == 1 else f"{days:,.4g} {unit}"
