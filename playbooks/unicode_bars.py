"""Pictures in text: at most 80 columns, nothing told by colour, for terminals and chats.

Names are foreign text: what steers or hides is left out, and so are backticks, so that the lines
may stand in a code fence. Numbers stand beside each bar: a bar only helps the eye.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from playbooks.text import display_width, fitted, visible

COLUMNS: Final = 80
ROWS_DRAWN: Final = 12
"""More rows are counted instead."""

_BAR_COLUMNS: Final = 24
_NAME_COLUMNS: Final = 20
_SPARK_COLUMNS: Final = 52
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar from zero; `text` says its value with its unit."""

    name: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A line from `low` to `high` with a mark at `value`; `text` says them with their unit."""

    name: str
    low: float
    value: float
    high: float
    text: str


def sparkline(values: Sequence[float]) -> str:
    """One character a value, oldest first; beyond 52 values each is the mean of several.

    The highest fills its line, zero is a dot, and the end says what the ends of the scale are.
    """
    if not values:
        return "(no values)"
    each = -(-len(values) // _SPARK_COLUMNS)
    means = [fmean(values[start : start + each]) for start in range(0, len(values), each)]
    highest = max(means)
    drawn = "".join(_height(value, highest) for value in means)
    mean = f", means of {each}" if each > 1 else ""
    return f"{drawn} 0 to {_short(highest)}{mean}"


def bar_lines(rows: Sequence[BarRow]) -> list[str]:
    """A line for each row, its bar in proportion to the greatest value."""
    drawn = rows[:ROWS_DRAWN]
    greatest = max((row.value for row in drawn), default=0.0)
    bars = [_bar(row.value, greatest) for row in drawn]
    lines = _aligned([row.name for row in drawn], bars, [row.text for row in drawn])
    return [*lines, *_left_out(len(rows))]


def span_lines(rows: Sequence[SpanRow], *, logarithmic: bool = False) -> list[str]:
    """A line for each row, all on one scale from the lowest to the highest end."""
    drawn = rows[:ROWS_DRAWN]
    lowest = min((row.low for row in drawn), default=0.0)
    highest = max((row.high for row in drawn), default=0.0)
    place = _Scale(lowest, highest, logarithmic=logarithmic)
    spans = [_span(place, row) for row in drawn]
    lines = _aligned([row.name for row in drawn], spans, [row.text for row in drawn])
    return [*lines, *_left_out(len(rows))]


def fenced(lines: Sequence[str]) -> str:
    """The lines as Markdown that keeps their columns; nothing for none."""
    return "\n".join(["```text", *lines, "```"]) if lines else ""


class _Scale:
    """Which of the columns a value stands in."""

    def __init__(self, lowest: float, highest: float, *, logarithmic: bool) -> None:
        self._logarithmic = logarithmic
        self._start = self._scaled(lowest)
        self._length = self._scaled(highest) - self._start

    def column(self, value: float) -> int:
        """From 0 to _BAR_COLUMNS - 1."""
        if self._length <= 0:
            return 0
        part = (self._scaled(value) - self._start) / self._length
        return round(min(max(part, 0.0), 1.0) * (_BAR_COLUMNS - 1))

    def _scaled(self, value: float) -> float:
        return math.log1p(max(value, 0.0)) if self._logarithmic else value


def _height(value: float, highest: float) -> str:
    if value <= 0 or highest <= 0:
        return _NOTHING
    return _HEIGHTS[min(len(_HEIGHTS) - 1, math.ceil(value / highest * len(_HEIGHTS)) - 1)]


def _bar(value: float, greatest: float) -> str:
    """Full blocks and one of eighths; a value above zero always shows."""
    if value <= 0 or greatest <= 0:
        return ""
    eighths = max(1, round(value / greatest * _BAR_COLUMNS * len(_EIGHTHS)))
    full, rest = divmod(eighths, len(_EIGHTHS))
    return ("█" * full + _EIGHTHS[rest]).rstrip()


def _span(place: _Scale, row: SpanRow) -> str:
    low, value, high = (place.column(each) for each in (row.low, row.value, row.high))
    line = [" "] * low + ["─"] * (high - low + 1)
    if low < high:
        line[low], line[high] = "├", "┤"
    line[min(max(value, low), high)] = "●"
    return "".join(line)


def _aligned(names: Sequence[str], bars: Sequence[str], texts: Sequence[str]) -> list[str]:
    shown = [fitted(_plain(name), _NAME_COLUMNS) or "(no name)" for name in names]
    width = max((display_width(name) for name in shown), default=0)
    room = COLUMNS - width - _BAR_COLUMNS - 4
    return [
        f"{name}{' ' * (width - display_width(name))}  {bar:<{_BAR_COLUMNS}}"
        f"  {fitted(_plain(text), room)}".rstrip()
        for name, bar, text in zip(shown, bars, texts, strict=True)
    ]


def _plain(foreign: str) -> str:
    return visible(foreign[:1_000]).replace("`", "'")


def _left_out(rows_count: int) -> list[str]:
    hidden = rows_count - ROWS_DRAWN
    return [f"and {hidden:,} more"] if hidden > 0 else []


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"  # noqa: PLR2004 - as read
