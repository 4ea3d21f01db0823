"""A picture before it is drawn: a Vega-Lite specification, which is plain data."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

Specification: TypeAlias = Mapping[str, Any]
"""A Vega-Lite specification that holds its data and names no colour of a theme."""

Theme = Literal["light", "dark"]

WIDTH: Final = 720
HEIGHT: Final = 360
SCALE: Final = 2.0
"""A picture is so wide and high as a chat has room, at so many pixels for each unit."""
