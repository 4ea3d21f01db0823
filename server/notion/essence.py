"""Records of a snapshot as procedures know them: values by place, and what is beyond everybody."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from playbooks.essence import Essence
from playbooks.snapshot import RecordKind
from server.notion.answers import JSON, read_as
from server.notion.references import references, with_own_copies
from server.notion.writable import (
    WRITABLE_TYPES,
    writable_look,
    writable_rich_text,
    writable_value,
)
from server.notion.writable_blocks import WritableBlock, unwritable_blocks, writable_blocks
from server.notion.writable_schema import writable_column

COMPUTED: Final = "Notion computes it anew"
HOSTED: Final = "a file that Notion hosts: its address passes, and its bytes are not kept"
UNKNOWN_COLUMN: Final = "Notion lets nobody make such a column"
UNSENDABLE: Final = "a block that Notion lets nobody make"
APART: Final = "its place among the blocks: it is made again at the end of its page"

_EMPTY: Final[tuple[Any, ...]] = (None, [], {}, "")


def essence_of(kind: RecordKind, record: Any) -> Essence:
    """The essence of a record; raises NoAnswer when it has another shape than Notion's."""
    reader = _READERS.get(kind)
    return Essence() if reader is None else read_as(reader, record)


def plain(parts: Iterable[JSON]) -> str:
    """The text of a rich text."""
    return "".join(part.get("plain_text", "") for part in parts)


def _page(record: JSON) -> Essence:
    properties: dict[str, JSON] = record["properties"]
    values = {_column(name): writable_value(raw) for name, raw in properties.items()}
    return Essence(
        title=title_of(properties),
        parent_id=parent_of(record),
        values=_told(values) | _looks(record) | _locked(record),
        beyond={
            **{_column(name): why for name, raw in properties.items() if (why := _why_not(raw))},
            **_hosted_looks(record),
        },
        leads_to=references(list(values.values())),
        keys={_column(name): unquote(raw["id"]) for name, raw in properties.items()},
    )


def title_of(properties: Mapping[str, JSON]) -> str:
    """The title among the properties of a page."""
    titles = (raw["title"] for raw in properties.values() if raw["type"] == "title")
    return plain(next(titles, ()))


def parent_of(record: JSON) -> str | None:
    """The id of what holds it; None for the workspace."""
    parent: JSON = record["parent"]
    found: str | None = parent.get(parent["type"]) if parent["type"] != "workspace" else None
    return found


def _why_not(raw: JSON) -> str | None:
    kind: str = raw["type"]
    if kind == "files" and any(each["type"] == "file" for each in raw["files"]):
        return HOSTED
    if kind in WRITABLE_TYPES or raw.get(kind) in _EMPTY:
        return None
    return COMPUTED


def _data_source(record: JSON) -> Essence:
    properties: dict[str, JSON] = record["properties"]
    columns = {_column(name): writable_column(name, properties) for name in properties}
    groups = {
        f"{_column(name)} groups": "the API puts every option of a status into the first group"
        for name, raw in properties.items()
        if raw["type"] == "status" and _is_grouped(raw["status"])
    }
    return Essence(
        title=plain(record["title"]),
        parent_id=record["parent"]["database_id"],
        values={**columns, **_told({"title": writable_rich_text(record["title"])})},
        beyond=groups | _hosted_looks(record),
        leads_to=frozenset(
            column["relation"]["data_source_id"]
            for column in columns.values()
            if "relation" in column
        ),
        keys={_column(name): unquote(raw["id"]) for name, raw in properties.items()},
    )


def _is_grouped(status: JSON) -> bool:
    """Whether anything stands in another group than the first."""
    return any(group.get("option_ids") for group in status.get("groups", ())[1:])


def _database(record: JSON) -> Essence:
    words = {key: writable_rich_text(record.get(key) or ()) for key in ("title", "description")}
    return Essence(
        title=plain(record["title"]),
        parent_id=parent_of(record),
        values={**_told(words), **_looks(record), "is_inline": record.get("is_inline", False)},
        beyond=_hosted_looks(record)
        | ({"lock": "the API cannot lock a new database"} if record.get("is_locked") else {}),
        leads_to=references(list(words.values())),
    )


def _content(record: Sequence[JSON]) -> Essence:
    blocks = dict(_numbered(writable_blocks(with_own_copies(record))))
    beyond = {
        f"{block['type']} {number}": APART if block["type"] in _APART else UNSENDABLE
        for number, block in enumerate(unwritable_blocks(record), 1)
    }
    copies = {f"synced copy {number}": _COPY for number, _ in enumerate(_copies(record), 1)}
    return Essence(
        values=blocks,
        beyond=beyond | copies,
        leads_to=references(list(record)),
        keys={block["id"]: block["id"] for block in _objects_in(record)},
    )


_APART: Final = frozenset(("child_page", "child_database"))
_COPY: Final = "a copy of a synced block becomes a block of its own"


def _copies(blocks: Sequence[JSON]) -> Iterable[JSON]:
    for block in blocks:
        if block["type"] == "synced_block" and block["synced_block"]["synced_from"]:
            yield block
        yield from _copies(block.get("children", ()))


def _objects_in(blocks: Sequence[JSON]) -> Iterable[JSON]:
    """The blocks that stand for pages and databases, which have the ids of these."""
    for block in blocks:
        if block["type"] in _APART:
            yield block
        yield from _objects_in(block.get("children", ()))


def _numbered(blocks: Sequence[WritableBlock], above: str = "block ") -> Iterable[tuple[str, JSON]]:
    for number, block in enumerate(blocks, 1):
        yield f"{above}{number}", block.block
        yield from _numbered(block.children, f"{above}{number}.")


def _comments(record: Sequence[JSON]) -> Essence:
    return Essence(
        values={
            f"comment {number}": {
                "text": writable_rich_text(comment["rich_text"]),
                "by": author_of(comment),
            }
            for number, comment in enumerate(record, 1)
        },
        beyond={
            f"author of comment {number}": "a new comment is ours and tells the author's name"
            for number, _ in enumerate(record, 1)
        },
        leads_to=references(list(record)),
        keys={f"comment {number}": parent_of(each) or "" for number, each in enumerate(record, 1)},
    )


def author_of(comment: JSON) -> str | None:
    """The name under which a comment is shown."""
    display: JSON = comment.get("display_name") or {}
    name: str | None = display.get("resolved_name")
    return name


def _column(name: str) -> str:
    return f"property {name}"


def _looks(record: JSON) -> dict[str, Any]:
    return _told({key: writable_look(record.get(key)) for key in ("icon", "cover")})


def _hosted_looks(record: JSON) -> dict[str, str]:
    looks: dict[str, JSON] = {key: record.get(key) or {} for key in ("icon", "cover")}
    return {key: HOSTED for key, look in looks.items() if look.get("type") == "file"}


def _locked(record: JSON) -> dict[str, Any]:
    return {"lock": True} if record.get("is_locked") else {}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in _EMPTY}


_READERS: Final[Mapping[RecordKind, Callable[[Any], Essence]]] = {
    "page": _page,
    "data_source": _data_source,
    "database": _database,
    "content": _content,
    "comments": _comments,
}
