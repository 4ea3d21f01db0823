"""The tree of blocks below a page, its branches read side by side."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import anyio

from server.notion.answers import JSON, read_as
from server.notion.side_by_side import side_by_side

DEEPEST_LEVEL: Final = 50
"""Nobody writes that deep; it bounds what a workspace of others can make us do."""

_OTHER_OBJECTS: Final = frozenset(("child_page", "child_database"))


class Tree:
    """Reads trees; at most so many calls at once, over all branches. `gaps` is told what is not."""

    def __init__(
        self,
        children_of: Callable[[str], Awaitable[list[JSON]]],
        gaps: list[str],
        *,
        most_count: int,
    ) -> None:
        self._children_of = children_of
        self._gaps = gaps
        self._most_count = most_count
        self._places = anyio.CapacityLimiter(most_count)

    async def below(self, block_id: str, level: int = 1) -> list[JSON]:
        """The blocks below that one, each with `children` where it has some.

        Pages and databases among them are objects of their own and end a branch. A copy of a
        synced block shows the blocks of its original.
        """
        async with self._places:
            blocks = await self._children_of(block_id)
        if level >= DEEPEST_LEVEL:
            self._note_depth(blocks)
            return blocks

        async def whole(block: JSON) -> JSON:
            if not read_as(_has_branch, block):
                return block
            return {**block, "children": await self.below(block["id"], level + 1)}

        return await side_by_side(blocks, whole, most_count=max(1, len(blocks)))

    def _note_depth(self, blocks: Sequence[JSON]) -> None:
        cut_count = sum(read_as(_has_branch, block) for block in blocks)
        if cut_count:
            self._gaps.append(
                f"What stands below {cut_count} blocks is missing: they are {DEEPEST_LEVEL} levels"
                " below their page."
            )


def _has_branch(block: JSON) -> bool:
    return bool(block["has_children"]) and block["type"] not in _OTHER_OBJECTS
