"""What matters in a page as Notion writes it: its hash, its states, whether it is still a row."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple, cast

from playbooks.mirrored import KeptRow
from server.notion.answers import JSON
from server.notion.properties import instant_of, value_of

_STATES: Final = frozenset(("status", "select"))
_COMPUTED: Final = frozenset(("formula", "rollup"))
_PASSING: Final = frozenset(("expiry_time", "request_id"))


class State(NamedTuple):
    """The chosen option of a status or select, None for none; its name is foreign text."""

    id: str | None
    name: str | None


def kept_row(page: JSON, *, hashed: str, fetched_at: datetime) -> KeptRow:
    """The page as it is kept."""
    return KeptRow(
        id=page["id"],
        created_at=instant_of(page["created_time"]),
        last_edited_at=instant_of(page["last_edited_time"]),
        fetched_at=fetched_at,
        hash=hashed,
        body=_compact({key: value for key, value in page.items() if key != "request_id"}),
    )


def hash_of(page: JSON) -> str:
    """A hash of properties, trash and url, without the signatures of files, which pass."""
    matters = (page["properties"], page.get("in_trash"), page.get("url"))
    text = json.dumps(_lasting(matters), sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def is_row_of(page: JSON, data_source_id: str) -> bool:
    """Whether the page is a row there: not in the trash, not archived, not moved away."""
    parent: JSON = page.get("parent") or {}
    home = parent.get("data_source_id", data_source_id)
    is_elsewhere = parent.get("type", "data_source_id") != "data_source_id" or not _same(
        home, data_source_id
    )
    return not (page.get("in_trash") or page.get("is_archived") or is_elsewhere)


def incomplete_in(page: JSON) -> list[tuple[str, JSON]]:
    """The properties, by name, that may hold more items than the page shows."""
    properties: dict[str, JSON] = page["properties"]
    return [(name, raw) for name, raw in properties.items() if not value_of(raw).complete]


def states_of(page: JSON) -> Mapping[str, State]:
    """The chosen options by the id of their property."""
    properties: dict[str, JSON] = page["properties"]
    return {raw["id"]: _state(raw) for raw in properties.values() if raw["type"] in _STATES}


def has_computed(schema: Mapping[str, Any]) -> bool:
    """Whether rows hold values that change without an edit of the row."""
    return any(raw["type"] in _COMPUTED for raw in schema["properties"].values())


def rows_alter(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the change of the schema altered rows that it did not mark as edited.

    New options alone alter none.
    """
    old, new = _shapes(before), _shapes(after)
    return old.keys() != new.keys() or any(
        old[key][:-1] != new[key][:-1] or not old[key][-1].items() <= new[key][-1].items()
        for key in old
    )


def _shapes(schema: Mapping[str, Any]) -> dict[str, tuple[str, str, str, dict[str, str]]]:
    """Of each property by id: name, type, how it is computed, its options' names by id."""
    return {raw["id"]: _shape(name, raw) for name, raw in schema["properties"].items()}


def _shape(name: str, raw: JSON) -> tuple[str, str, str, dict[str, str]]:
    kind: str = raw["type"]
    details: JSON = raw.get(kind) or {}
    options = {each["id"]: each["name"] for each in details.get("options") or ()}
    return name, kind, _compact(details) if kind in _COMPUTED else "", options


def _state(raw: JSON) -> State:
    chosen: JSON = raw.get(raw["type"]) or {}
    return State(chosen.get("id"), chosen.get("name"))


def _same(one: str, other: str) -> bool:
    return one.replace("-", "") == other.replace("-", "")


def _lasting(value: Any) -> Any:
    """The value without what passes: a file's signature and when it expires."""
    if isinstance(value, dict):
        known = cast("JSON", value)
        is_file = "expiry_time" in known
        return {
            key: _without_query(each) if is_file and key == "url" else _lasting(each)
            for key, each in known.items()
            if key not in _PASSING
        }
    if isinstance(value, list | tuple):
        return [_lasting(each) for each in cast("list[Any]", value)]
    return value


def _without_query(url: Any) -> str:
    return str(url).split("?", 1)[0]


def _compact(value: Any) -> str:
    """In ASCII: halves of surrogate pairs, which foreign text may hold, have no UTF-8."""
    return json.dumps(value, separators=(",", ":"))
