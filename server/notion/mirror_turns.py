"""Whose turn it is: a data source is refreshed by one task of one process at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Generic, TypeVar
from uuid import uuid4

import anyio

from playbooks.clock import Clock
from playbooks.errors import PlaybookError, StoreUnusable
from server.notion.call import Sleep
from server.notion.mirror_kept import Kept

T = TypeVar("T")

LEASE_S: Final = 60.0
"""A process that died holds a data source no longer than this."""

_RELEASE_PATIENCE_S: Final = 3.0


@dataclass(slots=True)
class _Flight(Generic[T]):
    """A refresh in flight; `landed` without an outcome: it was cancelled."""

    everything: bool
    landed: anyio.Event = field(default_factory=anyio.Event)
    outcome: T | None = None


class Turns(Generic[T]):
    """Refreshes in this process: whoever comes while one flies gets its outcome."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}

    async def once(
        self, data_source_id: str, work: Callable[[], Awaitable[T]], *, everything: bool
    ) -> tuple[T, bool]:
        """The outcome, and whether it is of our own work.

        Who wants everything is not served by a refresh that reads only what changed. Where a
        refresh is cancelled, one of those who wait for it takes over.
        """
        while (flight := self._flights.get(data_source_id)) is not None:
            await flight.landed.wait()
            if flight.outcome is not None and flight.everything >= everything:
                return flight.outcome, False
        flight = self._flights[data_source_id] = _Flight[T](everything)
        try:
            flight.outcome = await work()
        finally:
            del self._flights[data_source_id]
            flight.landed.set()
        return flight.outcome, True


class Leases:
    """The right to refresh, among the processes that share a store."""

    def __init__(self, kept: Kept, *, clock: Clock, sleep: Sleep) -> None:
        self._kept = kept
        self._clock = clock
        self._sleep = sleep
        self._owner = uuid4().hex

    async def take(self, data_source_id: str) -> bool:
        """Whether it is ours now, for LEASE_S."""
        now = self._clock()
        until = now + timedelta(seconds=LEASE_S)
        return await self._kept.lease(data_source_id, self._owner, now=now, until=until)

    async def hold(self, data_source_id: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work while the lease, which was taken, is extended; then give it back."""
        failure: PlaybookError | None = None
        outcome: list[T] = []
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._extend, data_source_id)
                try:
                    outcome.append(await work())
                except PlaybookError as error:
                    failure = error  # raised below, out of the group's wrap
                group.cancel_scope.cancel()
        finally:
            with anyio.move_on_after(_RELEASE_PATIENCE_S, shield=True):
                await self._kept.release(data_source_id, self._owner)
        if failure is not None:
            raise failure
        return outcome[0]

    async def _extend(self, data_source_id: str) -> None:
        while True:
            await self._sleep(LEASE_S / 3)
            try:
                await self.take(data_source_id)
            except StoreUnusable:
                continue  # the work itself meets it, too
