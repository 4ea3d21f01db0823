"""Block types: what a sent block is, what it holds, and which blocks stand below which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.workspace import decorations
from server.workspace.block_fields import FIELDS, link_target
from server.workspace.call import Call
from server.workspace.errors import ApiError, invalid
from server.workspace.inputs import MISSING, Input

NAMES: Final = tuple(FIELDS)
MAX_LEVEL = 3
"""A sent block may have children, and these may have children, too."""

_CHILDLESS: Final = frozenset((
    "embed", "bookmark", "image", "video", "pdf", "file", "audio", "code", "equation", "divider",
    "breadcrumb", "table_of_contents", "link_to_page", "table_row",
))  # fmt: skip
_HEADINGS: Final = frozenset(("heading_1", "heading_2", "heading_3", "heading_4"))
_FEWEST: Final[Mapping[str, int]] = {"column_list": 2, "column": 1, "table": 1, "tab": 1}
"""How many children a new block of these types must have."""

_ONLY_CHILD: Final[Mapping[str, str]] = {
    "column_list": "column", "table": "table_row", "tab": "paragraph",
}  # fmt: skip
"""The one type that stands below these."""

_ONLY_PARENT: Final[Mapping[str, str]] = {"column": "column_list", "table_row": "table"}
_NOT_NESTED: Final[Mapping[int, frozenset[str]]] = {
    1: frozenset(),
    2: frozenset(("column_list", "column")),
    3: frozenset(("column_list", "column", "table")),
}
"""What may not be sent at each level."""

_AROUND: Final = ("object", "type", "id", "has_children", "in_trash", "archived", "children")
"""What may stand beside the type's own member when a block is sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A block to be added, read and checked; `content` is what answers show."""

    kind: str
    content: dict[str, Any]
    children: Sequence["Sent"]

    @property
    def count(self) -> int:
        """How many blocks it adds."""
        return 1 + sum(child.count for child in self.children)


def parse(call: Call, source: Input, *, below: str, level: int = 1) -> Sent:
    """The block that was sent to stand below one of type `below`; ApiError when it cannot."""
    kind = _kind(source, below, level)
    payload = source.get(kind)
    _refuse_others(payload, (*FIELDS[kind], "children"), kind)
    content = _new_content(call, kind, payload)
    beside = source.get("children")
    children = beside if beside.given else payload.get("children")
    sent = Sent(kind, content, _children(call, kind, content, children, level=level))
    for child in sent.children:
        check_place(child.kind, child.content, below=content)
    return sent


def changed(call: Call, kind: str, content: dict[str, Any], source: Input) -> dict[str, Any]:
    """The content with the fields that were sent."""
    if kind == "link_to_page":
        return link_target(call, source)
    fields = FIELDS[kind]
    _refuse_others(source, [name for name in fields if not fields[name].fixed], kind)
    merged = {
        name: field.read(call, source.get(name)) if source.get(name).given else content.get(name)
        for name, field in fields.items()
    }
    return {name: value for name, value in merged.items() if name in content or value is not None}


def takes_children(kind: str, content: dict[str, Any]) -> bool:
    """Whether blocks can stand below this one."""
    if kind in _HEADINGS:
        return bool(content["is_toggleable"])
    if kind == "synced_block":
        return content["synced_from"] is None
    return kind not in _CHILDLESS


def check_place(kind: str, content: dict[str, Any], *, below: dict[str, Any]) -> None:
    """400 when a row has not as many cells as the table whose content is `below` is wide."""
    if kind == "table_row" and len(content["cells"]) != below.get("table_width"):
        raise invalid("Number of cells in table row must match the table width of the parent table")


def original_of(document: dict[str, Any]) -> str | None:
    """The id of the block that a copy of a synced block shows."""
    if document.get("type") != "synced_block" or document["content"]["synced_from"] is None:
        return None
    original: str = document["content"]["synced_from"]["block_id"]
    return original


def _kind(source: Input, below: str, level: int) -> str:
    kinds = _kinds(below, level)
    named = source.get("type")
    if named.value in kinds:
        kind: str = named.value
        source.need(kind)
    else:
        kind = source.key(kinds)
    if named.given and named.value != kind:
        raise named.refusal(f'`"{kind}"`')
    for name, member in source.members():
        if name not in _AROUND and name != kind:
            raise member.refusal("not present")
    if _ONLY_PARENT.get(kind, below) != below:
        raise _misplaced(source.get(kind), _ONLY_PARENT[kind])
    return kind


def _kinds(below: str, level: int) -> Sequence[str]:
    if below in _ONLY_CHILD:
        return (_ONLY_CHILD[below],)
    return [name for name in NAMES if name not in _NOT_NESTED[level]]


def _misplaced(source: Input, parent: str) -> ApiError:
    return source.refusal(f"not present: it stands only below a {parent}")


def _refuse_others(source: Input, known: Sequence[str], kind: str) -> None:
    decorations.refuse_upload(source.get("file_upload"))
    if kind == "link_to_page":
        return
    for name, member in source.members():
        if name not in known:
            raise member.refusal("not present")


def _new_content(call: Call, kind: str, source: Input) -> dict[str, Any]:
    if kind == "link_to_page":
        return link_target(call, source)
    read = {name: field.first(call, source.get(name)) for name, field in FIELDS[kind].items()}
    content = {name: value for name, value in read.items() if value is not MISSING}
    if kind == "file" and "name" not in content:
        content["name"] = content["external"]["url"].rstrip("/").rpartition("/")[2]
    return content


def _children(
    call: Call, kind: str, content: dict[str, Any], sent: Input, *, level: int
) -> Sequence[Sent]:
    # The columns of a list count as standing where the list stands.
    inner = level if kind == "column_list" else level + 1
    fewest = _FEWEST.get(kind, 0) if inner <= MAX_LEVEL else 0
    if not sent.given and not fewest:
        return ()
    if inner > MAX_LEVEL or not takes_children(kind, content):
        raise sent.refusal("not present")
    children = sent.items()
    if len(children) < fewest:
        raise sent.too_short(len(children), fewest)
    return [parse(call, child, below=kind, level=inner) for child in children]
