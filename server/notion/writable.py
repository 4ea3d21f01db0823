"""Values of pages and rich text as Notion takes them, made from what it shows: the way back.

The form is canonical: two values are the same when their forms are equal, and what is written so
reads so again. What says nothing (no link, no decoration, an end that is none) is left out, parts
of a text that look alike are one, and days and instants are written as `datetime` writes them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.notion.answers import JSON
from server.notion.payloads import rich_text

MOST_ITEMS: Final = 100
"""The longest list that Notion takes."""

_PLAIN_LOOK: Final = {
    "bold": False, "italic": False, "strikethrough": False, "underline": False, "code": False,
    "color": "default",
}  # fmt: skip
_MENTIONED_BY_ID: Final = ("user", "page", "database", "data_source", "custom_emoji")


def writable_value(raw: JSON) -> JSON | None:
    """`{type: content}` of a property value of a page, to be written as it stands.

    None when it is empty, and for what Notion computes: formula, rollup, created_*, last_edited_*,
    unique_id, button, and types that we do not know. A file that Notion hosts is named by the
    lasting part of its address: the page that has it keeps it, and no other page can be given it.
    """
    kind: str = raw["type"]
    writer = _VALUES.get(kind)
    content = None if writer is None or raw.get(kind) is None else writer(raw[kind])
    return None if content is None or content == [] else {kind: content}


def emptied(kind: str) -> JSON:
    """What takes the value of that type from a page."""
    match kind:
        case "checkbox":
            return {kind: False}
        case "verification":
            return {kind: {"state": "unverified"}}
        case "title" | "rich_text" | "multi_select" | "people" | "relation" | "files":
            return {kind: []}
        case _:
            return {kind: None}


def writable_rich_text(parts: Sequence[JSON]) -> list[JSON]:
    """The parts of a rich text as they are sent; a mention of a link becomes text with a link."""
    written: list[JSON] = []
    for part in map(_part, parts):
        if written and _are_alike(written[-1], part):
            written[-1] = _text(written[-1]["text"]["content"] + part["text"]["content"], part)
        elif part.get("text") != {"content": ""}:
            written.append(part)
    return [short for part in written for short in _short(part)]


def writable_date(shown: JSON) -> JSON:
    """A date; with a time zone, its instants are written in that zone and without an offset."""
    zone = shown.get("time_zone")
    written = {key: _moment(shown[key], zone) for key in ("start", "end") if shown.get(key)}
    return {"end": None, **written, **({"time_zone": zone} if zone else {})}


def writable_look(shown: JSON | None) -> JSON | None:
    """An icon or a cover; None for none, and for a picture that Notion hosts."""
    if shown is None or shown["type"] == "file":
        return None
    kind: str = shown["type"]
    if kind == "custom_emoji":
        return {"type": kind, kind: {"id": shown[kind]["id"]}}
    return {"type": kind, kind: shown[kind]}


def lasting_url(url: str) -> str:
    """The address without the signature of a hosted file, which passes."""
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _part(shown: JSON) -> JSON:
    kind: str = shown["type"]
    match kind:
        case "text":
            return _text(shown["text"]["content"], shown)
        case "mention":
            mention = _mention(shown["mention"])
            if mention is None:
                link = shown.get("href")
                return _text(
                    shown["plain_text"], {**shown, "text": {"link": link and {"url": link}}}
                )
            return {"type": kind, kind: mention, **_look(shown)}
        case _:
            return {"type": kind, kind: {"expression": shown[kind]["expression"]}, **_look(shown)}


def _text(content: str, like: JSON) -> JSON:
    """A text that looks and links like that part."""
    link = like["text"].get("link")
    linked = {"link": {"url": link["url"]}} if link else {}
    return {"type": "text", "text": {"content": content, **linked}, **_look(like)}


def _look(shown: JSON) -> JSON:
    annotations: JSON = shown.get("annotations") or {}
    told = {key: value for key, value in annotations.items() if value != _PLAIN_LOOK.get(key)}
    return {"annotations": told} if told else {}


def _mention(shown: JSON) -> JSON | None:
    """None for one that cannot be sent: previews and mentions of links."""
    kind: str = shown["type"]
    if kind in _MENTIONED_BY_ID:
        return {"type": kind, kind: {"id": shown[kind]["id"]}}
    if kind == "date":
        return {"type": kind, kind: writable_date(shown[kind])}
    return {"type": kind, kind: shown[kind]} if kind == "template_mention" else None


def _are_alike(one: JSON, other: JSON) -> bool:
    if one["type"] != "text" or other["type"] != "text":
        return False
    looks = [(part["text"].get("link"), part.get("annotations")) for part in (one, other)]
    return looks[0] == looks[1]


def _short(part: JSON) -> list[JSON]:
    """A part in as many as its length needs."""
    if part["type"] != "text":
        return [part]
    return [_text(each["text"]["content"], part) for each in rich_text(part["text"]["content"])]


def _moment(text: str, zone: str | None) -> str:
    if "T" not in text:
        return date.fromisoformat(text).isoformat()
    moment = datetime.fromisoformat(text)
    if zone:
        moment = _local(moment, zone)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _local(moment: datetime, zone: str) -> datetime:
    """In that zone and without its offset; as it is where the zone is not known here."""
    try:
        return (moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment).replace(tzinfo=None)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return moment


def _option(shown: JSON) -> JSON:
    return {"name": shown["name"]}


def _options(shown: Sequence[JSON]) -> list[JSON]:
    return [_option(each) for each in shown]


def _people(shown: Sequence[JSON]) -> list[JSON]:
    return [{"object": each.get("object", "user"), "id": each["id"]} for each in shown]


def _relation(shown: Sequence[JSON]) -> list[JSON]:
    return [{"id": each["id"]} for each in shown]


def _files(shown: Sequence[JSON]) -> list[JSON]:
    return [_file(each) for each in shown]


def _file(shown: JSON) -> JSON:
    kind: str = shown["type"]
    url: str = shown[kind]["url"]
    address = lasting_url(url) if kind == "file" else url
    return {"name": shown["name"], "type": kind, kind: {"url": address}}


def _place(shown: JSON) -> JSON:
    return {key: value for key, value in shown.items() if value is not None}


def _verification(shown: JSON) -> JSON | None:
    if shown["state"] == "unverified":
        return None
    until = shown.get("date")
    return {"state": "verified"} | ({"date": writable_date(until)} if until else {})


def _same(shown: Any) -> Any:
    return shown


def _string(shown: Any) -> Any:
    return shown or None


_VALUES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "title": writable_rich_text,
    "rich_text": writable_rich_text,
    "number": _same,
    "select": _option,
    "status": _option,
    "multi_select": _options,
    "date": writable_date,
    "people": _people,
    "files": _files,
    "checkbox": _same,
    "url": _string,
    "email": _string,
    "phone_number": _string,
    "relation": _relation,
    "place": _place,
    "verification": _verification,
}

WRITABLE_TYPES: Final = frozenset(_VALUES)
"""The types of properties of which pages can be given values."""


def are_too_many(value: JSON) -> bool:
    """Whether a list is longer than Notion takes in one request, which replaces all of it."""
    content = next(iter(value.values()))
    return isinstance(content, list) and len(cast("list[object]", content)) > MOST_ITEMS
