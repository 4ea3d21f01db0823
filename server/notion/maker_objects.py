"""New objects: sent once, or found again where a dead process had sent them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from playbooks.errors import RequestRefused
from server.notion import writes
from server.notion.answers import JSON, read_as
from server.notion.api import Ask
from server.notion.client import NotionClient
from server.notion.essence import plain, title_of
from server.notion.maker_bodies import (
    database_body,
    page_body,
    place_body,
    prefix_of,
    row_body,
    table_body,
)
from server.notion.maker_parts import Sent, parts_of
from server.notion.maker_world import ObjectKind, World
from server.notion.whole_values import whole_page
from server.notion.writable import writable_value
from server.notion.writable_blocks import WritableBlock


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object to be made below the one of `parent_id`; `first_table` of a new database.

    `ids` are of what is made already; `content` leads to nothing else.
    """

    original_id: str
    kind: ObjectKind
    record: JSON
    parent_id: str
    ids: Mapping[str, str]
    content: Sequence[WritableBlock] = ()
    first_table: JSON | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """New ids by original ones, the object's own among them; `whole`: its content is there."""

    ids: Mapping[str, str]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Sending:
    """What makes the object, what lists its siblings, and how it is known among them."""

    ask: Ask
    siblings: Ask
    shown: tuple[str, str] | None = None
    parts: Sequence[Sequence[Sent]] = field(default_factory=tuple[Sequence[Sent], ...])


class Objects:
    """Makes objects, and moves them to the trash; every method may raise a NotionError."""

    def __init__(self, notion: NotionClient, world: World) -> None:
        self._notion = notion
        self._world = world

    async def create(self, wanted: Wanted) -> Made:
        """Make it; WriteUnconfirmed where it cannot be told whether it was.

        No two tables share the prefix of their numbers: where another has it, it is left away.
        """
        try:
            return await self._created(wanted, prefixed=True)
        except RequestRefused:
            if not _has_prefix(wanted):
                raise
            return await self._created(wanted, prefixed=False)

    async def _created(self, wanted: Wanted, *, prefixed: bool) -> Made:
        sending, api = await self._sending(wanted, prefixed=prefixed), self._notion.api
        if wanted.kind == "data_source":
            answer = await api.call(sending.ask)
        elif sending.shown is None:
            answer = await writes.add_row(api, sending.ask, read=_page, rows=sending.siblings)
        else:
            reader = _database if wanted.kind == "database" else _page
            answer = await writes.add_child(
                api, sending.ask, reader, siblings=sending.siblings, shown=sending.shown
            )
        return replace(_made(wanted, answer), whole=_is_whole(sending.parts))

    async def find(self, wanted: Wanted, since: datetime) -> Made | None:
        """The one that was made since then without its id being kept, apart from those known."""
        sending, known = await self._sending(wanted), frozenset(wanted.ids.values())
        if wanted.kind == "data_source":
            found = await self._tables_of(wanted.parent_id, known)
        else:
            found = await self._like_it(sending, since, known)
        if not found:
            return None
        if wanted.kind == "database":
            return _made(wanted, await self._notion.api.call(_database(found[0]["id"])))
        return _made(wanted, found[0])

    async def trash(self, object_id: str) -> None:
        """Move it to the trash, whatever it is; what is gone already is none of our business."""
        endpoint = await self._world.endpoint_of(object_id)
        if endpoint is not None:
            ask = Ask("PATCH", endpoint, {"object_id": object_id}, body={"in_trash": True})
            await self._notion.api.call(ask)

    async def _sending(self, wanted: Wanted, *, prefixed: bool = True) -> _Sending:
        record, parent_id = wanted.record, wanted.parent_id
        parts = tuple(parts_of(wanted.content))
        content = {"children": [sent.body for sent in parts[0]]} if parts else {}
        match wanted.kind:
            case "place":
                body, shown = place_body(record["title"], parent_id), record["title"]
            case "page" if is_row(record):
                columns = await self._world.columns(parent_id)
                known = await self._world.without_missing_people(record)
                body = row_body(known, parent_id, columns, wanted.ids)
                ask = Ask("POST", "/v1/pages", body=body | content)
                return _Sending(ask, _rows(parent_id), parts=parts)
            case "page":
                body, shown = (
                    page_body(record, parent_id, wanted.ids),
                    title_of(record["properties"]),
                )
            case "database":
                return _sending_database(wanted, prefixed=prefixed)
            case "data_source":
                body = table_body(record, parent_id, prefixed=prefixed)
                return _Sending(Ask("POST", "/v1/data_sources", body=body), _database(parent_id))
        ask = Ask("POST", "/v1/pages", body=body | content)
        return _Sending(ask, _children(parent_id), ("child_page", shown), parts)

    async def _like_it(
        self, sending: _Sending, since: datetime, known: Collection[str]
    ) -> list[JSON]:
        is_row_there = sending.shown is None
        new = await writes.new_ones(
            self._notion.api, sending.siblings, since, filtered=is_row_there, besides=known
        )
        if sending.shown is not None:
            return writes.shown_so(new, sending.shown)
        sent: dict[str, JSON] = (sending.ask.body or {})["properties"]
        whole = [await whole_page(self._notion.api.call, row) for row in new]
        return [row for row in whole if _reads_as(row["properties"], sent)]

    async def _tables_of(self, database_id: str, known: Collection[str]) -> list[JSON]:
        database = await self._notion.api.call(_database(database_id))
        return [table for table in database["data_sources"] if table["id"] not in known]


def is_row(record: JSON) -> bool:
    """Whether a page is a row of a table."""
    return "data_source_id" in record["parent"]


def _reads_as(shown: dict[str, JSON], sent: dict[str, JSON]) -> bool:
    """Whether a row, its lists complete, reads as it was sent."""
    return all(writable_value(shown[name]) == value for name, value in sent.items())


def _has_prefix(wanted: Wanted) -> bool:
    table = wanted.record if wanted.kind == "data_source" else wanted.first_table
    return table is not None and prefix_of(table) is not None


def _sending_database(wanted: Wanted, *, prefixed: bool) -> _Sending:
    table = wanted.first_table or {"properties": {}}
    body = database_body(wanted.record, table, wanted.parent_id, prefixed=prefixed)
    shown = ("child_database", plain(wanted.record["title"]))
    return _Sending(Ask("POST", "/v1/databases", body=body), _children(wanted.parent_id), shown)


def _made(wanted: Wanted, answer: JSON) -> Made:
    new_id = read_as(lambda made: str(made["id"]), answer)
    if wanted.first_table is None:
        return Made({wanted.original_id: new_id})
    table_id = read_as(lambda made: str(made["data_sources"][0]["id"]), answer)
    return Made({wanted.first_table["id"]: table_id, wanted.original_id: new_id}, whole=True)


def _is_whole(parts: Sequence[Sequence[Sent]]) -> bool:
    return not parts or (len(parts) == 1 and all(sent.whole for sent in parts[0]))


def _page(page_id: str) -> Ask:
    return Ask("GET", "/v1/pages/{page_id}", {"page_id": page_id})


def _database(database_id: str) -> Ask:
    return Ask("GET", "/v1/databases/{database_id}", {"database_id": database_id})


def _children(block_id: str) -> Ask:
    return Ask("GET", "/v1/blocks/{block_id}/children", {"block_id": block_id})


def _rows(data_source_id: str) -> Ask:
    endpoint = "/v1/data_sources/{data_source_id}/query"
    return Ask("POST", endpoint, {"data_source_id": data_source_id}, body={}, reads=True)
