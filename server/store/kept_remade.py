"""The maps of what was made again, as the maker asks the store for them."""

from datetime import datetime
from typing import TYPE_CHECKING

from playbooks.lazy import LazyModule
from playbooks.remade import KeptObject
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and few processes ever make anything again.
if TYPE_CHECKING:
    from server.store import remade
else:
    remade = LazyModule("server.store.remade")


class KeptRemade:
    """Maps from original ids to new ones, by plan; every method may raise StoreUnusable."""

    def __init__(self, store: SqlStore, *, connection: str) -> None:
        self._store = store
        self._connection = connection

    async def of_plan(self, plan_id: str) -> dict[str, KeptObject]:
        """Every object that the plan has begun to make, by its original id."""
        connection = self._connection
        return await self._store.perform(lambda engine: remade.of_plan(engine, connection, plan_id))

    async def begin(self, plan_id: str, original_id: str, *, at: datetime) -> None:
        """It is about to be made: from now on there may be one that nobody knows."""
        key = (self._connection, plan_id, original_id)
        await self._store.perform(lambda engine: remade.begin(engine, key, at=at))

    async def settle(self, plan_id: str, original_id: str, new_id: str, state: str) -> None:
        """It is that one, and so far."""
        key = (self._connection, plan_id, original_id)
        await self._store.perform(lambda engine: remade.settle(engine, key, new_id, state))
