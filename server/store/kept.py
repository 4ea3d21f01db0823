"""What the mirror of one connection keeps in the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource
from playbooks.records import Transition
from server.store.lazy import LazyModule
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first reading at the earliest.
if TYPE_CHECKING:
    from server.store import mirror
else:
    mirror = LazyModule("server.store.mirror")


class KeptRows:
    """The copies of a connection's data sources; every method may raise StoreUnusable."""

    def __init__(self, store: SqlStore, *, connection: str) -> None:
        self._store = store
        self._connection = connection

    async def source(self, data_source_id: str) -> KeptSource | None:
        """What is known of the copy; None when there is none."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: mirror.source(engine, place))

    async def keep_source(self, source: KeptSource) -> KeptSource:
        """Insert or replace it; gives it with its rows counted."""
        place = self._place(source.data_source_id)
        return await self._store.perform(lambda engine: mirror.keep_source(engine, place, source))

    async def rows_by_id(self, data_source_id: str, ids: Sequence[str]) -> Mapping[str, KeptRow]:
        """Those of the rows that are kept."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: mirror.rows_by_id(engine, place, ids))

    async def keep(self, data_source_id: str, batch: Batch, pending: FullRead | None) -> None:
        """Make the changes and set what is pending, in one transaction."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: mirror.keep(engine, place, batch, pending))

    async def unconfirmed(
        self, data_source_id: str, since: datetime, *, after_id: str, limit: int
    ) -> Sequence[str]:
        """Ids, in their order, of rows that Notion has not confirmed since then."""
        place = self._place(data_source_id)
        return await self._store.perform(
            lambda engine: mirror.unconfirmed(engine, place, since, after_id=after_id, limit=limit)
        )

    async def bodies(
        self,
        data_source_id: str,
        after: tuple[datetime, str] | None,
        *,
        limit: int,
        since: datetime | None = None,
    ) -> Sequence[KeptRow]:
        """The next rows by creation and id, after that place; fetched at `since` or later."""
        place = self._place(data_source_id)
        return await self._store.perform(
            lambda engine: mirror.bodies(engine, place, after, limit=limit, since=since)
        )

    async def transitions(
        self, data_source_id: str, since: datetime, *, after: int, limit: int
    ) -> Sequence[tuple[int, Transition]]:
        """The next recorded transitions with their numbers, in the order of their recording."""
        place = self._place(data_source_id)
        return await self._store.perform(
            lambda engine: mirror.transitions_since(engine, place, since, after=after, limit=limit)
        )

    async def record_edit(self, data_source_id: str, at: datetime, rows_count: int) -> None:
        """A refresh saw so many rows changed."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: mirror.record_edit(engine, place, at, rows_count))

    async def lease(
        self, data_source_id: str, owner: str, *, now: datetime, until: datetime
    ) -> bool:
        """Take or extend the right to refresh; False while another owner's has not run out."""
        place = self._place(data_source_id)
        return await self._store.perform(
            lambda engine: mirror.lease(engine, place, owner, now=now, until=until)
        )

    async def release(self, data_source_id: str, owner: str) -> None:
        """Give the right back, where it is still this owner's."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: mirror.release(engine, place, owner))

    def _place(self, data_source_id: str) -> tuple[str, str]:
        return self._connection, data_source_id
