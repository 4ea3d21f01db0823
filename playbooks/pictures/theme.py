"""How pictures look, in light and in dark: colours of Okabe and Ito, which the colour-blind tell.

Specifications name the styles and ranges below, never a colour; so the same one is drawn in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from playbooks.picture import Theme

FONT: Final = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
"""vl-convert carries the first of them; on pages the others are what people have."""

LINES: Final = "lines"
"""The range of lines that are told apart by their dashes as well."""

BANDS: Final = "bands"
"""The range of good, acceptable, warning, critical."""


@dataclass(frozen=True, slots=True)
class _Colours:
    """What differs between light and dark."""

    background: str
    ink: str
    quiet: str
    grid: str
    data: str
    accent: str
    lines: tuple[str, ...]
    heat: tuple[str, str]


_ORANGE, _SKY, _GREEN, _BLUE, _RED, _PURPLE = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)

_LIGHT: Final = _Colours(
    background="#ffffff",
    ink="#1f2328",
    quiet="#57606a",
    grid="#e4e7eb",
    data=_BLUE,
    accent=_RED,
    lines=("#1f2328", _GREEN, _RED, _PURPLE),
    heat=("#d9ebf7", _BLUE),
)

_DARK: Final = _Colours(
    background="#1b1d21",
    ink="#f0f3f6",
    quiet="#aeb6c0",
    grid="#33383f",
    data=_SKY,
    accent=_ORANGE,
    lines=("#f0f3f6", "#2bc79b", _ORANGE, _PURPLE),
    heat=("#1f3d52", _SKY),
)


def _config(colours: _Colours) -> Mapping[str, Any]:
    return {
        "background": colours.background,
        "font": FONT,
        "padding": 14,
        "view": {"stroke": None},
        "title": _title(colours),
        "axis": _axis(colours),
        "legend": _legend(colours),
        "style": _styles(colours),
        "range": {
            LINES: list(colours.lines),
            BANDS: [_GREEN, _SKY, _ORANGE, _RED],
            "heatmap": list(colours.heat),
        },
    }


def _title(colours: _Colours) -> Mapping[str, Any]:
    return {
        "anchor": "start",
        "frame": "bounds",
        "color": colours.ink,
        "fontSize": 16,
        "fontWeight": 600,
        "lineHeight": 20,
        "subtitleColor": colours.quiet,
        "subtitleFontSize": 12,
        "subtitleLineHeight": 16,
        "subtitlePadding": 4,
        "offset": 12,
    }


def _axis(colours: _Colours) -> Mapping[str, Any]:
    return {
        "labelColor": colours.quiet,
        "titleColor": colours.ink,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "gridColor": colours.grid,
        "domainColor": colours.grid,
        "tickColor": colours.grid,
        "labelLimit": 150,
    }


def _legend(colours: _Colours) -> Mapping[str, Any]:
    return {
        "orient": "bottom",
        "direction": "horizontal",
        "labelColor": colours.ink,
        "titleColor": colours.quiet,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 300,
        "symbolStrokeWidth": 2,
        "symbolSize": 180,
        "columnPadding": 14,
    }


def _styles(colours: _Colours) -> Mapping[str, Any]:
    return {
        "data": {"color": colours.data},
        "parted": {"stroke": colours.background, "strokeWidth": 1},
        "accent-line": {"color": colours.accent, "strokeWidth": 2.5},
        "accent-area": {"color": colours.accent, "fillOpacity": 0.22},
        "ink": {"color": colours.ink},
        "ink-point": {"color": colours.ink, "stroke": colours.background, "strokeWidth": 1.5},
        "ink-text": {"color": colours.ink, "fontSize": 12},
        "message": {"color": colours.quiet, "fontSize": 16},
    }


THEMES: Final[Mapping[Theme, Mapping[str, Any]]] = {
    "light": _config(_LIGHT),
    "dark": _config(_DARK),
}
