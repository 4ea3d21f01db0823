"""What Notion holds, as records of a snapshot: read in the background, each call counted."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, Literal

from playbooks.objects import Found
from server.notion.answers import JSON, read_as
from server.notion.api import Api, Ask, Tally
from server.notion.client import NotionClient
from server.notion.exporter_rows import batches_of
from server.notion.exporter_tree import Tree
from server.notion.lasting import lasting
from server.notion.mirror_source import Rows, Source
from server.notion.paging import read_all
from server.notion.schema import parse_found
from server.notion.side_by_side import side_by_side
from server.notion.whole_values import whole_page
from server.notion.writable_schema import formulas_by_names

CALL_DEADLINE_S: Final = 600.0
"""A call lets all others go first, through several windows of the budget if need be."""

SIDE_BY_SIDE: Final = 4
"""Calls at once: at 1.25 s each they use three requests a second."""


class NotionExporter:
    """Implements playbooks.data_ports.Exporter; `gaps` are sentences on what could not be read."""

    def __init__(self, notion: NotionClient) -> None:
        self.gaps: list[str] = []
        self._notion = notion.within(CALL_DEADLINE_S).in_background()
        self._tally = Tally()
        self._api: Api = replace(self._notion.api, tally=self._tally)

    def attributed(self, procedure: str, run_id: str) -> "NotionExporter":
        """The same, counting from nothing, its calls recorded under that procedure and run."""
        return NotionExporter(self._notion.attributed(procedure, run_id))

    @property
    def requests_count(self) -> int:
        """The calls made so far, each try counted."""
        return self._tally.tries_count

    async def tables(self) -> tuple[Found, ...]:
        """Every data source that the search finds, in the order of their ids."""
        found = [read_as(parse_found, table) async for table in self._search("data_source")]
        return tuple(sorted(found, key=lambda each: each.id))

    async def table(self, data_source_id: str) -> tuple[JSON, JSON]:
        """Its database and itself."""
        table = await Source(self._api, data_source_id).schema()
        database_id = read_as(lambda answer: str(answer["parent"]["database_id"]), table)
        ask = Ask("GET", "/v1/databases/{database_id}", {"database_id": database_id})
        named = {**table, "properties": read_as(formulas_by_names, table)}
        return lasting(await self._api.call(ask)), lasting(named)

    async def rows(
        self, data_source_id: str, *, since: datetime | None = None
    ) -> AsyncGenerator[JSON]:
        """Its rows by creation, a page of them made complete side by side."""
        rows = Rows(Source(self._api, data_source_id), edited_since=since)
        complete = partial(whole_page, self._api.call)
        async for batch in batches_of(rows, self.gaps):
            for row in await side_by_side(batch, complete, most_count=SIDE_BY_SIDE):
                yield lasting(row)

    async def row_ids(self, data_source_id: str) -> AsyncGenerator[str]:
        """The ids of its rows, read with nothing but their titles."""
        rows = Rows(Source(self._api, data_source_id), narrowed=True)
        async for batch in batches_of(rows, self.gaps):
            for row in batch:
                yield read_as(lambda page: str(page["id"]), row)

    async def pages(self) -> AsyncGenerator[JSON]:
        """Every page that the search finds and that is no row."""
        async for page in self._search("page"):
            if read_as(lambda found: found["parent"]["type"] not in _TABLES, page):
                yield lasting(await whole_page(self._api.call, page))

    async def users(self) -> AsyncGenerator[JSON]:
        """People and bots of the workspace."""
        async for user in self._listed(Ask("GET", "/v1/users")):
            yield lasting(user)

    async def content(self, page_id: str) -> list[JSON]:
        """The tree of its blocks; what stands too deep, and is a gap, is left out."""
        tree = Tree(self._children, self.gaps, most_count=SIDE_BY_SIDE)
        return [lasting(block) for block in await tree.below(page_id)]

    async def comments(self, page_id: str, block_ids: Sequence[str] = ()) -> list[JSON]:
        """Those of the page, then of each of its blocks: a call each."""
        on_each = await side_by_side([page_id, *block_ids], self._comments, most_count=SIDE_BY_SIDE)
        return [lasting(comment) for comments in on_each for comment in comments]

    async def _comments(self, block_id: str) -> list[JSON]:
        ask = Ask("GET", "/v1/comments", query={"block_id": block_id})
        return [comment async for comment in self._listed(ask)]

    async def _children(self, block_id: str) -> list[JSON]:
        ask = Ask("GET", "/v1/blocks/{block_id}/children", {"block_id": block_id})
        return [block async for block in self._listed(ask)]

    async def _search(self, kind: Literal["page", "data_source"]) -> AsyncGenerator[JSON]:
        body: JSON = {"filter": {"property": "object", "value": kind}}
        async for found in self._listed(Ask("POST", "/v1/search", body=body, reads=True)):
            if found.get("object") == kind:
                yield found

    def _listed(self, ask: Ask) -> AsyncIterator[JSON]:
        async def read_page(cursor: str | None, size: int) -> JSON:
            return await self._api.call(ask.page(cursor, size))

        return read_all(read_page)


_TABLES: Final = frozenset(("data_source_id", "database_id"))
