"""Property items page by page: lists without ids, whose elements are known by what they say."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from server.workspace import paging
from server.workspace.inputs import Input
from server.workspace.paging import Place

_FORM = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{12})-([0-9a-f]{12})")
_DIGEST_CHARS = 12


def page(source: Input, items: Sequence[Any]) -> tuple[list[Any], str | None]:
    """The items that are asked for, and the cursor of the next one.

    It names the items on both sides of the border, so that it holds while others come and go.
    """

    def read(start: Place, limit: int) -> list[int]:
        return list(range(len(items)))[start[0] : start[0] + limit]

    def cursor(index: int) -> str:
        return f"{index:x}-{_digest(items[index - 1])}-{_digest(items[index])}"

    found, following = paging.page(
        source, read=read, place=lambda sent: _place(sent, items), cursor=cursor
    )
    return [items[index] for index in found], following


def _place(cursor: str, items: Sequence[Any]) -> Place | None:
    """Where the next item stands, or else the border behind the last one, or else as many on."""
    form = _FORM.fullmatch(cursor)
    if form is None:
        return None
    index, last, following = int(form[1], 16), form[2], form[3]
    told = [_digest(item) for item in items]
    borders = [i for i, each in enumerate(told) if each == following] or [
        i + 1 for i, each in enumerate(told) if each == last
    ]
    return min(borders, key=lambda border: abs(border - index), default=index), 0


def _digest(item: Any) -> str:
    return hashlib.sha256(json.dumps(item).encode()).hexdigest()[:_DIGEST_CHARS]
