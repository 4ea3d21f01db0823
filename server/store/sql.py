"""The store's asynchronous face."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Condition
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import to_thread

from playbooks.clock import Clock
from playbooks.picture import Specification
from playbooks.plan import JournalEntry, Plan, PlanState
from playbooks.records import BreakerState, CallRecord, Edit, RunSummary, StoreState, Traffic
from playbooks.report import Report
from server.store.lazy import LazyModule

# SQLAlchemy costs more to import than the server has for its start: it comes at first use.
if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.store import breakers, calls, journal, plans, runs, state, tuning
else:
    breakers = LazyModule("server.store.breakers")
    calls = LazyModule("server.store.calls")
    journal = LazyModule("server.store.journal")
    plans = LazyModule("server.store.plans")
    runs = LazyModule("server.store.runs")
    state = LazyModule("server.store.state")
    tuning = LazyModule("server.store.tuning")

T = TypeVar("T")

CLOSING_PATIENCE_S: Final = 6.0
"""How long closing waits for what is still going on: longer than a writer waits for its turn."""


class SqlStore:
    """playbooks.ports.Store on SQLite (`sqlite:///PATH`) or PostgreSQL (`postgresql://…`).

    Opens at first use, in a worker thread, and again at the next use when that failed. A cancelled
    caller does not wait for its thread, which ends what it does within BUSY_TIMEOUT_S.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._turn = Condition()
        self._engine: Engine | None = None
        self._users_count = 0

    async def perform(self, action: "Callable[[Engine], T]") -> T:
        """Do something blocking with the open engine, in a worker thread.

        Raises:
            StoreUnusable: for whatever of the store fails in it.
        """
        return await to_thread.run_sync(self._perform_here, action, abandon_on_cancel=True)

    async def probe(self) -> StoreState:
        """Open it, write and read back one row in a transaction that is rolled back."""
        return await self.perform(lambda engine: state.probe(engine))  # noqa: PLW0108 - imports in the thread

    async def keep_run(self, report: Report, picture: Specification | None = None) -> None:
        """Keep a run and its picture; the same id again replaces both. Drops what is too old."""
        now = self._clock()
        await self.perform(lambda engine: runs.keep(engine, report, picture, now=now))

    async def run(self, run_id: str) -> Report | None:
        """The kept report, or None."""
        return await self.perform(lambda engine: runs.run(engine, run_id))

    async def picture(self, run_id: str) -> Specification | None:
        """The picture kept with that run, or None."""
        return await self.perform(lambda engine: runs.picture(engine, run_id))

    async def latest_runs(
        self, *, procedure: str | None = None, connection: str | None = None, limit: int = 5
    ) -> tuple[RunSummary, ...]:
        """The newest runs, newest first."""
        return await self.perform(
            lambda engine: runs.latest(
                engine, procedure=procedure, connection=connection, limit=limit
            )
        )

    async def record_calls(self, batch: Sequence[CallRecord]) -> None:
        """Add telemetry; old calls beyond the retention are dropped."""
        now = self._clock()
        await self.perform(lambda engine: calls.record(engine, batch, now=now))

    async def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the connection's recorded calls since then, probes left out.

        An error is a call that ended without an answer or with a status of 400 or more; what the
        cache served is never one. Readings of the mirror count as reads of the cache, not as calls.
        """
        return await self.perform(lambda engine: calls.traffic(engine, since, connection))

    async def calls_since(self, since: datetime, connection: str) -> tuple[CallRecord, ...]:
        """The recorded calls, oldest first; at most calls.CALLS_READ_COUNT newest ones."""
        return await self.perform(lambda engine: calls.since(engine, since, connection))

    async def edits_since(self, since: datetime, connection: str) -> tuple[Edit, ...]:
        """What refreshes of the mirror saw change, oldest first."""
        return await self.perform(lambda engine: calls.edits_since(engine, since, connection))

    async def breakers(self, connection: str) -> tuple[BreakerState, ...]:
        """Every circuit breaker that any process of this connection has published."""
        return await self.perform(lambda engine: breakers.published(engine, connection))

    async def publish_breaker(self, state: BreakerState, *, connection: str) -> None:
        """Tell every process of this connection how the breaker stands."""
        await self.perform(lambda engine: breakers.publish(engine, connection, state))

    async def keep_plan(self, plan: Plan) -> None:
        """Keep a new plan under its id."""
        await self.perform(lambda engine: plans.keep(engine, plan))

    async def plan(self, plan_id: str) -> Plan | None:
        """The kept plan as it stands, or None."""
        return await self.perform(lambda engine: plans.plan(engine, plan_id))

    async def plans(self, *, limit: int = 20) -> tuple[Plan, ...]:
        """The newest plans, newest first."""
        return await self.perform(lambda engine: plans.latest(engine, limit))

    async def move_plan(
        self,
        plan_id: str,
        *,
        from_states: Sequence[PlanState],
        to: PlanState,
        as_seen: Plan | None = None,
        **changes: object,
    ) -> bool:
        """Let the plan go into another state, in one step; False when it is in none of those.

        Also False when it is no longer `as_seen`.

        `changes` are fields of the plan that change with it: approved_by, approved_at, outcome.
        """
        fields = {**changes, "state": to}
        return await self.perform(
            lambda engine: plans.move(
                engine, plan_id, from_states=from_states, changes=fields, as_seen=as_seen
            )
        )

    async def append_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add to the hash-chained journal, all entries or none."""
        await self.perform(lambda engine: journal.append(engine, entries))

    async def verify_journal(self) -> int | None:
        """The number of the journal's first broken entry; None when the chain is whole."""
        return await self.perform(lambda engine: journal.first_broken(engine))  # noqa: PLW0108 - imports in the thread

    async def tuned(self) -> Mapping[str, float]:
        """Our own settings as plans have tuned them, over the configuration's."""
        return await self.perform(lambda engine: tuning.values(engine))  # noqa: PLW0108 - imports in the thread

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        """Set tuned settings, all or none; None takes one back to the configuration's."""
        await self.perform(lambda engine: tuning.change(engine, changes))

    async def aclose(self) -> None:
        """Give the connections back once nobody uses them; the next use opens anew."""
        await to_thread.run_sync(self._close_here)

    def _perform_here(self, action: "Callable[[Engine], T]") -> T:
        from server.store.failures import understood  # noqa: PLC0415 - SQLAlchemy, see above

        with understood(self._url), self._in_use() as engine:
            return action(engine)

    @contextmanager
    def _in_use(self) -> "Generator[Engine]":
        from server.store.opening import open_engine  # noqa: PLC0415 - SQLAlchemy, see above

        with self._turn:
            engine = self._engine = self._engine or open_engine(self._url)
            self._users_count += 1
        try:
            yield engine
        finally:
            with self._turn:
                self._users_count -= 1
                self._turn.notify_all()

    def _close_here(self) -> None:
        # A cancelled caller's thread may still hold a connection, which nobody else would close.
        with self._turn:
            self._turn.wait_for(lambda: self._users_count == 0, CLOSING_PATIENCE_S)
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()
