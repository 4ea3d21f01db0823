"""The calls of AI tools that one connection keeps in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from playbooks.clock import Clock
from playbooks.lazy import LazyModule
from playbooks.usage import Bucket, RolledUp, UsageRecord
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first use at the earliest.
if TYPE_CHECKING:
    from server.store import usage
else:
    usage = LazyModule("server.store.usage")


class KeptUsage:
    """Implements playbooks.ports.UsageBook; every method may raise StoreUnusable."""

    def __init__(self, store: SqlStore, *, connection: str, clock: Clock) -> None:
        self._store = store
        self._connection = connection
        self._clock = clock

    async def record(self, batch: Sequence[UsageRecord]) -> frozenset[str]:
        """Keep the records whose ids are new; the ids kept."""
        now = self._clock()
        return await self._store.perform(
            lambda engine: usage.record(engine, self._connection, batch, now=now)
        )

    async def between(self, since: datetime, until: datetime) -> tuple[UsageRecord, ...]:
        """The records from `since` until before `until`, oldest first."""
        return await self._store.perform(
            lambda engine: usage.between(engine, self._connection, since, until)
        )

    async def to_write(
        self, data_source_id: str, only: Bucket | None = None
    ) -> tuple[RolledUp, ...]:
        """The buckets of which the rows there do not hold everything yet, oldest first."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: usage.to_write(engine, place, only))

    async def contents(self, bucket: Bucket) -> str:
        """A short digest of the ids of the bucket's records: every store has the same for them."""
        return await self._store.perform(
            lambda engine: usage.contents(engine, self._connection, bucket)
        )

    async def claim(self, data_source_id: str, bucket: Bucket) -> bool:
        """Take the right to write the bucket's row for a while; False while it is another's."""
        place, now = self._place(data_source_id), self._clock()
        return await self._store.perform(lambda engine: usage.claim(engine, place, bucket, now=now))

    async def written(
        self, data_source_id: str, bucket: Bucket, *, page_id: str | None, records_count: int
    ) -> None:
        """The row now holds so many records; the right is given back."""
        place = self._place(data_source_id)
        changes = {"page_id": page_id, "written_count": records_count}
        await self._store.perform(lambda engine: usage.settle(engine, place, bucket, changes))

    async def release(self, data_source_id: str, bucket: Bucket) -> None:
        """Give the right back; nothing was written."""
        place = self._place(data_source_id)
        await self._store.perform(lambda engine: usage.settle(engine, place, bucket, {}))

    async def store_key(self) -> str:
        """A short random text that the store keeps: another store, or a new one, has another."""
        return await self._store.perform(lambda engine: usage.store_key(engine, self._connection))

    async def page_ids(self, data_source_id: str) -> frozenset[str]:
        """The rows there that hold nothing but records that are kept here."""
        place = self._place(data_source_id)
        return await self._store.perform(lambda engine: usage.page_ids(engine, place))

    def _place(self, data_source_id: str) -> tuple[str, str]:
        return self._connection, data_source_id
