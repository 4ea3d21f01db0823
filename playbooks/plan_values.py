"""Values of changes as a person reads them: short, foreign text in code spans."""

import json
from typing import Any, cast

from playbooks.plan import Change
from playbooks.security_access import differences
from playbooks.targets import Target
from playbooks.text import listed, shown

_ITEMS_SHOWN = 3
_OPTIONS_SHOWN = 12
_CHANGES_SHOWN = 10


def about(change: Change) -> str:
    """What a change is about: as its plan names it, else by its target."""
    if change.shown:
        return change.shown
    target = Target.of(change.target)
    if target.aspect == "setting":
        return "/".join(target.parts)
    return f"{target.aspect} {shown('/'.join(target.parts), 100)}"


def from_to(change: Change) -> str:  # noqa: PLR0911 - one for each aspect
    """From what to what."""
    match Target.of(change.target).aspect:
        case "setting":
            return f"{_setting(change.before)} -> {_setting(change.after)}"
        case "trash":
            return "to the trash" if change.after else "out of the trash"
        case "column":
            return f"{_column(change.before)} -> {_column(change.after)}"
        case "made":
            return "moved to the trash" if change.after is None else "made again"
        case "linked":
            return "links go with it" if change.after is None else "linked again"
        case "baseline":
            return _baseline(change.before, change.after)
        case "cell":
            return f"{short(change.before)} -> {short(change.after)}"


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


def _baseline(before: Any, after: Any) -> str:
    """What access is approved anew; all of it where none was, or none is to be."""
    if before is None or after is None:
        return f"{_access(before)} -> {_access(after)}"
    says = [each.says for each in differences(before, after)]
    return listed(says, _CHANGES_SHOWN) if says else "the same access, seen later"


def _access(baseline: Any) -> str:
    """An approved access in a few words: what it reaches, whom it knows, what it may do."""
    if baseline is None:
        return "none"
    things = baseline["things"].values()
    titles = listed([shown(each["title"]) for each in things], _CHANGES_SHOWN)
    public = [shown(each["title"]) for each in things if each["public"]]
    able = listed([name for name, has in baseline["capabilities"].items() if has], _CHANGES_SHOWN)
    people = "unlisted" if baseline["people"] is None else str(len(baseline["people"]))
    return (
        f"{len(things)} pages and tables ({titles or 'nothing'}), public of them:"
        f" {listed(public, _CHANGES_SHOWN) or 'none'}; people and bots: {people};"
        f" may: {able or 'nothing'}"
    )


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
