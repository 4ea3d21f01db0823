"""A data source as Notion writes it: schema, rows and lists as raw JSON, each call counted."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from playbooks.errors import NotionError
from playbooks.mirrored import Stretch
from server.notion.answers import JSON, read_as
from server.notion.api import Api, Ask
from server.notion.paging import LARGEST_PAGE, read_all
from server.notion.whole_values import property_items

_OLDEST_FIRST: Final[Sequence[JSON]] = ({"timestamp": "created_time", "direction": "ascending"},)
_NEWEST_FIRST: Final[Sequence[JSON]] = ({"timestamp": "created_time", "direction": "descending"},)


class Source:
    """Raw reads of one data source; every method may raise a NotionError."""

    def __init__(self, api: Api, data_source_id: str) -> None:
        self.id = data_source_id
        self.requests_count = 0
        self._api = api

    async def schema(self) -> JSON:
        """The data source, without the id of the request."""
        ask = Ask("GET", "/v1/data_sources/{data_source_id}", {"data_source_id": self.id})
        answer = await self._call(ask)
        return {key: value for key, value in answer.items() if key != "request_id"}

    async def query(self, body: JSON, page_size: int, *, narrowed: bool) -> JSON:
        """One page of a query; `narrowed` reads of the properties the title alone."""
        ask = Ask(
            "POST",
            "/v1/data_sources/{data_source_id}/query",
            {"data_source_id": self.id},
            query={"filter_properties": ["title"]} if narrowed else {},
            body={**body, "page_size": page_size},
            reads=True,
        )
        return await self._call(ask)

    async def page(self, page_id: str) -> JSON:
        """One page, also when it is in the trash."""
        return await self._call(Ask("GET", "/v1/pages/{page_id}", {"page_id": page_id}))

    async def items(self, page_id: str, property_id: str, kind: str) -> list[JSON]:
        """Every item of a list of which a page shows only the first."""
        items = await property_items(self._call, page_id, property_id)
        return [read_as(lambda each: cast("JSON", each[kind]), item) for item in items]

    async def _call(self, ask: Ask) -> JSON:
        self.requests_count += 1
        return await self._api.call(ask)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a data source, or those edited since then; `narrowed` to their titles."""

    source: Source
    edited_since: datetime | None = None
    narrowed: bool = False

    async def batches(self, stretch: Stretch) -> AsyncGenerator[Sequence[JSON]]:
        """The rows of the stretch in the order of creation, a page of them at a time.

        The order is one that edits do not change, so none is missed because others move.
        Raises ResultCut after the last one where Notion has more than it gives for one query.
        """
        body = self._body(stretch, _OLDEST_FIRST)

        async def read_page(cursor: str | None, size: int) -> JSON:
            where = {} if cursor is None else {"start_cursor": cursor}
            return await self.source.query({**body, **where}, size, narrowed=self.narrowed)

        batch: list[JSON] = []
        try:
            async for item in read_all(read_page):
                batch.append(item)
                if len(batch) == LARGEST_PAGE:
                    yield _pages(batch)
                    batch = []
        except NotionError:
            yield _pages(batch)
            raise
        yield _pages(batch)

    async def newest(self) -> Sequence[JSON]:
        """The page of rows that were created last, the newest one first."""
        body = self._body(Stretch(None, None), _NEWEST_FIRST)
        answer = await self.source.query(body, LARGEST_PAGE, narrowed=self.narrowed)
        return _pages(read_as(lambda page: cast("list[JSON]", page["results"]), answer))

    def _body(self, stretch: Stretch, sorts: Sequence[JSON]) -> JSON:
        conditions = _conditions(stretch, self.edited_since)
        return {"sorts": sorts} | ({"filter": {"and": conditions}} if conditions else {})


def _pages(items: Sequence[JSON]) -> Sequence[JSON]:
    """The rows among the items: a wiki holds tables beside them."""
    return [item for item in items if item.get("object") == "page"]


def _conditions(stretch: Stretch, edited_since: datetime | None) -> list[Mapping[str, Any]]:
    bounds = (
        ("created_time", "on_or_after", stretch.since),
        ("created_time", "before", stretch.until),
        ("last_edited_time", "on_or_after", edited_since),
    )
    times: list[Mapping[str, Any]] = [
        {"timestamp": timestamp, timestamp: {operator: _written(instant)}}
        for timestamp, operator, instant in bounds
        if instant is not None
    ]
    return [*times, *stretch.where]


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
