"""Lists: how many, from where on, and the envelope around them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from server.workspace.errors import ApiError, invalid
from server.workspace.inputs import MAX_ITEMS, Input

T = TypeVar("T")


def page_size(source: Input) -> int:
    """How many results are asked for: 100 unless told, and never more."""
    asked = source.optional("page_size")
    if asked.absent:
        return MAX_ITEMS
    value = _whole(asked)
    if value > MAX_ITEMS:
        raise asked.refusal(f"≤ `{MAX_ITEMS}`")
    if value < 0:
        raise asked.refusal("≥ `0`")
    return value or MAX_ITEMS


def start_cursor(source: Input, *, is_id: bool = False) -> str | None:
    """The cursor that was sent; `is_id` where the cursors of a list are ids of its elements."""
    asked = source.optional("start_cursor")
    if asked.absent:
        return None
    return asked.id() if is_id else asked.text()


def bad_cursor(cursor: str) -> ApiError:
    """A cursor that this list never gave."""
    return invalid(f"The start_cursor provided is invalid: {cursor}")


def envelope(results: list[Any], *, kind: str, next_cursor: str | None = None) -> dict[str, Any]:
    """The list object around results."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": next_cursor,
        "has_more": next_cursor is not None,
        "type": kind,
        kind: {},
    }


def slice_from(
    keyed: Sequence[tuple[str, T]], *, cursor: str | None, size: int
) -> tuple[list[T], str | None]:
    """A page of a list that is already in memory; the cursor is the key of the next element."""
    start = 0
    if cursor is not None:
        start = next((i for i, (key, _) in enumerate(keyed) if key == cursor), -1)
        if start < 0:
            raise bad_cursor(cursor)
    chosen = keyed[start : start + size]
    following = keyed[start + size : start + size + 1]
    return [value for _, value in chosen], following[0][0] if following else None


def _whole(asked: Input) -> int:
    if isinstance(asked.value, str) and asked.value.isascii() and asked.value.isdigit():
        return int(asked.value[:9])
    value = asked.number()
    if value != int(value):
        raise asked.refusal("an integer")
    return int(value)
