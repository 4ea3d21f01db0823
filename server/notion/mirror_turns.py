"""Whose turn it is: a data source is refreshed by one task of one process at a time."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from uuid import uuid4

import anyio

from playbooks.errors import PlaybookError, StoreUnusable
from playbooks.mirrored import TurnLost
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
    """The right to refresh, among the processes that share a store; `owner` is this one."""

    def __init__(self, kept: Kept, *, sleep: Sleep) -> None:
        self.owner = uuid4().hex
        self._kept = kept
        self._sleep = sleep

    async def hold(self, data_source_id: str, work: Callable[[], Awaitable[T]]) -> T | None:
        """Do the work while the right is ours, then give it back; None while it is another's.

        The right is extended meanwhile. Raises TurnLost when it has passed to another process.
        """
        if not await self._kept.lease(data_source_id, self.owner, for_s=LEASE_S):
            return None
        try:
            return await self._extended(data_source_id, work)
        finally:
            with anyio.move_on_after(_RELEASE_PATIENCE_S, shield=True):
                await self._kept.release(data_source_id, self.owner)

    async def _extended(self, data_source_id: str, work: Callable[[], Awaitable[T]]) -> T:
        failure: Exception = TurnLost()  # unless the work comes to its end
        outcome: list[T] = []
        async with anyio.create_task_group() as group:
            group.start_soon(self._extend, data_source_id, group.cancel_scope)
            try:
                outcome.append(await work())
            except PlaybookError as error:
                failure = error  # raised below, out of the group's wrap
            group.cancel_scope.cancel()
        if not outcome:
            raise failure
        return outcome[0]

    async def _extend(self, data_source_id: str, work: anyio.CancelScope) -> None:
        """Keep the right until somebody else has it, which ends the work."""
        is_ours = True
        while is_ours:
            await self._sleep(LEASE_S / 3)
            # A store that fails is met by the work itself, too.
            with suppress(StoreUnusable):
                is_ours = await self._kept.lease(data_source_id, self.owner, for_s=LEASE_S)
        work.cancel()
