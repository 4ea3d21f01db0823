"""What lasts of an answer: sorted, without the id of the request and signatures of files."""

from typing import Any, Final, cast

from server.notion.answers import JSON
from server.notion.writable import lasting_url

_PASSING: Final = frozenset(("request_id", "expiry_time"))


def lasting(record: JSON) -> JSON:
    """The record with sorted keys; the address of a file that Notion hosts without its query.

    Such a file is marked with `"hosted": true` beside its `url`: nobody can read it by that.
    """
    kept: JSON = _lasting(record)
    return kept


def _lasting(value: Any) -> Any:
    match value:
        case dict():
            members = cast("JSON", value)
            kept = {
                key: _lasting(member)
                for key, member in sorted(members.items())
                if key not in _PASSING
            }
            return _hosted(kept) if "expiry_time" in members and "url" in members else kept
        case list():
            return [_lasting(each) for each in cast("list[object]", value)]
        case _:
            return value


def _hosted(file: JSON) -> JSON:
    return {"hosted": True, **file, "url": lasting_url(file["url"])}
