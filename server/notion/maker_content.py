"""The content of a page made again, in as many requests as it takes; begun anew, it goes on."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final

from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.maker_parts import parts_of
from server.notion.writable_blocks import WritableBlock

_APART: Final = frozenset(("child_page", "child_database"))
"""Blocks that stand for objects, which are made by themselves."""


async def complete(notion: NotionClient, parent_id: str, wanted: Sequence[WritableBlock]) -> None:
    """Add what is missing of these blocks: those that are there are the first ones of them.

    Only we write below something new, and in order; so what a dead process added is a beginning.
    """
    there = await _there(notion, parent_id)
    for block, block_id in zip(wanted, there, strict=False):
        if block.children:
            await complete(notion, block_id, block.children)
    await append(notion, parent_id, wanted[len(there) :])


async def append(notion: NotionClient, parent_id: str, wanted: Sequence[WritableBlock]) -> None:
    """Add the blocks and all below them."""
    for part in parts_of(wanted):
        ids = await notion.append_block_children(parent_id, [sent.body for sent in part])
        for sent, block_id in zip(part, ids, strict=True):
            if not sent.whole:
                await complete(notion, block_id, sent.wanted.children)


async def cleared(notion: NotionClient, page_id: str) -> None:
    """Move the blocks to the trash, the last first: what is left begins what was there."""
    for block_id in reversed(await _there(notion, page_id)):
        await notion.update_block(block_id, {"in_trash": True})


async def made_of(
    notion: NotionClient,
    parent_id: str,
    wanted: Sequence[WritableBlock],
    originals: Collection[str],
) -> AsyncIterator[tuple[str, str]]:
    """The ids of those of the blocks and the ones that were made of them."""
    there = await _there(notion, parent_id)
    for block, block_id in zip(wanted, there, strict=False):
        if block.original_id in originals:
            yield block.original_id, block_id
        if block.children:
            async for pair in made_of(notion, block_id, block.children, originals):
                yield pair


async def _there(notion: NotionClient, parent_id: str) -> list[str]:
    blocks: list[JSON] = [block async for block in notion.list_block_children(parent_id)]
    return [block["id"] for block in blocks if block["type"] not in _APART]
