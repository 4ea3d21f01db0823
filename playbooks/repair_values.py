"""Values and columns as an Editor takes them, put right: nothing in them is new but the remedy."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from playbooks.contract import PropertyContract
from playbooks.days import WorkDays
from playbooks.rows import Span
from playbooks.snapshot import Json

MADE_TYPES: Final = frozenset(
    {"number", "select", "multi_select", "date", "rich_text", "people", "checkbox", "url"}
    | {"email", "phone_number", "files", "created_time", "last_edited_time"}
)
"""Types of columns that can be made without knowing more than their options."""


def trimmed(value: Json) -> Json:
    """A title without spaces around it, its decoration kept; None where nothing is left."""
    parts: list[Json] = [dict(part) for part in value["title"]]
    while parts and _is_blank(parts[0]):
        parts.pop(0)
    while parts and _is_blank(parts[-1]):
        parts.pop()
    if parts and _is_text(parts[0]):
        parts[0] = _with(parts[0], _text(parts[0]).lstrip())
    if parts and _is_text(parts[-1]):
        parts[-1] = _with(parts[-1], _text(parts[-1]).rstrip())
    return {"title": parts} if parts else None


def _is_text(part: Json) -> bool:
    return bool(part.get("type", "text") == "text")


def _is_blank(part: Json) -> bool:
    return _is_text(part) and not _text(part).strip()


def _text(part: Json) -> str:
    return str(part["text"]["content"]) if _is_text(part) else ""


def _with(part: Json, text: str) -> Json:
    return {**part, "text": {**part["text"], "content": text}}


def without_times(plain: Span, days: WorkDays) -> Json:
    """The same date as days of the zone."""
    start = days.local_day(plain.start)
    end = None if plain.end is None else days.local_day(plain.end)
    return on_day(start, None if end == start else end)


def on_day(day: date, end: date | None = None) -> Json:
    """A date without a time."""
    return {"date": {"start": day.isoformat(), "end": end and end.isoformat()}}


def is_same_day(value: Json, plain: Span, days: WorkDays) -> bool:
    """Whether the day that people read in Notion is the one of the zone, at both ends."""
    moments = {"start": plain.start, "end": plain.end}
    return all(
        value["date"][key][:10] == days.local_day(moment).isoformat()
        for key, moment in moments.items()
        if moment is not None
    )


def has_time(plain: object) -> bool:
    """Whether a date has a time of day at one of its ends."""
    ends = (plain.start, plain.end) if isinstance(plain, Span) else ()
    return any(isinstance(end, datetime) for end in ends)


def chosen(kind: str, names: Sequence[str]) -> Json:
    """The options of a value."""
    if kind == "multi_select":
        return {kind: [{"name": name} for name in names]}
    return {kind: {"name": names[0]}}


def related(ids: Sequence[str]) -> Json:
    """The rows of a relation; None for none."""
    return {"relation": [{"id": each} for each in ids]} if ids else None


def related_ids(value: Json) -> list[str]:
    """The rows that a relation names."""
    return [] if value is None else [each["id"] for each in value["relation"]]


def column_for(name: str, wanted: PropertyContract) -> Json:
    """A new column as agreed, of the first type that can be made; None where none can be."""
    kind = next((each for each in wanted.types if each in MADE_TYPES), None)
    if kind is None and "relation" in wanted.types and wanted.target is not None:
        to: Json = {"data_source_id": wanted.target, "single_property": {}}
        return {"name": name, "relation": to}
    if kind is None:
        return None
    return {"name": name, kind: _configured(kind, wanted)}


def _configured(kind: str, wanted: PropertyContract) -> Mapping[str, Any]:
    match kind:
        case "number":
            return {"format": "number"}
        case "select" | "multi_select":
            return {"options": _options(wanted.options)}
        case _:
            return {}


def with_options(column: Json, kind: str, names: Sequence[str]) -> Json:
    """The column with these options besides its own."""
    there: list[Json] = column[kind]["options"]
    return {**column, kind: {**column[kind], "options": [*there, *_options(names)]}}


def _options(names: Sequence[str]) -> list[Json]:
    return [{"name": name, "color": "default"} for name in names]
