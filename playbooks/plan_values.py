"""Values of changes as a person reads them: short, foreign text in code spans."""

import json
from typing import Any, cast

from playbooks.plan import Change
from playbooks.targets import Target
from playbooks.text import listed, shown

_ITEMS_SHOWN = 3
_OPTIONS_SHOWN = 12
_SPACE = "␣"


def about(change: Change) -> str:
    """What a change is about: as its plan names it, else by its target."""
    if change.shown:
        return change.shown
    target = Target.of(change.target)
    if target.aspect == "setting":
        return "/".join(target.parts)
    return f"{target.aspect} {shown('/'.join(target.parts), 100)}"


def from_to(change: Change) -> str:
    """From what to what."""
    match Target.of(change.target).aspect:
        case "setting":
            return f"{_setting(change.before)} -> {_setting(change.after)}"
        case "trash":
            return "to the trash" if change.after else "out of the trash"
        case "column":
            return f"{_column(change.before)} -> {_column(change.after)}"
        case "cell":
            return _cell(change.before, change.after)
        case "made" | "linked" | "content" as aspect:
            done, undone = _DEEDS[aspect]
            return undone if change.after is None else done


_DEEDS = {
    "made": ("made again", "moved to the trash"),
    "linked": ("linked again", "links go with it"),
    "content": ("put back, the page being empty", "emptied"),
}
"""What is done to what is made from a snapshot, and what undoing does."""


def short(value: Any) -> str:
    """A value of Notion in a few words."""
    match value:
        case None | [] | "":
            return "(empty)"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value)
        case [*items]:
            return _items(items)
        case dict():
            return _object(cast("dict[str, Any]", value))
        case _:
            return shown(str(value))


def _cell(before: Any, after: Any) -> str:
    """Texts that look alike are shown with the spaces around them."""
    told = f"{short(before)} -> {short(after)}"
    if short(before) != short(after):
        return told
    edged = shown(_edged(before)), shown(_edged(after))
    return " -> ".join(edged) if edged[0] != edged[1] else f"{told} (other than shown here)"


def _edged(value: Any) -> str:
    """The text of a value, the spaces around it visible."""
    text = "".join(_text(item) or "" for item in _content(value))
    inner = text.strip()
    before, _, after = text.partition(inner) if inner else (text, "", "")
    return f"{_SPACE * len(before)}{inner}{_SPACE * len(after)}"


def _content(value: Any) -> list[Any]:
    """The parts of a rich text; none of any other value."""
    match value:
        case [*items]:
            return items
        case {"title": [*items]} | {"rich_text": [*items]}:
            return items
        case _:
            return []


def _setting(value: float | None) -> str:
    return "(unset)" if value is None else _number(value)


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _column(column: Any) -> str:
    """Its name, its type, and its options where it has some."""
    if not isinstance(column, dict):
        return "no column"
    told = cast("dict[str, Any]", column)
    name = f"{shown(str(told['name']))} " if "name" in told else ""
    kind = next((key for key in told if key not in {"name", "type", "description"}), "")
    match told.get(kind):
        case {"options": [*options]}:
            return f"{name}({kind}: {listed([short(each) for each in options], _OPTIONS_SHOWN)})"
        case _:
            return f"{name}({kind})"


def _items(items: list[Any]) -> str:
    """Rich text is one text; anything else is a list."""
    texts = [_text(item) for item in items]
    if all(text is not None for text in texts):
        return shown("".join(text for text in texts if text is not None))
    return listed([short(item) for item in items], _ITEMS_SHOWN)


def _text(item: Any) -> str | None:
    match item:
        case {"plain_text": str(text)} | {"text": {"content": str(text)}}:
            return text
        case _:
            return None


def _object(value: dict[str, Any]) -> str:
    """A date, an option, a person or page by id; a property's value by its one key."""
    match value:
        case {"start": str(start), "end": str(end)}:
            return f"{shown(start)} to {shown(end)}"
        case {"start": str(said)} | {"name": str(said)} | {"id": str(said)}:
            return shown(said)
        case {"type": str(kind), **rest} if kind in rest:
            return short(rest[kind])
        case _ if len(value) == 1:
            return short(next(iter(value.values())))
        case _:
            return shown(json.dumps(value, ensure_ascii=False, sort_keys=True))
