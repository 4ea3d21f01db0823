"""Blocks as Notion takes them, made from the tree of those that it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.notion.answers import JSON
from server.notion.writable import writable_look, writable_rich_text

WRITABLE_BLOCKS: Final = frozenset((
    "embed", "bookmark", "image", "video", "pdf", "file", "audio", "code", "equation", "divider",
    "breadcrumb", "tab", "table_of_contents", "link_to_page", "table_row", "table", "column_list",
    "column", "heading_1", "heading_2", "heading_3", "heading_4", "paragraph",
    "bulleted_list_item", "numbered_list_item", "quote", "to_do", "toggle", "template", "callout",
    "synced_block",
))  # fmt: skip
"""The types that can be sent; Notion alone makes all others, pages and databases apart."""

_MEDIA: Final = frozenset(("image", "video", "pdf", "file", "audio"))
_RICH: Final = frozenset(("rich_text", "caption"))


@dataclass(frozen=True, slots=True)
class WritableBlock:
    """A block to be sent, `{"type": kind, kind: content}`, and those to be sent below it.

    `original_id` is of the block that it was made from. A copy of a synced block names the id of
    its original, which a new place has under another one, and has no children of its own.
    """

    original_id: str
    block: JSON
    children: tuple["WritableBlock", ...]


def writable_blocks(tree: Sequence[JSON]) -> tuple[WritableBlock, ...]:
    """The blocks of a tree (each with `children` where it has some) in the form that is sent.

    Without what `unwritable_blocks` tells; a page or database among them is made by itself.
    """
    return tuple(_writable(block) for block in tree if is_writable(block))


def unwritable_blocks(tree: Sequence[JSON]) -> Iterator[JSON]:
    """Those that nobody can send, outermost first; what stands below one is not told, too."""
    for block in tree:
        if not is_writable(block):
            yield block
        elif not is_copy(block):
            yield from unwritable_blocks(block.get("children", ()))


def is_writable(block: JSON) -> bool:
    """Whether it can be sent: of a type that can, and no file that Notion hosts."""
    kind: str = block["type"]
    if kind in _MEDIA:
        return bool(block[kind]["type"] == "external")
    return kind in WRITABLE_BLOCKS


def is_copy(block: JSON) -> bool:
    """Whether it shows what another synced block holds."""
    return block["type"] == "synced_block" and block["synced_block"]["synced_from"] is not None


def _writable(block: JSON) -> WritableBlock:
    kind: str = block["type"]
    below = () if is_copy(block) else writable_blocks(block.get("children", ()))
    return WritableBlock(block["id"], {"type": kind, kind: _content(kind, block[kind])}, below)


def _content(kind: str, shown: JSON) -> JSON:
    if kind == "synced_block":
        return {"synced_from": _source(shown["synced_from"])}
    written = {key: _field(key, value) for key, value in shown.items() if key != "children"}
    return {key: value for key, value in written.items() if value is not None}


def _source(shown: JSON | None) -> JSON | None:
    return None if shown is None else {"type": "block_id", "block_id": shown["block_id"]}


def _field(key: str, shown: Any) -> Any:
    if key in _RICH:
        return writable_rich_text(shown)
    match key:
        case "cells":
            return [writable_rich_text(cell) for cell in shown]
        case "icon":
            return writable_look(shown)
        case _:
            return shown
