"""The property codec: values of pages as plain Python, and back.

What has no reading here survives as Unreadable, so an empty value (None) and one that we do not
understand are never the same.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from playbooks.rows import Plain, Row, Span, Unreadable, Value
from server.notion.answers import JSON

REFERENCES_SHOWN: Final = 25
"""A page shows at most so many items of a list; the rest is read property by property."""


def row_of(page: JSON, *, version: str = "") -> Row:
    """Parse a page object."""
    properties: dict[str, JSON] = page["properties"]
    return Row(
        id=page["id"],
        url=page["url"],
        created_at=instant_of(page["created_time"]),
        last_edited_at=instant_of(page["last_edited_time"]),
        in_trash=bool(page.get("in_trash", page.get("archived", False))),
        values={name: value_of(raw) for name, raw in properties.items()},
        version=version,
    )


def value_of(raw: JSON) -> Value:
    """Parse one property value of a page; never fails on its content."""
    kind: str = raw["type"]
    content: object = raw.get(kind)
    plain = plain_of(kind, content) if kind in raw else Unreadable(kind)
    return Value(
        id=raw.get("id", ""),
        type=kind,
        plain=plain,
        names=_names_of(content) if kind == "people" and isinstance(plain, tuple) else (),
        complete=_is_complete(kind, content, has_more=raw.get("has_more")),
    )


def plain_of(kind: str, content: object) -> Plain:
    """The plain value of a content of that type; Unreadable when there is no reading for it."""
    if content is None:
        return None
    read = _READERS.get(kind)
    if read is None:
        return Unreadable(kind)
    try:
        return read(content)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Unreadable(kind)


def text_of(rich_text: Sequence[JSON]) -> str:
    """The plain text of a rich text, a title for instance."""
    return "".join(cast("str", part["plain_text"]) for part in rich_text)


def instant_of(text: str) -> datetime:
    """An instant with its zone; one written without a zone is in UTC."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _is_complete(kind: str, content: object, *, has_more: object) -> bool:
    if kind not in {"title", "rich_text", "people", "relation"}:
        return True
    if isinstance(has_more, bool):
        return not has_more
    return not isinstance(content, list) or len(cast("list[object]", content)) < REFERENCES_SHOWN


def _names_of(people: Any) -> tuple[str, ...]:
    return tuple(str(person.get("name") or "") for person in people)


def _text(content: Any) -> str | None:
    return text_of(content) or None


def _string(content: Any) -> str | None:
    if not isinstance(content, str):
        raise TypeError
    return content or None


def _number(content: Any) -> float:
    if isinstance(content, bool) or not isinstance(content, int | float):
        raise TypeError
    return content


def _checkbox(content: Any) -> bool:
    if not isinstance(content, bool):
        raise TypeError
    return content


def _name(content: Any) -> str:
    return str(content["name"])


def _names(content: Any) -> tuple[str, ...]:
    return tuple(str(item["name"]) for item in content)


def _id(content: Any) -> str:
    return str(content["id"])


def _ids(content: Any) -> tuple[str, ...]:
    return tuple(str(item["id"]) for item in content)


def _span(content: Any) -> Span:
    zone = content.get("time_zone")
    end = content.get("end")
    return Span(_moment(content["start"], zone), None if end is None else _moment(end, zone))


def _moment(text: str, zone: str | None) -> date:
    """A day, or an instant; one without an offset is in the property's zone, else in UTC."""
    if "T" not in text:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
    return moment


def _unique_id(content: Any) -> str | None:
    number, prefix = content["number"], content.get("prefix")
    if number is None:
        return None
    return f"{prefix}-{number}" if prefix else str(number)


def _state(content: Any) -> str:
    return str(content["state"])


def _computed(content: Any) -> Plain:
    """What a formula or rollup comes to."""
    kind: str = content["type"]
    if kind == "array":
        return tuple(text for item in content["array"] for text in _texts(value_of(item).plain))
    return plain_of(kind, content.get(kind))


def _texts(plain: Plain) -> tuple[str, ...]:
    """A value as texts, for the items of a rollup."""
    match plain:
        case None | Unreadable():
            return ()
        case tuple():
            return plain
        case Span(start, end):
            return (start.isoformat() if end is None else f"{start.isoformat()}/{end.isoformat()}",)
        case datetime():
            return (plain.isoformat(),)
        case _:
            return (str(plain),)


_READERS: Final[Mapping[str, Callable[[Any], Plain]]] = {
    "title": _text,
    "rich_text": _text,
    "url": _string,
    "email": _string,
    "phone_number": _string,
    "number": _number,
    "checkbox": _checkbox,
    "select": _name,
    "status": _name,
    "multi_select": _names,
    "files": _names,
    "people": _ids,
    "relation": _ids,
    "created_by": _id,
    "last_edited_by": _id,
    "date": _span,
    "created_time": instant_of,
    "last_edited_time": instant_of,
    "unique_id": _unique_id,
    "verification": _state,
    "formula": _computed,
    "rollup": _computed,
    # Only formulas come to these two.
    "string": _string,
    "boolean": _checkbox,
}
