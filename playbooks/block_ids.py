"""The blocks of a tree of content by their ids."""

from collections.abc import Iterable
from typing import Final

from playbooks.snapshot import Json

_APART: Final = frozenset(("child_page", "child_database"))
"""Blocks that stand for objects, which have comments of their own."""


def block_ids(content: Json) -> Iterable[str]:
    """Of all blocks that are no pages or databases, each before those below it."""
    for block in content:
        if block["type"] not in _APART:
            yield str(block["id"])
            yield from block_ids(block.get("children") or ())
