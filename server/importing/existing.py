"""What an earlier import left in the database, by external id."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from playbooks.rows import Plain
from server.importing.target import Target
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.paging import ResultCut


@dataclass(frozen=True, slots=True)
class Known:
    """A page that holds a task; `values` by role, None for nothing."""

    page_id: str
    values: Mapping[str, Plain]


async def read_existing(
    client: NotionClient, target: Target, external_ids: Collection[str]
) -> Mapping[str, tuple[Known, ...]]:
    """The pages of each external id, for all ids given that have any, and maybe for others."""
    reading = _Reading(client, target)
    await reading.pages_like(None, external_ids)
    return {external_id: tuple(pages.values()) for external_id, pages in reading.found.items()}


@dataclass(frozen=True, slots=True)
class _Reading:
    """`found` is external id → page id → page, since parts of the query may overlap."""

    client: NotionClient
    target: Target
    found: defaultdict[str, dict[str, Known]] = field(default_factory=lambda: defaultdict(dict))

    async def pages_like(self, prefix: str | None, external_ids: Collection[str]) -> None:
        """Read the pages whose external id starts so (None: all).

        Notion ends a query after 10,000 rows: then it is asked for each of the longer prefixes
        that the ids of the file have.
        """
        try:
            await self._pages(None if prefix is None else {"starts_with": prefix})
        except ResultCut:
            for longer, ids in _split(external_ids, len(prefix or "") + 1).items():
                if longer == prefix:
                    await self._pages({"equals": prefix})
                else:
                    await self.pages_like(longer, ids)

    async def _pages(self, condition: JSON | None) -> None:
        roles = self.target.properties
        name = roles["external_id"].name
        async for row in self.client.query_pages(
            self.target.data_source_id,
            filter=None if condition is None else {"property": name, "rich_text": condition},
            filter_properties=[prop.id for prop in roles.values()],
        ):
            values = {role: row.plain(prop.name) for role, prop in roles.items()}
            external_id = values["external_id"]
            if isinstance(external_id, str):
                self.found[external_id][row.id] = Known(row.id, values)


def _split(external_ids: Collection[str], length: int) -> Mapping[str, Collection[str]]:
    """The ids by their first characters; Notion does not tell upper from lower case."""
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for external_id in external_ids:
        parts[external_id[:length].casefold()].append(external_id)
    return parts
