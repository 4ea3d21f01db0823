"""Rows of our own in databases that are marked as ours."""

from playbooks.objects import Property
from playbooks.ports import Cells
from playbooks.rows import Row
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.payloads import payload


class NotionRows:
    """Implements playbooks.ports.OwnRows."""

    def __init__(self, notion: NotionClient) -> None:
        self._notion = notion

    async def find(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        """The rows whose title is exactly that."""
        named: JSON = {"property": title.name, "title": {"equals": text}}
        rows = self._notion.query_pages(data_source_id, filter=named, filter_properties=[title.id])
        return tuple([row async for row in rows])

    async def add(self, data_source_id: str, cells: Cells) -> str:
        """Add a row; its id."""
        return (await self._notion.create_page(data_source_id, _written(cells))).id

    async def change(self, page_id: str, cells: Cells) -> None:
        """Give a row these values."""
        await self._notion.update_page(page_id, properties=_written(cells))


def _written(cells: Cells) -> dict[str, JSON]:
    return {prop.name: payload(prop.type, value) for prop, value in cells}
