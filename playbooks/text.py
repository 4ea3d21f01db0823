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
    plain = visible(foreign).replace("`", "'")
    cut = plain if len(plain) <= limit else plain[: limit - 1] + "…"
    return f"`{cut}`" if cut else "(no text)"


def visible(foreign: str) -> str:
    """Text of Notion as one line of characters that neither steer nor hide."""
    spaced = " ".join(foreign.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN).strip()


def display_width(text: str) -> int:
    """The columns that a terminal gives this text: two for a wide character, none for an accent."""
    return sum(_columns(character) for character in text)


def fitted(text: str, columns: int) -> str:
    """The text in at most so many columns; an ellipsis stands for what is left out."""
    kept: list[str] = []
    taken = 0
    for character in text:
        taken += _columns(character)
        if taken > columns:
            return _shortened(kept, columns)
        kept.append(character)
    return text


def _shortened(kept: list[str], columns: int) -> str:
    if columns < 1:
        return ""
    while display_width("".join(kept)) > columns - 1:
        kept.pop()
    return "".join(kept).rstrip() + "…"


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def listed(words: Sequence[str], limit: int = 5) -> str:
    """Words joined by commas; beyond `limit` the rest is counted."""
    head = ", ".join(words[:limit])
    return head if len(words) <= limit else f"{head} and {len(words) - limit} more"


def counted(number: int, noun: str) -> str:
    """The number with its noun, which takes an s unless it is one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
