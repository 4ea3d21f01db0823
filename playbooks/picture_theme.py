"""How pictures look, in light and in dark."""

from collections.abc import Mapping
from typing import Any, Final

from playbooks.picture import Theme

THEMES: Final[Mapping[Theme, Mapping[str, Any]]] = {
    "light": {"background": "#ffffff"},
    "dark": {"background": "#1b1d21"},
}
