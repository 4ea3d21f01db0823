"""Plain values as the API wants them written: the codec's way back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from playbooks.rows import Plain, Span
from server.notion.answers import JSON

LONGEST_TEXT_UNITS: Final = 2000
"""The longest text of one rich text part, in UTF-16 units as JavaScript counts them."""

_ONE_UNIT_LAST: Final = 0xFFFF


def payload(kind: str, value: Plain | date) -> JSON:
    """The value of a property of that type, for creating or updating a page.

    None empties it. Raises ValueError for a type that cannot be written, TypeError for a value
    that does not fit the type.
    """
    writer = _WRITERS.get(kind)
    if writer is None:
        message = f"properties of type {kind} cannot be written"
        raise ValueError(message)
    return {kind: writer(value)}


def rich_text(text: str) -> list[JSON]:
    """A text in as many parts as its length needs."""
    return [{"type": "text", "text": {"content": part}} for part in _parts(text)]


def _parts(text: str) -> Iterator[str]:
    start, units_count = 0, 0
    for position, character in enumerate(text):
        width = 2 if ord(character) > _ONE_UNIT_LAST else 1
        if units_count + width > LONGEST_TEXT_UNITS:
            yield text[start:position]
            start, units_count = position, 0
        units_count += width
    if start < len(text):
        yield text[start:]


def _text(value: Any) -> list[JSON]:
    return rich_text(_a(str, value) or "")


def _name(value: Any) -> JSON | None:
    return None if value is None else {"name": _a(str, value)}


def _names(value: Any) -> list[JSON]:
    return [{"name": name} for name in _strings(value)]


def _people(value: Any) -> list[JSON]:
    return [{"object": "user", "id": person_id} for person_id in _strings(value)]


def _relation(value: Any) -> list[JSON]:
    return [{"id": page_id} for page_id in _strings(value)]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        raise TypeError("a checkbox's value does not fit a number")
    number: float | None = _a((int, float), value)
    return number


def _checkbox(value: Any) -> bool:
    return bool(_a(bool, value))


def _url(value: Any) -> str | None:
    return _a(str, value) or None


def _date(value: Any) -> JSON | None:
    if value is None:
        return None
    span = value if isinstance(value, Span) else Span(_a(date, value))
    return {
        "start": span.start.isoformat(),
        "end": None if span.end is None else span.end.isoformat(),
    }


def _strings(value: Any) -> Sequence[str]:
    return _a(tuple, value) or ()


def _a(kind: type | tuple[type, ...], value: Any) -> Any:
    """The value, None included; TypeError when it is of another kind."""
    if value is not None and not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} does not fit this property")
    return value


_WRITERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "title": _text,
    "rich_text": _text,
    "number": _number,
    "select": _name,
    "status": _name,
    "multi_select": _names,
    "date": _date,
    "checkbox": _checkbox,
    "url": _url,
    "people": _people,
    "relation": _relation,
}
