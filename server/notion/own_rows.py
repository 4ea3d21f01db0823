"""Rows of our own in databases that are marked as ours.

The content of a row is one paragraph: each block counts in a workspace whose blocks are limited
for its lifetime, and one block is changed in one request. A paragraph holds 100 parts of 2,000
characters.
"""

import re
from typing import Final

from playbooks.objects import Property
from playbooks.ports import Cells
from playbooks.rows import Row
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.payloads import payload, rich_text

_PARTS: Final = 100
_LINK: Final = re.compile(r"(https://www\.notion\.so/[0-9a-f]{32})")


class NotionRows:
    """Implements playbooks.ports.OwnRows."""

    def __init__(self, notion: NotionClient) -> None:
        self._notion = notion

    async def find(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        """The rows whose title is exactly that."""
        return await self._titled(data_source_id, title, {"equals": text})

    async def beginning(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        """The rows whose title begins with that; of their values the title alone."""
        return await self._titled(data_source_id, title, {"starts_with": text})

    async def _titled(self, data_source_id: str, title: Property, how: JSON) -> tuple[Row, ...]:
        named: JSON = {"property": title.name, "title": how}
        rows = self._notion.query_pages(data_source_id, filter=named, filter_properties=[title.id])
        return tuple([row async for row in rows])

    async def add(self, data_source_id: str, cells: Cells, text: str = "") -> str:
        """Add a row, with that text as its content where there is one; its id."""
        children = [_paragraph(text)] if text else []
        row = await self._notion.create_page(data_source_id, _written(cells), children=children)
        return row.id

    async def change(self, page_id: str, cells: Cells) -> None:
        """Give a row these values."""
        await self._notion.update_page(page_id, properties=_written(cells))

    async def retell(self, page_id: str, text: str) -> None:
        """Put the text in place of the one that the row's content begins with."""
        block = await anext(self._notion.list_block_children(page_id), None)
        told = _paragraph(text)
        if block is not None and block["type"] == "paragraph":
            await self._notion.update_block(block["id"], {"paragraph": told["paragraph"]})
        else:
            await self._notion.append_block_children(page_id, [told])


def _paragraph(text: str) -> JSON:
    """Its links to pages can be followed; what is beyond the limit of parts is left out."""
    parts: list[JSON] = []
    for piece in _LINK.split(text):
        link = {"link": {"url": piece}} if _LINK.fullmatch(piece) else {}
        parts += [{"type": "text", "text": {**part["text"], **link}} for part in rich_text(piece)]
    return {"type": "paragraph", "paragraph": {"rich_text": parts[:_PARTS]}}


def _written(cells: Cells) -> dict[str, JSON]:
    return {prop.name: payload(prop.type, value) for prop, value in cells}
