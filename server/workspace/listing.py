"""Property items page by page: lists without ids, whose elements are known by what they say."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from server.workspace import paging
from server.workspace.inputs import Input
from server.workspace.paging import Place

_FORM = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{12})")
_DIGEST_CHARS = 12


def page(source: Input, items: Sequence[Any]) -> tuple[list[Any], str | None]:
    """The items that are asked for, and the cursor of the next one.

    It holds while items before it come and go; where its own one is gone, by how many there were.
    """

    def read(start: Place, limit: int) -> list[tuple[int, Any]]:
        return list(enumerate(items))[start[0] : start[0] + limit]

    found, following = paging.page(
        source, read=read, place=lambda sent: _place(sent, items), cursor=_cursor
    )
    return [item for _, item in found], following


def _cursor(numbered: tuple[int, Any]) -> str:
    index, item = numbered
    return f"{index:x}-{_digest(item)}"


def _place(cursor: str, items: Sequence[Any]) -> Place | None:
    form = _FORM.fullmatch(cursor)
    if form is None:
        return None
    index = int(form[1], 16)
    alike = (i for i, item in enumerate(items) if _digest(item) == form[2])
    return min(alike, key=lambda i: abs(i - index), default=index), 0


def _digest(item: Any) -> str:
    return hashlib.sha256(json.dumps(item).encode()).hexdigest()[:_DIGEST_CHARS]
