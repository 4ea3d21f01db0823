"""Between the wire and the store: telemetry that never breaks or delays a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

import anyio

from playbooks.errors import StoreUnusable

# The server starts before it needs these types.
if TYPE_CHECKING:
    from playbooks.ports import Store
    from playbooks.records import CallRecord  # noqa: F401 - the base of CallBuffer names it

T = TypeVar("T")

FLUSH_EVERY_S = 1.0
"""Calls reach the store in batches about this often."""

CLOSING_PATIENCE_S = 3.0
"""How long the last batch may take while the server closes."""

PENDING_MOST_COUNT = 5_000
"""Calls that wait for a store that does not answer; the oldest are dropped first."""


class Buffer(Generic[T]):
    """Records on their way to the store, which `write` puts there.

    `dropped_count` counts the records that never reached it.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[object]],
        *,
        flush_every_s: float = FLUSH_EVERY_S,
    ) -> None:
        self._write = write
        self._flush_every_s = flush_every_s
        self._pending: list[T] = []
        self.dropped_count = 0

    def add(self, call: T) -> None:
        """Take note of a call; costs no I/O and raises nothing."""
        self._pending.append(call)
        self._drop_surplus()

    async def flush(self) -> None:
        """Hand the pending calls to the store; they stay pending when it cannot be used."""
        batch, self._pending = self._pending, []
        if not batch:
            return
        try:
            await self._write(batch)
        except StoreUnusable:
            self._pending = batch + self._pending
            self._drop_surplus()

    async def run_forever(self) -> NoReturn:
        """Flush again and again until cancelled, and once more then."""
        try:
            while True:
                await anyio.sleep(self._flush_every_s)
                await self.flush()
        finally:
            with anyio.move_on_after(CLOSING_PATIENCE_S, shield=True):
                await self.flush()
            self.dropped_count += len(self._pending)
            self._pending = []

    def _drop_surplus(self) -> None:
        surplus_count = max(0, len(self._pending) - PENDING_MOST_COUNT)
        del self._pending[:surplus_count]
        self.dropped_count += surplus_count


class CallBuffer(Buffer["CallRecord"]):
    """Calls of the Notion API on their way to the store."""

    def __init__(self, store: Store, *, flush_every_s: float = FLUSH_EVERY_S) -> None:
        super().__init__(store.record_calls, flush_every_s=flush_every_s)
