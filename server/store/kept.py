"""What the mirror of one connection keeps in the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from playbooks.lazy import LazyModule
from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource
from playbooks.records import Transition
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first reading at the earliest.
if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.store import mirror
else:
    mirror = LazyModule("server.store.mirror")


class KeptRows:
    """The copies of a connection's data sources; every method may raise StoreUnusable.

    What an owner keeps whose lease another one has taken is not kept: TurnLost.
    """

    def __init__(self, store: SqlStore, *, connection: str) -> None:
        self._store = store
        self._connection = connection

    async def source(self, data_source_id: str) -> KeptSource | None:
        """What is known of the copy; None when there is none."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: mirror.source(engine, place))

    async def schemas(self) -> Sequence[Mapping[str, Any]]:
        """Of every data source with rows, as Notion wrote it; by id."""
        return await self._store.perform(lambda engine: mirror.schemas(engine, self._connection))

    async def keep_source(self, source: KeptSource, *, owner: str) -> KeptSource:
        """Insert or replace it; gives it with its rows counted. Raises TurnLost."""
        place = self._place(source.data_source_id)
        return await self._store.perform(
            lambda engine: mirror.keep_source(engine, place, source, owner=owner)
        )

    async def rows_by_id(self, data_source_id: str, ids: Sequence[str]) -> Mapping[str, KeptRow]:
        """Those of the rows that are kept."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: mirror.rows_by_id(engine, place, ids))

    async def keep(
        self, data_source_id: str, batch: Batch, pending: FullRead | None, *, owner: str
    ) -> None:
        """Make the changes and set what is pending, in one transaction. Raises TurnLost."""
        place = self._place(data_source_id)
        await self._store.perform(
            lambda engine: mirror.keep(engine, place, batch, pending, owner=owner)
        )

    async def keep_alone(self, data_source_id: str, batch: Batch) -> None:
        """Make the changes, whoever refreshes meanwhile."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: mirror.keep_alone(engine, place, batch))

    async def forget(self, row_id: str, *, at: datetime) -> None:
        """Drop the row, which was in the trash at that instant, so that it stays away."""
        await self._store.perform(
            lambda engine: mirror.forget(engine, self._connection, row_id, at=at)
        )

    async def unconfirmed(
        self, data_source_id: str, since: datetime, until: datetime, *, after_id: str, limit: int
    ) -> Sequence[str]:
        """Ids, in their order, of rows whose `fetched_at` is before `since` or after `until`."""
        place, within = self._place(data_source_id), (since, until)
        return await self._store.perform(
            lambda engine: mirror.unconfirmed(engine, place, within, after_id=after_id, limit=limit)
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

    async def lease(self, data_source_id: str, owner: str, *, for_s: float) -> bool:
        """Take or extend the right to refresh; False while another owner's has not run out.

        By PostgreSQL's own clock, else by the store's. Nothing is left where we are cancelled.
        """
        place, clock = self._place(data_source_id), self._store.clock

        def give_back(engine: "Engine", is_ours: bool) -> None:
            if is_ours:
                mirror.release(engine, place, owner)

        return await self._store.perform(
            lambda engine: mirror.lease(engine, place, owner, for_s=for_s, clock=clock),
            undo=give_back,
        )

    async def release(self, data_source_id: str, owner: str) -> None:
        """Give the right back, where it is still this owner's."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: mirror.release(engine, place, owner))

    def _place(self, data_source_id: str) -> tuple[str, str]:
        return self._connection, data_source_id
