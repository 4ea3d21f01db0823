"""Block types: which fields each has, and how a field is read. One table for all."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from server.workspace import decorations, richtext
from server.workspace.errors import invalid
from server.workspace.inputs import MISSING, Input

MAX_LANGUAGE_CHARS = 100

EMPTY: Final = object()
"""Stands for a fresh empty list."""

Field = tuple[Callable[[Input], Any], Any]
"""How a field is read, and what stands there when it was not sent: MISSING when it must be."""

_RICH_TEXT: Field = (richtext.parse, MISSING)
_CAPTION: Field = (richtext.parse, EMPTY)
_COLOR: Field = (lambda source: source.choice(richtext.TEXT_COLORS), "default")
_ICON: Field = (decorations.icon, None)
_OFF: Field = (Input.boolean, False)
_URL: Field = (Input.text, MISSING)
_LANGUAGE: Field = (lambda source: source.text(MAX_LANGUAGE_CHARS), "plain text")


def _cells(source: Input) -> list[list[dict[str, Any]]]:
    return [richtext.parse(cell) for cell in source.items()]


def _width(source: Input) -> int:
    width = source.number()
    if width != int(width) or width < 1:
        raise source.refusal("a positive integer")
    return int(width)


_TEXT: Mapping[str, Field] = {"rich_text": _RICH_TEXT, "color": _COLOR}
_HEADING: Mapping[str, Field] = {"rich_text": _RICH_TEXT, "is_toggleable": _OFF, "color": _COLOR}

FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "paragraph": {"rich_text": _RICH_TEXT, "icon": _ICON, "color": _COLOR},
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "bulleted_list_item": _TEXT,
    "numbered_list_item": _TEXT,
    "to_do": {"rich_text": _RICH_TEXT, "checked": _OFF, "color": _COLOR},
    "toggle": _TEXT,
    "quote": _TEXT,
    "callout": {"rich_text": _RICH_TEXT, "icon": _ICON, "color": _COLOR},
    "divider": {},
    "code": {"caption": _CAPTION, "rich_text": _RICH_TEXT, "language": _LANGUAGE},
    "bookmark": {"caption": _CAPTION, "url": _URL},
    "table": {"table_width": (_width, MISSING), "has_column_header": _OFF, "has_row_header": _OFF},
    "table_row": {"cells": (_cells, MISSING)},
}
"""Fields by type, in the order of answers. child_page and child_database are no blocks inside."""

NAMES: Final = frozenset(FIELDS)
_WITHOUT_CHILDREN: Final = frozenset({"divider", "code", "bookmark", "table_row"})
_FIXED: Final = frozenset({"table_width"})
_AROUND: Final = ("object", "type", "id", "has_children", "in_trash", "archived", "children")
"""What may stand beside the type's own member when a block is sent."""


def parse(source: Input) -> tuple[str, dict[str, Any], Input]:
    """Type, content as answers show it, and the children that were sent."""
    kind = _kind(source)
    payload = source.get(kind)
    fields = FIELDS[kind]
    content = {name: _read(payload.get(name), fields[name]) for name in fields}
    children = children_of(source)
    if children.given and kind in _WITHOUT_CHILDREN:
        raise children.refusal("not present")
    if kind == "table":
        _check_rows(content, children)
    return kind, content, children


def changed(kind: str, content: dict[str, Any], source: Input) -> dict[str, Any]:
    """The content with the fields that were sent."""
    fields = FIELDS[kind]
    for name, member in source.members():
        if name not in fields or name in _FIXED:
            raise member.refusal("not present")
    return {
        name: _read(source.get(name), field) if source.get(name).given else content[name]
        for name, field in fields.items()
    }


def children_of(source: Input) -> Input:
    """The children of a block as sent: in its payload or beside it."""
    inside = source.get(_kind(source)).get("children")
    return inside if inside.given else source.get("children")


def _kind(source: Input) -> str:
    named = source.get("type")
    if not named.absent and named.text() not in NAMES:
        raise _unknown(source, named.text())
    present = [name for name, _ in source.members() if name not in _AROUND]
    unknown = [name for name in present if name not in NAMES]
    if unknown:
        raise _unknown(source, unknown[0])
    return source.key(tuple(NAMES) if named.absent else (named.text(),))


def _unknown(source: Input, kind: str) -> Exception:
    known = ", ".join(FIELDS)
    return invalid(
        f"body failed validation: {source.path}.type should be one of {known},"
        f' instead was `"{kind}"`.'
    )


def _read(source: Input, field: Field) -> Any:
    read, default = field
    if source.given:
        return read(source)
    if default is MISSING:
        raise source.refusal("defined")
    return [] if default is EMPTY else default


def _check_rows(content: dict[str, Any], children: Input) -> None:
    if not children.given or not children.items():
        raise children.refusal("defined")
    for row in children.items():
        cells = row.need("table_row").need("cells")
        if len(cells.items()) != content["table_width"]:
            raise cells.refusal(f"of length `{content['table_width']}`, the table's width")
