"""What of a page made again leads to other objects: values, content, comments."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from playbooks.errors import CapabilityMissing
from server.notion.answers import JSON
from server.notion.api import Ask
from server.notion.client import NotionClient
from server.notion.maker_bodies import is_beyond_one_request, linking_values, related_values
from server.notion.maker_comments import discuss, place_of
from server.notion.maker_content import complete, made_of
from server.notion.maker_objects import is_row
from server.notion.maker_world import World
from server.notion.references import references, translated, without
from server.notion.whole_values import whole_page
from server.notion.writable import MOST_ITEMS
from server.notion.writable_blocks import writable_blocks


class Links:
    """Points one page after the other at what was made; each method may raise a NotionError."""

    def __init__(self, notion: NotionClient, world: World, ids: Mapping[str, str]) -> None:
        self._notion = notion
        self._world = world
        self._ids = ids

    async def make(
        self, page_id: str, record: JSON, content: Sequence[JSON], comments: Sequence[JSON]
    ) -> None:
        """Whatever is there already stays: twice is once."""
        gone = await self._gone([record["properties"], list(content), list(comments)])
        await self._values(page_id, record, gone)
        blocks = writable_blocks(translated(without(list(content), gone), self._ids))
        if references(list(content)):
            await complete(self._notion, page_id, blocks)
        if comments:
            places = {place_of(comment) for comment in comments}
            made = self._notion, page_id, blocks, places
            on_blocks = {old: new async for old, new in made_of(*made)}
            await self._discuss(page_id, without(list(comments), gone), on_blocks)

    async def _gone(self, value: Any) -> frozenset[str]:
        """What it names that was not made here, and that nobody sees any more."""
        return await self._world.gone(sorted(references(value) - self._ids.keys()))

    async def _values(self, page_id: str, record: JSON, gone: frozenset[str]) -> None:
        columns = await self._columns_of(record) if is_row(record) else None
        values = linking_values(record, columns, self._ids, gone)
        if values:
            await self._notion.update_page(page_id, properties=values)
        if record.get("is_locked"):
            await self._notion.api.call(_lock(page_id))
        if columns is None:
            return
        for name, raw in related_values(record["properties"], columns, self._ids).items():
            if is_beyond_one_request(raw):
                targets = translated(without(raw, gone), self._ids)["relation"]
                await self._from_other_side(
                    page_id, columns[name], [each["id"] for each in targets]
                )

    async def _columns_of(self, record: JSON) -> Mapping[str, JSON]:
        """Of the table that it was made in: the new one, or where it was."""
        table_id: str = record["parent"]["data_source_id"]
        return await self._world.columns(self._ids.get(table_id, table_id))

    async def _from_other_side(self, page_id: str, column: JSON, target_ids: Sequence[str]) -> None:
        """The first part by one request, the rest by the other side of a two-way relation."""
        there = await self._related(page_id, column["id"])
        if not there:
            first = [{"id": each} for each in target_ids[:MOST_ITEMS]]
            value = {column["name"]: {"relation": first}}
            await self._notion.update_page(page_id, properties=value)
            there = list(target_ids[:MOST_ITEMS])
        back = column["relation"].get("dual_property", {}).get("synced_property_id")
        for target_id in target_ids if back else ():
            if target_id not in there:
                leads_to = await self._related(target_id, back)
                whole = [{"id": each} for each in dict.fromkeys([*leads_to, page_id])]
                value = {unquote(back): {"relation": whole[-MOST_ITEMS:]}}
                await self._notion.update_page(target_id, properties=value)

    async def _related(self, page_id: str, property_id: str) -> list[str]:
        page = await whole_page(self._notion.api.call, await self._notion.api.call(_page(page_id)))
        wanted = unquote(property_id)
        properties: dict[str, JSON] = page["properties"]
        values = [raw for raw in properties.values() if unquote(raw["id"]) == wanted]
        return [each["id"] for raw in values for each in raw.get("relation", ())]

    async def _discuss(
        self, page_id: str, comments: Sequence[JSON], on_blocks: Mapping[str, str]
    ) -> None:
        by_place: dict[str, list[JSON]] = {}
        for comment in comments:
            by_place.setdefault(place_of(comment), []).append(comment)
        for place, there in by_place.items():
            block_id = on_blocks.get(place)
            parent = {"page_id": page_id} if block_id is None else {"block_id": block_id}
            try:
                await discuss(self._notion, parent, there, self._ids)
            except CapabilityMissing:
                return  # the comparison names every comment that is not there


def _page(page_id: str) -> Ask:
    return Ask("GET", "/v1/pages/{page_id}", {"page_id": page_id})


def _lock(page_id: str) -> Ask:
    return Ask("PATCH", "/v1/pages/{page_id}", {"page_id": page_id}, body={"is_locked": True})
