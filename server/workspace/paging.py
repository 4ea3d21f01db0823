"""Lists: how many, from where on, and the envelope around them."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from server.workspace.errors import ApiError, invalid
from server.workspace.inputs import MAX_ITEMS, Input

T = TypeVar("T")

Place: TypeAlias = tuple[int, int]
"""Where an element of a list stands: its position, and its number where positions are equal."""

BEGIN: Final[Place] = (0, 0)


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


def page(
    source: Input,
    *,
    read: Callable[[Place, int], Sequence[T]],
    place: Callable[[str], Place | None],
    cursor: Callable[[T], str],
    is_id: bool = False,
) -> tuple[Sequence[T], str | None]:
    """The elements that are asked for, and the cursor of the next one.

    `read` gives up to so many in order, from a place on. `cursor` names an element; `place` tells
    where that one stands, or stood before it was deleted, and None where it never did.
    """
    sent = start_cursor(source, is_id=is_id)
    size = page_size(source)
    start = BEGIN if sent is None else place(sent)
    if start is None:
        raise bad_cursor(str(sent))
    found = read(start, size + 1)
    return found[:size], cursor(found[size]) if len(found) > size else None


def _whole(asked: Input) -> int:
    if isinstance(asked.value, str) and asked.value.isascii() and asked.value.isdigit():
        return int(asked.value[:9])
    value = asked.number()
    if value != int(value):
        raise asked.refusal("an integer")
    return int(value)
