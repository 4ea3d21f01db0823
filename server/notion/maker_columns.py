"""The columns of a new table that need others: relations, rollups, formulas, each in its turn."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from playbooks.errors import NotFoundOrNotShared, RequestRefused
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.maker_bodies import LATER
from server.notion.writable_schema import type_of, writable_schema

_NAMED: Final = re.compile(r'prop\("((?:[^"\\]|\\.)*)"\)')

TableOf: TypeAlias = Callable[[str], Awaitable[JSON | None]]
"""The table of that original id as the snapshot has it."""


class Columns:
    """Makes columns of new tables; one that Notion refuses stays away, and what needs it too."""

    def __init__(self, notion: NotionClient, ids: Mapping[str, str], table_of: TableOf) -> None:
        self._notion = notion
        self._ids = ids
        self._table_of = table_of
        self._there: dict[str, frozenset[str]] = {}
        self._tried: set[tuple[str, str]] = set()

    async def make_all(self, original_id: str) -> None:
        """Every column of that table, and what they need of others."""
        for name, column in (await self._wanted(original_id)).items():
            if type_of(column) in LATER:
                await self._ensure(original_id, name)

    async def _ensure(self, original_id: str, name: str) -> None:
        """Make the column of a table of ours, unless it is there; each is tried once."""
        wanted, new_id = await self._wanted(original_id), self._ids.get(original_id)
        if new_id is None or name not in wanted or (original_id, name) in self._tried:
            return
        self._tried.add((original_id, name))
        if name in await self._names(new_id):
            return
        column = wanted[name]
        await self._ensure_needed(original_id, wanted, column)
        await self._add(new_id, name, self._fitted(column))

    async def _ensure_needed(
        self, original_id: str, wanted: Mapping[str, JSON], column: JSON
    ) -> None:
        match type_of(column):
            case "formula":
                for named in _NAMED.findall(column["formula"].get("expression", "")):
                    await self._ensure(original_id, _unescaped(named))
            case "rollup":
                over: str = column["rollup"].get("relation_property_name", "")
                await self._ensure(original_id, over)
                relation: JSON = wanted.get(over, {}).get("relation", {})
                rolled: str = column["rollup"].get("rollup_property_name", "")
                await self._ensure(relation.get("data_source_id", ""), rolled)
            case _:
                return

    def _fitted(self, column: JSON) -> JSON:
        """A relation leads to the new table; to one that stays it has no second side there."""
        if "relation" not in column:
            return column
        target: str = column["relation"]["data_source_id"]
        if target in self._ids:
            return {
                **column,
                "relation": column["relation"] | {"data_source_id": self._ids[target]},
            }
        return {**column, "relation": {"data_source_id": target, "single_property": {}}}

    async def _add(self, new_id: str, name: str, column: JSON) -> None:
        try:
            await self._notion.update_data_source(new_id, properties={name: column})
        except (RequestRefused, NotFoundOrNotShared):
            return
        self._there.clear()

    async def _names(self, new_id: str) -> frozenset[str]:
        if new_id not in self._there:
            schema = await self._notion.data_source(new_id)
            self._there[new_id] = frozenset(prop.name for prop in schema.properties)
        return self._there[new_id]

    async def _wanted(self, original_id: str) -> Mapping[str, JSON]:
        table = await self._table_of(original_id)
        return {} if table is None else writable_schema(table["properties"])


def _unescaped(name: str) -> str:
    return name.replace('\\"', '"').replace("\\\\", "\\")
