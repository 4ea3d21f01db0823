"""Rich text: what a request sends, kept as answers show it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from server.workspace.inputs import Input
from server.workspace.times import to_ms

MAX_EQUATION_CHARS = 1000
COLORS: Final = ("default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink",
                 "red")  # fmt: skip
TEXT_COLORS: Final = (
    *COLORS, "default_background", *(f"{color}_background" for color in COLORS[1:])
)  # fmt: skip
_STYLES = ("bold", "italic", "strikethrough", "underline", "code")


def parse(source: Input) -> list[dict[str, Any]]:
    """An array of rich text, complete as an answer shows it."""
    return [_item(item) for item in source.items()]


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


def _written(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="milliseconds")
    return moment.isoformat()


def _item(source: Input) -> dict[str, Any]:
    kind = source.key(("text", "mention", "equation"))
    payload = source.get(kind)
    match kind:
        case "text":
            value, text, href = _text(payload)
        case "mention":
            value, text, href = _mention(payload)
        case _:
            text = payload.need("expression").text(MAX_EQUATION_CHARS)
            value, href = {"expression": text}, None
    return {
        "type": kind,
        kind: value,
        "annotations": _annotations(source.get("annotations")),
        "plain_text": text,
        "href": href,
    }


def _text(source: Input) -> tuple[dict[str, Any], str, str | None]:
    content = source.need("content").text()
    link = source.get("link")
    href = None if link.absent else link.need("url").text()
    return {"content": content, "link": {"url": href} if href else None}, content, href


def _mention(source: Input) -> tuple[dict[str, Any], str, str | None]:
    kind = source.key(("user", "page", "database", "date"))
    payload = source.get(kind)
    if kind == "date":
        value = parse_date(payload)
        return {"type": kind, kind: value}, value["start"], None
    target = payload.need("id").id()
    if kind == "user":
        return {"type": kind, kind: {"object": "user", "id": target}}, "@user", None
    return {"type": kind, kind: {"id": target}}, "Untitled", page_url("", target)


def _annotations(source: Input) -> dict[str, Any]:
    if source.absent:
        return dict.fromkeys(_STYLES, False) | {"color": "default"}
    looks: dict[str, Any] = {
        style: source.get(style).given and source.get(style).boolean() for style in _STYLES
    }
    color = source.get("color")
    return looks | {"color": "default" if color.absent else color.choice(TEXT_COLORS)}


def page_url(title: str, object_id: str) -> str:
    """The address of an object: a slug of its title and its id without dashes."""
    kept = "".join(char if char.isascii() and char.isalnum() else " " for char in title)
    return f"https://app.notion.com/p/{'-'.join([*kept.split(), object_id.replace('-', '')])}"
