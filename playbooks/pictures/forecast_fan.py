"""How many tasks will be done by which day, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from playbooks.picture import Specification
from playbooks.pictures.frame import (
    Layer,
    count_axis,
    day_axis,
    days_after,
    empty,
    framed,
    iso,
    told_apart,
)

DAYS_DRAWN: Final = 80
"""Of more days only every so many is drawn, and the last: each is a forecast to compute."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """By the end of that day at least so many are done, with a confidence of that many percent."""

    day: date
    tasks_by_confidence: Mapping[int, int]


def forecast_fan(
    title: str,
    days: Sequence[ForecastDay],
    *,
    days_count: int = 0,
    goal: int | None = None,
    deadline: date | None = None,
) -> Specification:
    """A line for each confidence over the days, the goal and the deadline where there are any.

    `title` says the finding. All days have the same confidences (four at most), and come in order;
    they are `thinned` from `days_count`, which the note says.
    """
    if not days:
        return empty(title, "No forecast: the report says why.")
    drawn = _from_nothing(days)
    first = min(drawn[0].day, deadline or drawn[0].day)
    last = max(drawn[-1].day, deadline or first)
    most = max(*drawn[-1].tasks_by_confidence.values(), goal or 0, 1)
    x, y = day_axis(first, last), count_axis("Tasks completed from now on", most * 1.08)
    layers = [_area_layer(drawn, x, y), _line_layer(drawn, x, y)]
    if goal is not None:
        layers.extend(_goal_layers(goal, y))
    if deadline is not None:
        is_late = (deadline - first).days * 2 > (last - first).days
        layers.extend(_deadline_layers(deadline, x, is_late=is_late))
    return framed(title, note=_note(days, days_count, goal, deadline), layers=layers)


def thinned(days: Sequence[T]) -> Sequence[T]:
    """So few of the days that each is seen, the last among them."""
    every = -(-len(days) // DAYS_DRAWN)
    return days if every <= 1 else [*days[:-1:every], days[-1]]


def _from_nothing(days: Sequence[ForecastDay]) -> Sequence[ForecastDay]:
    """Begun with nothing done the day before; the last step drawn as long as a day."""
    nothing = dict.fromkeys(days[0].tasks_by_confidence, 0)
    start = ForecastDay(days_after(days[0].day, -1), nothing)
    return [start, *days, ForecastDay(days_after(days[-1].day, 1), days[-1].tasks_by_confidence)]


def _area_layer(days: Sequence[ForecastDay], x: Layer, y: Layer) -> Layer:
    """From the surest to the least sure."""
    rows = [
        {
            "day": iso(each.day),
            "low": min(each.tasks_by_confidence.values()),
            "high": max(each.tasks_by_confidence.values()),
        }
        for each in days
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "style": "data", "fillOpacity": 0.15, **_STEPS},
        "encoding": {
            "x": {"field": "day", **x},
            "y": {"field": "low", **y},
            "y2": {"field": "high"},
        },
    }


_STEPS: Final[Mapping[str, str]] = {"interpolate": "step-after"}
"""Tasks are whole; what stands above a day is there by its end."""


def _line_layer(days: Sequence[ForecastDay], x: Layer, y: Layer) -> Layer:
    last = days[-1].tasks_by_confidence
    names = {sure: f"{sure} % sure: {last[sure]:,}" for sure in sorted(last)}
    rows = [
        {"day": iso(each.day), "tasks": tasks, "line": names[sure]}
        for each in days
        for sure, tasks in each.tasks_by_confidence.items()
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, **_STEPS},
        "encoding": {
            "x": {"field": "day", **x},
            "y": {"field": "tasks", **y},
            **told_apart(list(names.values())),
        },
    }


def _goal_layers(goal: int, y: Layer) -> list[Layer]:
    mark = {"align": "left", "dx": 6, "dy": -7, "x": 0}
    return _rule_layers({"y": {"field": "at", **y}}, goal, f"{goal:,} to do", mark)


def _deadline_layers(deadline: date, x: Layer, *, is_late: bool) -> list[Layer]:
    """The label stands where a fan leaves room: below it late, above it early."""
    late = {"align": "right", "dx": -6, "dy": -10, "y": "height"}
    early = {"align": "left", "dx": 6, "dy": 32, "y": 0}
    mark = late if is_late else early
    return _rule_layers({"x": {"field": "at", **x}}, iso(deadline), _written(deadline), mark)


def _rule_layers(at: Layer, value: object, text: str, mark: Mapping[str, object]) -> list[Layer]:
    data = {"data": {"values": [{"at": value}]}}
    label = {"type": "text", "style": "ink-text", "text": text, **mark}
    return [
        {**data, "mark": {"type": "rule", "style": "ink", "opacity": 0.6}, "encoding": at},
        {**data, "mark": label, "encoding": at},
    ]


def _written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _note(
    days: Sequence[ForecastDay], days_count: int, goal: int | None, deadline: date | None
) -> str:
    last = days[-1].day
    parts = [f"Legend: so many or more by {_written(last)}"]
    parts.append("the level line is the goal" if goal is not None else "")
    parts.append("the upright one the deadline" if deadline is not None else "")
    if days_count > len(days):
        parts.append(f"{len(days)} of {days_count:,} days drawn")
    return "; ".join(part for part in parts if part) + "."
