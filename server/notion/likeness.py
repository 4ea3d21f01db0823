"""Whether what was sent stands in what Notion shows, which says more and in other words."""

import re
from datetime import UTC, datetime
from typing import Any, Final, cast

from server.notion.answers import JSON

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_ID: Final = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def holds(there: Any, sent: Any) -> bool:
    """True only when every value sent is there; False also where that cannot be told.

    Texts are compared as texts, lists without their order, ids without dashes, times as instants.
    """
    match sent:
        case None | []:
            return there in (None, [])
        case dict():
            fields = cast("JSON", sent).items()
            return isinstance(there, dict) and all(
                holds(_member(cast("JSON", there), key, value), value) for key, value in fields
            )
        case list():
            items = cast("list[object]", sent)
            return isinstance(there, list) and _list_holds(cast("list[object]", there), items)
        case str():
            return isinstance(there, str) and _canonical(there) == _canonical(sent)
        case _:
            return bool(there == sent)


def _list_holds(there: list[object], sent: list[object]) -> bool:
    text = _text(sent)
    if text is not None:
        return _text(there) == text
    return len(there) == len(sent) and all(any(holds(it, each) for it in there) for each in sent)


def _member(there: JSON, key: str, sent: Any) -> Any:
    """The member of that key; a property may be named by its id, or have got a new name."""
    if key in there:
        return there[key]
    if isinstance(sent, dict) and "name" in sent:
        return there.get(cast("JSON", sent)["name"])
    members = [cast("JSON", each) for each in there.values() if isinstance(each, dict)]
    return next((each for each in members if each.get("id") == key), None)


def _text(parts: list[object]) -> str | None:
    """The text of a rich text; None where it is none, or holds more than text."""
    try:
        return "".join(cast("JSON", part)["text"]["content"] for part in parts)
    except (KeyError, TypeError):
        return None


def _canonical(text: str) -> str:
    if _ID.fullmatch(text):
        return text.replace("-", "").lower()
    if not _INSTANT.fullmatch(text):
        return text
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
