"""The store's asynchronous face."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from anyio import to_thread

from playbooks.clock import Clock
from playbooks.ports import CallRecord, RunSummary, StoreState, Traffic
from playbooks.report import Report

# SQLAlchemy costs more to import than the server has for its start: it comes at first use.
if TYPE_CHECKING:
    from server.store.database import Database

T = TypeVar("T")


class SqlStore:
    """playbooks.ports.Store on SQLite (`sqlite:///PATH`) or PostgreSQL (`postgresql://…`).

    Opens at first use, in a worker thread, and again at the next use when that failed. A cancelled
    caller does not wait for its thread, which ends what it does within BUSY_TIMEOUT_S.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._opening = Lock()
        self._database: Database | None = None

    async def probe(self) -> StoreState:
        """Open it, write and read back one row in a transaction that is rolled back."""
        return await self._perform(lambda database: database.probe())

    async def keep_run(self, report: Report) -> None:
        """Keep a run under its id; the same id again replaces it."""
        now = self._clock()
        await self._perform(lambda database: database.keep_run(report, now=now))

    async def run(self, run_id: str) -> Report | None:
        """The kept report, or None."""
        return await self._perform(lambda database: database.run(run_id))

    async def latest_runs(
        self, *, procedure: str | None = None, connection: str | None = None, limit: int = 5
    ) -> tuple[RunSummary, ...]:
        """The newest runs, newest first."""
        return await self._perform(
            lambda database: database.latest_runs(procedure, connection, limit)
        )

    async def record_calls(self, calls: Sequence[CallRecord]) -> None:
        """Add telemetry; old calls beyond the retention are dropped."""
        now = self._clock()
        await self._perform(lambda database: database.record_calls(calls, now=now))

    async def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the connection's recorded calls since then, probes left out.

        An error is a call that ended without an answer or with a status of 400 or more; what the
        cache served is never one.
        """
        return await self._perform(lambda database: database.traffic(since, connection))

    async def aclose(self) -> None:
        """Give the connections back; the next use opens anew."""
        database, self._database = self._database, None
        if database is not None:
            await to_thread.run_sync(database.close)

    async def _perform(self, action: Callable[["Database"], T]) -> T:
        return await to_thread.run_sync(self._perform_here, action, abandon_on_cancel=True)

    def _perform_here(self, action: Callable[["Database"], T]) -> T:
        from server.store.failures import understood  # noqa: PLC0415 - SQLAlchemy, see above

        with understood(self._url):
            return action(self._open())

    def _open(self) -> "Database":
        from server.store.database import Database  # noqa: PLC0415 - SQLAlchemy, see above

        with self._opening:
            if self._database is None:
                self._database = Database(self._url)
            return self._database
