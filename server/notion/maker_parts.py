"""How much of a tree of blocks one request may hold, and what of it has to come later."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.notion.answers import JSON
from server.notion.writable import MOST_ITEMS
from server.notion.writable_blocks import WritableBlock

DEEPEST_LEVEL: Final = 3
"""A sent block may have children, and these may have children, too."""

MOST_BLOCKS: Final = 900
MOST_BYTES: Final = 400_000
"""Of a request: Notion takes 1,000 blocks and 500 KB."""

_NOT_NESTED: Final = {2: ("column_list",), 3: ("column_list", "table")}
"""What may not be sent at these levels."""

_NEEDED: Final = {"column_list": MOST_ITEMS, "table": MOST_ITEMS, "column": 1, "tab": 1}
"""How many of their children blocks of these types are sent with, whatever comes later."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A block as it is sent. `whole`: with all that stands below it."""

    wanted: WritableBlock
    body: JSON
    whole: bool


def parts_of(blocks: Sequence[WritableBlock]) -> Iterator[list[Sent]]:
    """The blocks in as few requests as their limits allow, in order."""
    part: list[Sent] = []
    count = size = 0
    for sent in map(sent_block, blocks):
        more_count, more_size = _count(sent.body), len(json.dumps(sent.body))
        is_full = len(part) == MOST_ITEMS or count + more_count > MOST_BLOCKS
        if part and (is_full or size + more_size > MOST_BYTES):
            yield part
            part, count, size = [], 0, 0
        part.append(sent)
        count, size = count + more_count, size + more_size
    if part:
        yield part


def sent_block(block: WritableBlock, level: int = 1) -> Sent:
    """The block with all below it, where that fits; else with what it cannot do without."""
    kind: str = block.block["type"]
    whole = _fits(block, level) and _size(block) <= MOST_BLOCKS // 2
    below = block.children if whole else block.children[: _NEEDED.get(kind, 0)]
    if not below:
        return Sent(block, block.block, whole)
    children = [sent_block(child, _inner(kind, level)).body for child in below]
    return Sent(block, {"type": kind, kind: {**block.block[kind], "children": children}}, whole)


def _fits(block: WritableBlock, level: int) -> bool:
    inner = _inner(block.block["type"], level)
    return (
        block.block["type"] not in _NOT_NESTED.get(level, ())
        and len(block.children) <= MOST_ITEMS
        and (inner <= DEEPEST_LEVEL or not block.children)
        and all(_fits(child, inner) for child in block.children)
    )


def _inner(kind: str, level: int) -> int:
    """The columns of a list count as standing where the list stands."""
    return level if kind == "column_list" else level + 1


def _size(block: WritableBlock) -> int:
    return 1 + sum(map(_size, block.children))


def _count(body: JSON) -> int:
    return 1 + sum(map(_count, body[body["type"]].get("children", ())))
