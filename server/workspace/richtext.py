"""Rich text: what a request sends, kept as answers show it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from server.workspace import identities, mentions, nodes
from server.workspace.call import Call
from server.workspace.errors import content_refused
from server.workspace.inputs import Input
from server.workspace.times import to_ms

MAX_EQUATION_CHARS = 1000
COLORS: Final = ("default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink",
                 "red")  # fmt: skip
TEXT_COLORS: Final = (
    *COLORS, "default_background", *(f"{color}_background" for color in COLORS[1:])
)  # fmt: skip
NO_CUSTOM_EMOJIS: Final = "not present: this workspace has no custom emojis"
_STYLES = ("bold", "italic", "strikethrough", "underline", "code")
_MENTIONS = ("user", "date", "page", "database", "template_mention", "custom_emoji")
_PLACEHOLDERS = {"template_mention_date": ("today", "now"), "template_mention_user": ("me",)}
# A page of the same workspace may be named by its path alone.
_LINK = re.compile(r"[a-z][a-z0-9+.-]*:\S+|/[0-9a-f]{32}\S*", re.IGNORECASE)

_Shown = tuple[dict[str, Any], str, str | None]
"""The payload of an item, its plain text and its href."""


def parse(call: Call, source: Input) -> list[dict[str, Any]]:
    """An array of rich text, complete as an answer shows it.

    A mention says what the caller may see when it is written; `mentions.tell` says it anew.
    """
    return [_item(call, item) for item in source.items()]


def plain(rich_text: Sequence[dict[str, Any]]) -> str:
    """The text without its looks."""
    return "".join(item["plain_text"] for item in rich_text)


def parse_date(source: Input) -> dict[str, Any]:
    """A date value: start, end, time_zone."""
    source.only("start", "end", "time_zone")
    named = source.get("time_zone")
    zone = UTC if named.absent else named.zone()
    start = source.need("start").moment(zone)
    until = source.get("end")
    end = None if until.absent else until.moment(zone)
    if end is not None and to_ms(end) < to_ms(start):
        raise until.refusal("on or after the start")
    return {
        "start": _written(start),
        "end": None if end is None else _written(end),
        "time_zone": None if named.absent else named.text(),
    }


def parse_expression(source: Input) -> str:
    """The expression of an equation."""
    return source.text(MAX_EQUATION_CHARS)


def page_url(title: str, object_id: str) -> str:
    """The address of an object: a slug of its title and its id without dashes."""
    kept = "".join(char if char.isascii() and char.isalnum() else " " for char in title)
    return f"https://app.notion.com/p/{'-'.join([*kept.split(), object_id.replace('-', '')])}"


def _written(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="milliseconds")
    return moment.isoformat()


def _item(call: Call, source: Input) -> dict[str, Any]:
    kind = source.key(("text", "mention", "equation"))
    payload = source.get(kind)
    match kind:
        case "text":
            value, text, href = _text(payload)
        case "mention":
            value, text, href = _mention(call, payload)
        case _:
            text = parse_expression(payload.need("expression"))
            value, href = {"expression": text}, None
    return {
        "type": kind,
        kind: value,
        "annotations": _annotations(source.get("annotations")),
        "plain_text": text,
        "href": href,
    }


def _text(source: Input) -> _Shown:
    content = source.need("content").text()
    link = source.get("link")
    href = None if link.absent else link.need("url").text()
    if href and not _LINK.fullmatch(href):
        raise content_refused("Invalid URL for link.")
    return {"content": content, "link": {"url": href} if href else None}, content, href


def _mention(call: Call, source: Input) -> _Shown:
    kind = source.key(_MENTIONS)
    value, text, href = _mentioned(call, kind, source.get(kind))
    return {"type": kind, kind: value}, text, href


def _mentioned(call: Call, kind: str, source: Input) -> _Shown:
    match kind:
        case "user":
            return _user(call, source.need("id").id())
        case "date":
            value = parse_date(source)
            return value, " → ".join(filter(None, (value["start"], value["end"]))), None
        case "template_mention":
            return _placeholder(source)
        case "custom_emoji":
            raise source.refusal(NO_CUSTOM_EMOJIS)
        case _:
            return _object(call, source.need("id").id())


def _user(call: Call, user_id: str) -> _Shown:
    return identities.partial_user(user_id), mentions.user_text(call, user_id), None


def _object(call: Call, object_id: str) -> _Shown:
    text = mentions.title_text(nodes.title_of(call, object_id))
    return {"id": object_id}, text, page_url("", object_id)


def _placeholder(source: Input) -> _Shown:
    kind = source.key(tuple(_PLACEHOLDERS))
    word = source.get(kind).choice(_PLACEHOLDERS[kind])
    return {"type": kind, kind: word}, f"@{word.title()}", None


def _annotations(source: Input) -> dict[str, Any]:
    if source.absent:
        return dict.fromkeys(_STYLES, False) | {"color": "default"}
    looks: dict[str, Any] = {
        style: source.get(style).given and source.get(style).boolean() for style in _STYLES
    }
    color = source.get("color")
    return looks | {"color": "default" if color.absent else color.choice(TEXT_COLORS)}
