"""What every picture has around its data: size, title, note, axes."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from playbooks.latency import percentile
from playbooks.picture import HEIGHT, WIDTH, Specification
from playbooks.pictures.theme import LINES
from playbooks.text import display_width, fitted, visible

Layer: TypeAlias = Mapping[str, Any]

_LINE_COLUMNS: Final = 76
"""So many characters of a title stand side by side."""

_NOTE_COLUMNS: Final = 108

EMPTY_HEIGHT: Final = 150
"""The height of a picture without data."""

_READ_CHARACTERS: Final = 1_000


def framed(
    title: str, *, note: str, layers: Sequence[Layer], resolve: Layer | None = None
) -> Specification:
    """The layers under a title, which says the finding, and a note; both may be foreign text."""
    return {
        "description": visible(title[:_READ_CHARACTERS]),
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "title": {
            "text": lines_of(title, _LINE_COLUMNS),
            "subtitle": lines_of(note, _NOTE_COLUMNS),
        },
        "layer": list(layers),
        **({} if resolve is None else {"resolve": resolve}),
    }


def empty(title: str, message: str) -> Specification:
    """The frame of a picture without data, which says that there is none."""
    text = {"type": "text", "style": "message", "x": {"expr": "width / 2"}}
    middle = {"mark": {**text, "y": {"expr": "height / 2"}, "text": message}}
    drawn = framed(title, note="", layers=[{"data": {"values": [{}]}, **middle}])
    return {**drawn, "height": EMPTY_HEIGHT}


def lines_of(foreign: str, columns: int) -> list[str]:
    """Foreign text as at most two lines of visible characters; beyond that it is cut.

    The text beside the picture has it whole.
    """
    text = visible(foreign[:_READ_CHARACTERS])
    if not text:
        return []
    characters = max(1, columns * len(text) // max(1, display_width(text)))
    first, *others = textwrap.wrap(text, characters)
    return [first, fitted(" ".join(others), columns)] if others else [first]


def day_axis(first: date, last: date, ticks: Sequence[date] = ()) -> Layer:
    """A horizontal axis from one day to another, in UTC: a day is a day wherever it is drawn."""
    days_count = (last - first).days
    return {
        "type": "temporal",
        "scale": {"type": "utc", "domain": [iso(first), iso(last)]},
        "axis": {
            "title": None,
            "format": _day_format(days_count),
            "grid": False,
            "tickCount": min(8, max(1, days_count)),
            "labelOverlap": True,
            **({"values": [_epoch_ms(tick) for tick in ticks]} if ticks else {}),
        },
    }


def _epoch_ms(day: date) -> int:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000


def _day_format(days_count: int) -> str:
    if days_count <= 120:  # noqa: PLR2004 - about four months
        return "%-d %b"
    return "%b %Y" if days_count <= 9 * 366 else "%Y"


def iso(day: date) -> str:
    """The day as data of a specification."""
    return day.isoformat()


def days_after(day: date, days_count: int) -> date:
    """The day so much later (or earlier), within what dates can hold."""
    ordinal = min(max(day.toordinal() + days_count, 1), date.max.toordinal())
    return date.fromordinal(ordinal)


_FEW: Final = 6
"""Below this Vega would part whole numbers."""


def count_axis(title: str, top: float) -> Layer:
    """A vertical axis from 0 to `top`, with whole numbers alone."""
    axis: dict[str, Any] = {"title": title, "tickCount": 5, "format": ",~r"}
    if top < _FEW:
        axis["values"] = list(range(int(top) + 1))
    return {"type": "quantitative", "scale": {"domain": [0, top], "clamp": True}, "axis": axis}


def logarithmic_ticks(lowest: float, highest: float) -> list[float]:
    """Round numbers between the two (0 among them), the fewer the more decades there are."""
    ratio = highest / max(lowest, 1.0)
    steps = (1, 2, 5) if ratio <= 100 else (1, 5) if ratio <= 1_000 else (1,)  # noqa: PLR2004 - as many as are read
    ticks = [step * 10.0**exponent for exponent in range(12) for step in steps]
    return [tick for tick in (0.0, *ticks) if lowest <= tick <= highest]


_OUTSTANDING: Final = 4
"""A value so many times the 95th percentile would press all others flat."""


def readable_top(values: Sequence[float]) -> float:
    """Where an axis from 0 ends: at the greatest value, below it where one stands far out."""
    greatest = max(values, default=0.0)
    usual = percentile([value for value in values if value > 0] or [1.0], 95)
    top = greatest if greatest <= _OUTSTANDING * usual else 1.5 * usual
    return max(1.0, top)


_DASHES: Final = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3])


def told_apart(names: Sequence[str]) -> Layer:
    """Encodings of the field `line`: each name has a colour, a dash and a place in the legend."""
    dashes = list(_DASHES[: len(names)])
    field = {
        "field": "line",
        "type": "nominal",
        "legend": {"title": None, "symbolType": "stroke", "symbolSize": 700},
    }
    return {
        "color": {**field, "scale": {"domain": list(names), "range": LINES}},
        "strokeDash": {**field, "scale": {"domain": list(names), "range": dashes}},
    }
