"""One aspect of one thing in Notion, read past every cache and written once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

from playbooks.errors import LossRefused, NotFoundOrNotShared, RequestRefused, WriteUnconfirmed
from server.notion import writes
from server.notion.answers import JSON, read_as
from server.notion.api import Ask
from server.notion.client import NotionClient
from server.notion.mirror_source import Source
from server.notion.properties import instant_of
from server.notion.whole_values import whole_value
from server.notion.writable import MOST_ITEMS, WRITABLE_TYPES, are_too_many, emptied, writable_value
from server.notion.writable_schema import formulas_by_names, type_of, writable_column

CALL_DEADLINE_S: Final = 60.0
"""A call may wait for the budget of a minute; a step of a plan makes several of them."""

_CHOSEN: Final[Mapping[str, str]] = {
    "select": "equals", "status": "equals", "multi_select": "contains",
}  # fmt: skip
"""The types that have options, and how a filter names the rows that have chosen one."""

_HELD: Final[Mapping[str, JSON]] = {
    **{key: {"is_not_empty": True} for key in WRITABLE_TYPES - {"place", "verification"}},
    "checkbox": {"equals": True},
}
"""What a filter says of rows that have a value; of places and verifications it says nothing."""


class NotionEditor:
    """Implements playbooks.data_ports.Editor.

    Values are `{type: content}`, columns `{"name": …, type: configuration}` with a description
    where they have one, both as `writable_value` and `writable_column` make them.
    """

    def __init__(self, notion: NotionClient) -> None:
        self._notion = notion.within(CALL_DEADLINE_S)

    def attributed(self, procedure: str, run_id: str) -> "NotionEditor":
        """The same, its calls recorded under that procedure and run."""
        return NotionEditor(self._notion.attributed(procedure, run_id))

    async def cell(self, page_id: str, property_id: str) -> JSON | None:
        """The value of the page, lists complete."""
        raw = await self._raw(page_id, property_id)
        if raw is None:
            return None
        return read_as(writable_value, await whole_value(self._notion.api.call, page_id, raw))

    async def set_cell(self, page_id: str, property_id: str, value: JSON | None) -> None:
        """Give the page that value.

        Raises LossRefused, before anything is written, for a list that Notion takes only in
        parts: one request replaces all of it with at most 100 items.
        """
        if value is None:
            raw = await self._raw(page_id, property_id)
            if raw is None:
                return
            value = emptied(raw["type"])
        if are_too_many(value):
            raise _too_long()
        try:
            await self._notion.update_page(page_id, properties={property_id: value})
        except WriteUnconfirmed:
            # A page shows long lists in part, so that only the whole value can tell.
            if await self.cell(page_id, property_id) != value:
                raise

    async def in_trash(
        self, object_id: str, *, as_edited_at: datetime | None = None
    ) -> bool | None:
        """Whether the page or database is in the trash; None when Notion shows no such one.

        With `as_edited_at` None, too, when it is out of the trash and was edited at another time.
        """
        shown = await self._shown(object_id)
        if shown is None:
            return None
        trashed, edited_at = read_as(_trashed, shown)
        return trashed if trashed or as_edited_at in {None, edited_at} else None

    async def set_in_trash(self, object_id: str, value: bool) -> None:
        """Move the page or database to the trash, or out of it."""
        try:
            await self._notion.update_page(object_id, in_trash=value)
        except (NotFoundOrNotShared, RequestRefused):
            shown = await self._shown(object_id)
            if shown is None or shown["object"] != "database":
                raise
            ask = replace(_database(object_id), method="PATCH", body={"in_trash": value})
            await writes.change(self._notion.api, ask, read=_database)

    async def _shown(self, object_id: str) -> JSON | None:
        """A page or database; None when it is neither."""
        for ask in (_page(object_id), _database(object_id)):
            try:
                return await self._notion.api.call(ask)
            except NotFoundOrNotShared:
                continue
            except RequestRefused as refused:
                # Notion may say so of an id that is of another kind.
                if refused.code != "validation_error":
                    raise
        return None

    async def column(self, data_source_id: str, key: str) -> JSON | None:
        """The column with its name, formulas by names."""
        properties = await self._properties(data_source_id)
        name = _name_of(properties, key)
        return None if name is None else writable_column(name, properties)

    async def set_column(self, data_source_id: str, key: str, column: JSON | None) -> None:
        """Add, change, rename or remove the column; only what differs is sent.

        Raises LossRefused, before anything is written, when an option that rows have would go, or
        a column in which rows have values.
        """
        properties = await self._properties(data_source_id)
        name = _name_of(properties, key)
        before = None if name is None else writable_column(name, properties)
        if before == column:
            return
        if before is not None:
            await self._refuse_loss(data_source_id, before, column)
        change = _change(properties, name, before, column)
        try:
            await self._notion.update_data_source(data_source_id, properties=change)
        except WriteUnconfirmed:
            # Notion shows formulas in other words than it takes them.
            if await self.column(data_source_id, key) != column:
                raise

    async def _raw(self, page_id: str, property_id: str) -> JSON | None:
        page = await self._notion.api.call(_page(page_id))
        properties: dict[str, JSON] = read_as(lambda answer: answer["properties"], page)
        name = _name_of(properties, property_id)
        return None if name is None else properties[name]

    async def _properties(self, data_source_id: str) -> Mapping[str, JSON]:
        schema = await Source(self._notion.api, data_source_id).schema()
        return read_as(formulas_by_names, schema)

    async def _refuse_loss(self, data_source_id: str, before: JSON, after: JSON | None) -> None:
        """What goes from a schema goes from every row; another type turns values into its own."""
        for going in _going(before, after):
            chosen = {"property": before["name"], **going}
            if await self._has_rows(data_source_id, chosen):
                raise _in_use()

    async def _has_rows(self, data_source_id: str, chosen: JSON) -> bool:
        rows = self._notion.query_pages(
            data_source_id, filter=chosen, filter_properties=["title"], page_size=1
        )
        return [row async for row in rows] != []


def _trashed(shown: JSON) -> tuple[bool, datetime]:
    return bool(shown["in_trash"]), instant_of(shown["last_edited_time"])


def _page(page_id: str) -> Ask:
    return Ask("GET", "/v1/pages/{page_id}", {"page_id": page_id})


def _database(database_id: str) -> Ask:
    return Ask("GET", "/v1/databases/{database_id}", {"database_id": database_id})


def _name_of(properties: Mapping[str, JSON], key: str) -> str | None:
    """The name of the property of that id, else of that name."""
    named = (name for name, raw in properties.items() if unquote(raw["id"]) == unquote(key))
    return next(named, key if key in properties else None)


def _going(before: JSON, after: JSON | None) -> list[JSON]:
    """What finds the rows that would lose something, as conditions of filters."""
    kind = type_of(before)
    if after is None:
        return [{kind: _HELD[kind]}] if kind in _HELD else []
    if type_of(after) != kind:
        return []
    kept = _option_names(after)
    return [{kind: {_CHOSEN[kind]: name}} for name in _option_names(before) if name not in kept]


def _change(
    properties: Mapping[str, JSON], name: str | None, before: JSON | None, column: JSON | None
) -> dict[str, JSON | None]:
    """What is sent of the schema."""
    if name is None or before is None:
        return {} if column is None else {column["name"]: _unnamed(column)}
    key: str = properties[name]["id"]
    return {key: None if column is None else _difference(before, column)}


def _unnamed(column: JSON) -> JSON:
    return {key: value for key, value in column.items() if key != "name"}


def _difference(before: JSON, after: JSON) -> JSON:
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    if "description" in before and "description" not in after:
        changed["description"] = None
    kind = type_of(after)
    if kind in changed and kind in _CHOSEN:
        changed[kind] = {"options": _options(_option_names(before), after[kind]["options"])}
    return changed


def _options(there: Sequence[str], wanted: Sequence[JSON]) -> list[JSON]:
    """One that is there is known by its name: Notion refuses another colour, and the same."""
    return [{"name": each["name"]} if each["name"] in there else each for each in wanted]


def _option_names(column: JSON) -> list[str]:
    config: Any = column[type_of(column)]
    return [each["name"] for each in config.get("options", ())]


def _too_long() -> LossRefused:
    return LossRefused(
        f"A list of more than {MOST_ITEMS} items was not written: Notion takes no more in one"
        " request, and a request replaces the whole list.",
        remedy="Change such a value in Notion itself, or a relation from its other side.",
    )


def _in_use() -> LossRefused:
    return LossRefused(
        "A column or an option was not removed: rows have it by now, and would lose it.",
        remedy="Empty or change those values first, or leave it.",
    )
