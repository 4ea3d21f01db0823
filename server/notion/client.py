"""The client of the Notion API, version 2026-03-11: thin typed methods over the wire."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, Self, TypeVar

import httpx

from playbooks.errors import NotFoundOrNotShared
from playbooks.objects import Bot, Capability, DataSource, Found, ObjectKind, PageMeasure
from playbooks.rate import Window
from playbooks.rows import Row, Value
from server.notion import capabilities, writes
from server.notion.answers import JSON, read_as
from server.notion.api import Api, Ask
from server.notion.breaker import Alone, Board
from server.notion.call import TimeAndChance
from server.notion.measuring import measure
from server.notion.network import TIMEOUT, Network
from server.notion.pacer import LocalWindow
from server.notion.paging import LARGEST_PAGE, read_all
from server.notion.payloads import rich_text
from server.notion.properties import row_of, value_of
from server.notion.recorder import Record
from server.notion.schema import (
    Database,
    User,
    parse_bot,
    parse_data_source,
    parse_database,
    parse_found,
    parse_user,
)
from server.notion.whole_values import property_items
from server.notion.wire import Profile, build_transport

NOTION_VERSION: Final = "2026-03-11"

T = TypeVar("T")


def open_client(  # noqa: PLR0913  # all but the token have one place where they are decided: app
    token: str,
    *,
    profile: Profile,
    record: Record,
    default_deadline_s: float | None,
    network: httpx.AsyncBaseTransport | None = None,
    given: TimeAndChance | None = None,
    window: Window | None = None,
    board: Board | None = None,
) -> "NotionClient":
    """A client that has not called anybody yet; close it with aclose or `async with`.

    Each call is bounded by `default_deadline_s` with all its waits (None: by nothing), and told
    to `record` when it is over. `network` None is the real one. `window` and `board` None: this
    process shares neither its budget nor its breakers with another.
    """
    given = TimeAndChance() if given is None else given
    calls_count, window_s = profile.window_calls_count, profile.window_s
    transport = build_transport(
        Network() if network is None else network,
        profile=profile,
        record=record,
        given=given,
        window=window or LocalWindow(calls_count, window_s, monotonic=given.monotonic),
        board=board or Alone(),
    )
    http = httpx.AsyncClient(
        base_url=profile.base_url,
        headers={
            # As bytes, since a token with foreign characters is refused by Notion, not by httpx.
            b"Authorization": b"Bearer " + token.encode(),
            b"Notion-Version": NOTION_VERSION.encode(),
            b"User-Agent": b"notion-playbooks",
        },
        timeout=TIMEOUT,
        transport=transport,
        follow_redirects=False,
    )
    return NotionClient(Api(http, deadline_s=default_deadline_s, given=given))


class NotionClient:
    """The Notion API behind one token; implements `playbooks.ports.Notion`.

    Every method may raise a NotionError, whose text holds nothing foreign. Lists are read to
    their end as they are iterated.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def api(self) -> Api:
        """The calls beneath, for what reads Notion's own JSON."""
        return self._api

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, which every client made from this one shares."""
        await self._api.http.aclose()

    def attributed(self, procedure: str, run_id: str) -> "NotionClient":
        """The same API, its calls recorded under that procedure and run."""
        return NotionClient(replace(self._api, procedure=procedure, run_id=run_id))

    def within(self, deadline_s: float | None) -> "NotionClient":
        """The same API, each call bounded by that many seconds (None: by nothing)."""
        return NotionClient(replace(self._api, deadline_s=deadline_s))

    def in_background(self) -> "NotionClient":
        """The same API, its calls let go only while no interactive call waits for the budget."""
        return NotionClient(replace(self._api, background=True))

    async def who_am_i(self) -> Bot:
        """The integration behind the token and its workspace."""
        return read_as(parse_bot, await self._api.call(Ask("GET", "/v1/users/me")))

    async def has_capability(self, capability: Capability) -> bool:
        """Ask without side effects; the call is recorded as a probe."""
        return await capabilities.has_capability(self._api, capability)

    async def kinds_of(self, object_id: str) -> tuple[ObjectKind, ...]:
        """What kinds the id answers to, asked as probes; empty when it answers to none."""
        return await capabilities.kinds_of(self._api, object_id)

    def users(self) -> AsyncIterator[User]:
        """Everyone of the workspace but guests."""
        return self._listed(Ask("GET", "/v1/users"), parse_user)

    async def find_data_sources(self, title: str) -> tuple[Found, ...]:
        """Search by title ("" finds all); the index of Notion lags and is not exhaustive."""
        return tuple([found async for found in self.search(title, kind="data_source")])

    def search(self, query: str, *, kind: Literal["page", "data_source"]) -> AsyncIterator[Found]:
        """Search by title among pages or data sources ("" finds all) that are not in the trash."""
        body: JSON = {"query": query, "filter": {"property": "object", "value": kind}}
        ask = Ask("POST", "/v1/search", body=body, reads=True)
        return self._listed(ask, parse_found, only=kind)

    async def data_source(self, data_source_id: str, *, probe: bool = False) -> DataSource:
        """The schema; NotFoundOrNotShared when it is of another kind, missing or not shared."""
        ask = _data_source(data_source_id)
        return read_as(parse_data_source, await self._api.call(ask, probe=probe))

    async def update_data_source(
        self, data_source_id: str, *, properties: Mapping[str, JSON | None]
    ) -> DataSource:
        """Change the schema: a property None is removed, `{"name": …}` renames it."""
        ask = replace(
            _data_source(data_source_id), method="PATCH", body={"properties": dict(properties)}
        )
        return read_as(parse_data_source, await writes.change(self._api, ask, read=_data_source))

    async def data_sources_of(self, database_id: str) -> tuple[Found, ...]:
        """The tables of a database."""
        return (await self.retrieve_database(database_id)).data_sources

    async def retrieve_database(self, database_id: str) -> Database:
        """A database with the tables in it."""
        return read_as(parse_database, await self._api.call(_database(database_id)))

    async def create_database(
        self, *, parent_page_id: str, title: str, properties: Mapping[str, JSON]
    ) -> Database:
        """Create a database whose only table has that schema."""
        body: JSON = {
            "parent": {"type": "page_id", "page_id": parent_page_id},
            "title": rich_text(title),
            "initial_data_source": {"properties": dict(properties)},
        }
        ask = Ask("POST", "/v1/databases", body=body)
        made = await writes.add_database(
            self._api, ask, read=_database, siblings=_children(parent_page_id)
        )
        return read_as(parse_database, made)

    async def count_first_rows(self, data_source_id: str) -> int:
        """Read one page of one row: 0 or 1. Shows that rows, not only the schema, can be read."""
        answer = await self._api.call(_query(data_source_id, body={}).page(None, 1))
        return read_as(lambda page: len(page["results"]), answer)

    async def measure_page(
        self,
        data_source_id: str,
        *,
        page_size: int = LARGEST_PAGE,
        property_ids: Sequence[str] = (),
    ) -> PageMeasure:
        """Read the first page of rows, past every cache, and say what it took."""
        query = _query(data_source_id, body={}, filter_properties=property_ids)
        return await measure(self._api, query.page(None, page_size))

    def query_pages(
        self,
        data_source_id: str,
        *,
        filter: JSON | None = None,  # noqa: A002  # Notion's own word
        sorts: Sequence[JSON] | None = None,
        filter_properties: Sequence[str] = (),
        page_size: int = LARGEST_PAGE,
    ) -> AsyncIterator[Row]:
        """The rows that match; `filter_properties` are ids of the properties to read, all if none.

        After the last row raises ResultCut where Notion has more than it gives for one query.
        """
        body: JSON = {}
        if filter is not None:
            body["filter"] = filter
        if sorts is not None:
            body["sorts"] = list(sorts)
        ask = _query(data_source_id, body=body, filter_properties=filter_properties)
        return self._listed(ask, row_of, only="page", page_size=page_size)

    async def retrieve_page(self, page_id: str) -> Row:
        """One page, also when it is in the trash."""
        return read_as(row_of, await self._api.call(_page(page_id)))

    async def in_trash(self, page_id: str) -> bool | None:
        """Whether the page is in the trash; None when it is not shared, or gone for good."""
        try:
            return (await self.retrieve_page(page_id)).in_trash
        except NotFoundOrNotShared:
            return None

    async def create_page(
        self,
        data_source_id: str,
        properties: Mapping[str, JSON],
        *,
        children: Sequence[JSON] = (),
    ) -> Row:
        """Add a row, its properties made by `payload`; at most 100 blocks as its content."""
        body: JSON = {
            "parent": {"type": "data_source_id", "data_source_id": data_source_id},
            "properties": dict(properties),
        }
        if children:
            body["children"] = list(children)
        ask, rows = Ask("POST", "/v1/pages", body=body), _query(data_source_id, body={})
        return read_as(row_of, await writes.add_row(self._api, ask, read=_page, rows=rows))

    async def update_page(
        self,
        page_id: str,
        *,
        properties: Mapping[str, JSON] | None = None,
        in_trash: bool | None = None,
    ) -> Row:
        """Change the named properties, or move the page to the trash and back."""
        body: JSON = {}
        if properties is not None:
            body["properties"] = dict(properties)
        if in_trash is not None:
            body["in_trash"] = in_trash
        ask = replace(_page(page_id), method="PATCH", body=body)
        return read_as(row_of, await writes.change(self._api, ask, read=_page))

    async def update_block(self, block_id: str, content: JSON) -> None:
        """Change the content of a block."""
        ask = replace(_block(block_id), method="PATCH", body=content)
        await writes.change(self._api, ask, read=_block)

    async def page_property(self, page_id: str, value: Value) -> Value:
        """The whole of a value that a page showed in part (`complete` False)."""
        found = await property_items(self._api.call, page_id, value.id)
        items = [read_as(lambda each: each[value.type], item) for item in found]
        return value_of({"id": value.id, "type": value.type, value.type: items, "has_more": False})

    def list_block_children(self, block_id: str) -> AsyncIterator[JSON]:
        """The blocks of a page or block, one level deep, as Notion writes them."""
        return self._listed(_children(block_id), lambda block: block)

    async def append_block_children(
        self, block_id: str, children: Sequence[JSON]
    ) -> tuple[str, ...]:
        """Add at most 100 blocks at the end; their ids."""
        body: JSON = {"children": list(children)}
        blocks = _children(block_id)
        return await writes.append(
            self._api, replace(blocks, method="PATCH", body=body), blocks=blocks
        )

    async def _listed(
        self,
        ask: Ask,
        parse: Callable[[JSON], T],
        *,
        only: Literal["page", "data_source"] | None = None,
        page_size: int = LARGEST_PAGE,
    ) -> AsyncIterator[T]:
        """The items of a list; with `only`, those of that kind (a wiki holds tables as rows)."""

        async def read_page(cursor: str | None, size: int) -> JSON:
            return await self._api.call(ask.page(cursor, size))

        async for item in read_all(read_page, page_size=page_size):
            if only is None or item.get("object") == only:
                yield read_as(parse, item)


def _page(page_id: str) -> Ask:
    return Ask("GET", "/v1/pages/{page_id}", {"page_id": page_id})


def _block(block_id: str) -> Ask:
    return Ask("GET", "/v1/blocks/{block_id}", {"block_id": block_id})


def _children(block_id: str) -> Ask:
    return Ask("GET", "/v1/blocks/{block_id}/children", {"block_id": block_id})


def _database(database_id: str) -> Ask:
    return Ask("GET", "/v1/databases/{database_id}", {"database_id": database_id})


def _data_source(data_source_id: str) -> Ask:
    return Ask("GET", "/v1/data_sources/{data_source_id}", {"data_source_id": data_source_id})


def _query(data_source_id: str, body: JSON, filter_properties: Sequence[str] = ()) -> Ask:
    return Ask(
        "POST",
        "/v1/data_sources/{data_source_id}/query",
        {"data_source_id": data_source_id},
        query={"filter_properties": list(filter_properties)} if filter_properties else {},
        body=body,
        reads=True,
    )
