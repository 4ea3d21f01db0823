"""Foreign text, shown as what it is: data."""

import unicodedata
from collections.abc import Sequence
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that steer a terminal or hide from the eye: control, zero-width, bidi."""


def shown(foreign: str, limit: int = 60) -> str:
    """Text of Notion as a Markdown code span: one line, visible characters, at most `limit`.

    Inside a code span neither markup nor links nor HTML have a meaning.
    """
    spaced = " ".join(foreign.split())
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN)
    plain = visible.replace("`", "'").strip()
    cut = plain if len(plain) <= limit else plain[: limit - 1] + "…"
    return f"`{cut}`" if cut else "(no text)"


def listed(words: Sequence[str], limit: int = 5) -> str:
    """Words joined by commas; beyond `limit` the rest is counted."""
    head = ", ".join(words[:limit])
    return head if len(words) <= limit else f"{head} and {len(words) - limit} more"
