"""Comments that allow a secret, as users of gitleaks, trufflehog and detect-secrets know them."""

import re
from typing import Final

LINE_BYTES_LIMIT: Final = 4096
"""In a longer line only so much on each side of the secret is looked through."""

_ANYWHERE: Final = re.compile(rb"(?:gitleaks|betterleaks):allow|trufflehog:ignore")
_OPENING: Final = rb"(?:#|//|/\*|--|;|'|<!--|\{\{/\*|%|rem\b)[ \t]*"
_CLOSING: Final = rb"[ \t]*(?:\*/|-->|\*/\}\})?[ \t]*\r?$"
_LINE: Final = re.compile(
    _OPENING + rb"pragma: ?(?:allow|white)list[ -]secret" + _CLOSING, re.IGNORECASE
)
_NEXT_LINE: Final = re.compile(
    rb"^[ \t]*" + _OPENING + rb"pragma: ?(?:allow|white)list[ -]nextline[ -]secret" + _CLOSING,
    re.IGNORECASE,
)


def allowed_at(data: bytes, start: int, end: int) -> bool:
    """Whether a comment in the lines of `start` to `end`, or right before, allows a secret."""
    first = data.rfind(b"\n", max(0, start - LINE_BYTES_LIMIT), start) + 1
    first = first or max(0, start - LINE_BYTES_LIMIT)
    last = data.find(b"\n", end, end + LINE_BYTES_LIMIT)
    line = data[first : last if last >= 0 else end + LINE_BYTES_LIMIT]
    return bool(_ANYWHERE.search(line) or _LINE.search(line)) or _line_before_allows(data, first)


def _line_before_allows(data: bytes, first: int) -> bool:
    if not first:
        return False
    before = data.rfind(b"\n", max(0, first - 1 - LINE_BYTES_LIMIT), first - 1) + 1
    return bool(_NEXT_LINE.search(data[before : first - 1]))
