"""What a maker looks up: the records of a snapshot, and what of the workspace is still there."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from playbooks.data_ports import Backups
from playbooks.errors import CapabilityMissing, NotFoundOrNotShared, RequestRefused
from server.notion.answers import JSON
from server.notion.api import Ask
from server.notion.client import NotionClient
from server.notion.mirror_source import Source

ObjectKind: TypeAlias = Literal["database", "data_source", "page", "place"]
"""A place is a page of our own, below which others are made."""

_ENDPOINTS: Final = (
    "/v1/pages/{object_id}",
    "/v1/databases/{object_id}",
    "/v1/data_sources/{object_id}",
)
_OBJECTS: Final[tuple[Literal["page", "data_source", "database"], ...]] = (
    "page", "data_source", "database",
)  # fmt: skip


class World:
    """Remembers what it has looked up, for one run."""

    def __init__(self, notion: NotionClient, backups: Backups) -> None:
        self._notion = notion
        self._backups = backups
        self._tables: dict[tuple[str, str], JSON | None] = {}
        self._columns: dict[str, Mapping[str, JSON]] = {}
        self._there: dict[str, bool] = {}

    async def record(self, snapshot_id: str, original_id: str) -> tuple[ObjectKind, JSON] | None:
        """The kind of the object and its record; None when the snapshot has none of that id."""
        for kind in _OBJECTS:
            record = await self._backups.record(snapshot_id, kind, original_id)
            if record is not None:
                return kind, record
        return None

    async def table(self, snapshot_id: str, original_id: str) -> JSON | None:
        """The table of that id as the snapshot has it."""
        key = (snapshot_id, original_id)
        if key not in self._tables:
            record = await self._backups.record(snapshot_id, "data_source", original_id)
            self._tables[key] = record
        return self._tables[key]

    async def columns(self, data_source_id: str) -> Mapping[str, JSON]:
        """The columns of a table of the workspace."""
        if data_source_id not in self._columns:
            schema = await Source(self._notion.api, data_source_id).schema()
            self._columns[data_source_id] = schema["properties"]
        return self._columns[data_source_id]

    def forget_columns(self) -> None:
        """They have changed."""
        self._columns.clear()

    async def gone(self, object_ids: Iterable[str]) -> frozenset[str]:
        """Those that are no page or table that we see, or are in the trash."""
        return frozenset([each for each in object_ids if not await self._is_there(each)])

    async def without_missing_people(self, record: JSON) -> JSON:
        """The page without people whom the workspace does not know."""
        properties: dict[str, JSON] = record["properties"]
        known = {name: await self._known(raw) for name, raw in properties.items()}
        return {**record, "properties": known}

    async def is_in_trash(self, object_id: str) -> bool | None:
        """Whether an object is in the trash; None where there is none of that id."""
        found = await self._found(object_id)
        return None if found is None else bool(found[1]["in_trash"])

    async def endpoint_of(self, object_id: str) -> str | None:
        """Where the object is read and changed; None where there is none of that id."""
        found = await self._found(object_id)
        return None if found is None else found[0]

    async def _found(self, object_id: str) -> tuple[str, JSON] | None:
        for endpoint in _ENDPOINTS:
            try:
                ask = Ask("GET", endpoint, {"object_id": object_id})
                return endpoint, await self._notion.api.call(ask)
            except (NotFoundOrNotShared, RequestRefused):
                continue
        return None

    async def _known(self, raw: JSON) -> JSON:
        if raw["type"] != "people":
            return raw
        people = [each for each in raw["people"] if await self._is_known(each["id"])]
        return {**raw, "people": people}

    async def _is_there(self, object_id: str) -> bool:
        if object_id not in self._there:
            self._there[object_id] = await self.is_in_trash(object_id) is False
        return self._there[object_id]

    async def _is_known(self, user_id: str) -> bool:
        if user_id not in self._there:
            self._there[user_id] = await self._answers_for(user_id)
        return self._there[user_id]

    async def _answers_for(self, user_id: str) -> bool:
        """Whether there is such a person; taken for granted where we may not ask."""
        try:
            await self._notion.api.call(Ask("GET", "/v1/users/{user_id}", {"user_id": user_id}))
        except CapabilityMissing:
            return True
        except (NotFoundOrNotShared, RequestRefused):
            return False
        return True
