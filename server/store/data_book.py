"""What one connection remembers of the data's state."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from playbooks.kept_data import Acknowledged, RolledRow
from playbooks.lazy import LazyModule
from playbooks.snapshot import Json
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first use at the earliest.
if TYPE_CHECKING:
    from server.store import data_state
else:
    data_state = LazyModule("server.store.data_state")


class KeptData:
    """Implements playbooks.data_ports.DataBook; every method may raise StoreUnusable."""

    def __init__(self, store: SqlStore, *, connection: str) -> None:
        self._store = store
        self._connection = connection

    async def note_schema(self, data_source_id: str, at: datetime, schema: Json) -> None:
        """Remember the schema, when it is not the newest that is kept."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: data_state.note_schema(engine, place, at, schema))

    async def schemas(self, data_source_id: str) -> tuple[tuple[datetime, Json], ...]:
        """The schemas seen and since when, newest first."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: data_state.schemas_of(engine, place))

    async def acknowledge(self, known: Sequence[Acknowledged]) -> None:
        """Keep them, each in the place of one of the same rule and row."""
        await self._store.perform(
            lambda engine: data_state.acknowledge(engine, self._connection, known)
        )

    async def acknowledged(self) -> tuple[Acknowledged, ...]:
        """All that are kept, expired ones too."""
        return await self._store.perform(
            lambda engine: data_state.all_acknowledged(engine, self._connection)
        )

    async def saw(
        self, rule: str, row_ids: Sequence[str], at: datetime, *, complete: bool
    ) -> Mapping[str, datetime]:
        """When each of the rows was first seen to break the rule, this time included."""
        place = self._place(rule)
        return await self._store.perform(
            lambda engine: data_state.saw(engine, place, row_ids, at, complete=complete)
        )

    async def roll_up(self, data_source_id: str, samples: Sequence[RolledRow]) -> None:
        """Keep what reports need of rows that will be gone; the same row again replaces it."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: data_state.roll_up(engine, place, samples))

    async def rolled_up(
        self, data_source_id: str, since: date, until: date
    ) -> tuple[RolledRow, ...]:
        """What is kept of rows of those days, `until` included, oldest first."""
        place = self._place(data_source_id)
        return await self._store.perform(
            lambda engine: data_state.rolled_up(engine, place, since, until)
        )

    def _place(self, name: str) -> tuple[str, str]:
        return self._connection, name
