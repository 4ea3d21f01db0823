"""The store's asynchronous face."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from threading import Condition
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, get_cancelled_exc_class, move_on_after, to_thread

from playbooks.errors import StoreUnusable
from playbooks.lazy import LazyModule
from server.store.holding import holding
from server.store.step import Step

# SQLAlchemy costs more to import than the server has for its start: it comes at first use, and
# so does what is only a type here.
if TYPE_CHECKING:
    from sqlalchemy import Engine

    from playbooks.clock import Clock
    from playbooks.picture import Specification
    from playbooks.plan import JournalEntry, Plan, PlanState, Unfinished
    from playbooks.plan import Step as PlanStep
    from playbooks.rate import Pause
    from playbooks.records import (
        BreakerState,
        CallRecord,
        Claimed,
        Edit,
        Recorded,
        RunSummary,
        StoreState,
        Traffic,
    )
    from playbooks.report import Report
    from server.store import (
        breakers,
        budget,
        calls,
        journal,
        own_pages,
        plans,
        runs,
        state,
        tuning,
        turns,
    )
else:
    breakers = LazyModule("server.store.breakers")
    budget = LazyModule("server.store.budget")
    calls = LazyModule("server.store.calls")
    journal = LazyModule("server.store.journal")
    own_pages = LazyModule("server.store.own_pages")
    plans = LazyModule("server.store.plans")
    runs = LazyModule("server.store.runs")
    state = LazyModule("server.store.state")
    tuning = LazyModule("server.store.tuning")
    turns = LazyModule("server.store.turns")

T = TypeVar("T")

CLOSING_PATIENCE_S: Final = 6.0
"""How long closing waits for what is still going on: longer than a writer waits for its turn."""

UNDOING_PATIENCE_S: Final = 1.0
"""How long a cancelled caller waits until what it did is taken back."""

THREADS_MOST_COUNT: Final = 10
"""Of our own, so that a store that hangs holds up nothing but itself; less than its connections."""

_log = logging.getLogger(__name__)


class SqlStore:
    """playbooks.ports.Store on SQLite (`sqlite:///PATH`) or PostgreSQL (`postgresql://…`).

    Opens at first use, in a worker thread, and again at the next use when that failed or when
    SQLite's file was deleted or replaced. A cancelled caller does not wait for its thread, which
    ends what it does within BUSY_TIMEOUT_S; where that matters, `undo` takes it back.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._url = url
        self.clock = clock
        self._threads = CapacityLimiter(THREADS_MOST_COUNT)
        self._turn = Condition()
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._users_count = 0

    async def perform(
        self,
        action: Callable[[Engine], T],
        *,
        undo: Callable[[Engine, T], None] | None = None,
    ) -> T:
        """Do something blocking with the open engine, in a worker thread.

        `undo` is given what came of an action that went through although its caller was cancelled.

        Raises:
            StoreUnusable: for whatever of the store fails in it.
        """
        if undo is None:
            return await self._in_thread(action)
        step = Step(action, undo)
        try:
            return await self._in_thread(step.run)
        except get_cancelled_exc_class():
            if (undoing := step.abandon()) is not None:
                with move_on_after(UNDOING_PATIENCE_S, shield=True), suppress(StoreUnusable):
                    await self._in_thread(undoing)
            raise

    async def _in_thread(self, action: Callable[[Engine], T]) -> T:
        return await to_thread.run_sync(
            self._perform_here, action, abandon_on_cancel=True, limiter=self._threads
        )

    async def probe(self) -> StoreState:
        """Open it, write and read back one row in a transaction that is rolled back."""
        return await self.perform(lambda engine: state.probe(engine))  # noqa: PLW0108 - imports in the thread

    async def keep_run(self, report: Report, picture: Specification | None = None) -> None:
        """Keep a run and its picture; the same id again replaces both. Drops what is too old."""
        now = self.clock()
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
        now = self.clock()
        await self.perform(lambda engine: calls.record(engine, batch, now=now))

    async def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the connection's recorded calls since then, probes left out.

        An error is a call that Notion answered with a status of 400 or more or did not answer; what
        the cache served is never one, and what we ended ourselves is no call but withheld. Readings
        of the mirror count as reads of the cache, not as calls.
        """
        return await self.perform(lambda engine: calls.traffic(engine, since, connection))

    async def calls_since(self, since: datetime, connection: str) -> Recorded:
        """The recorded calls, oldest first; at most calls.CALLS_READ_COUNT newest ones."""
        return await self.perform(lambda engine: calls.since(engine, since, connection))

    async def readings(
        self, since: datetime, connection: str, *, until: datetime | None = None
    ) -> Recorded:
        """The recorded readings of the mirror alone, before `until`; as many as of calls."""
        return await self.perform(
            lambda engine: calls.readings(engine, since, connection, until=until)
        )

    async def edits_since(self, since: datetime, connection: str) -> tuple[Edit, ...]:
        """What refreshes of the mirror saw change, oldest first."""
        return await self.perform(lambda engine: calls.edits_since(engine, since, connection))

    async def breakers(self, connection: str) -> tuple[BreakerState, ...]:
        """Every circuit breaker that any process of this connection has published."""
        return await self.perform(lambda engine: breakers.published(engine, connection))

    async def publish_breaker(self, state: BreakerState, *, connection: str) -> None:
        """Tell every process of this connection how the breaker stands."""
        await self.perform(lambda engine: breakers.publish(engine, connection, state))

    async def paused(self, connection: str) -> Pause | None:
        """The newest pause that Notion asked of this connection, which may be over."""
        return await self.perform(lambda engine: budget.paused(engine, connection))

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

    @asynccontextmanager
    async def turn(self, plan_id: str, *, by_hand: bool) -> AsyncGenerator[str | None]:
        """The right to apply the plan, kept alive while it is held; None while it is another's."""
        taken = await self.perform(
            lambda engine: turns.take(engine, plan_id, self.clock),
            undo=lambda engine, turn: self._give_back(engine, plan_id, turn, stopped=by_hand),
        )
        if taken is None:
            yield None
            return
        async with holding(
            lambda: self.perform(lambda engine: turns.sign(engine, plan_id, taken, self.clock)),
            lambda stopped: self.perform(
                lambda engine: self._give_back(engine, plan_id, taken, stopped=stopped)
            ),
            by_hand=by_hand,
        ):
            yield taken

    def _give_back(self, engine: Engine, plan_id: str, turn: str | None, *, stopped: bool) -> None:
        if turn is not None:
            turns.give_back(engine, plan_id, turn, self.clock, stopped=stopped)

    async def steps(self, plan_id: str) -> tuple[PlanStep, ...]:
        """What came of the plan's changes so far, in their order."""
        return await self.perform(lambda engine: turns.steps(engine, plan_id))

    async def add_step(self, plan_id: str, number: int, step: PlanStep, *, turn: str) -> bool:
        """Keep what came of change `number` (from 0); False when the turn is another's by now."""
        return await self.perform(
            lambda engine: turns.add_step(
                engine, plan_id, number, step, turn=turn, clock=self.clock
            )
        )

    async def unfinished(self, connection: str | None) -> tuple[Unfinished, ...]:
        """The plans that were begun and have not ended, oldest first; None: of all connections."""
        return await self.perform(lambda engine: turns.unfinished(engine, connection, self.clock))

    async def last_applied_at(self, connection: str) -> datetime | None:
        """Until when a plan of the connection that writes to Notion was being applied."""
        return await self.perform(lambda engine: turns.last_at(engine, connection))

    async def append_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add to the hash-chained journal, all entries or none."""
        await self.perform(lambda engine: journal.append(engine, entries))

    async def last_journalled(self, subject: str) -> JournalEntry | None:
        """The newest entry about exactly that, or None."""
        return await self.perform(lambda engine: journal.last(engine, subject))

    async def verify_journal(self) -> int | None:
        """The number of the journal's first broken entry; None when the chain is whole."""
        return await self.perform(lambda engine: journal.first_broken(engine))  # noqa: PLW0108 - imports in the thread

    async def claim_page(self, data_source_id: str, title: str) -> Claimed | None:
        """Take the right to write our page there for a while; None while it is another's."""
        now = self.clock()
        return await self.perform(
            lambda engine: own_pages.claim(engine, data_source_id, title, now=now)
        )

    async def settle_page(
        self, data_source_id: str, title: str, *, page_id: str | None = None
    ) -> None:
        """Give the right back, and remember the page where there is one."""
        await self.perform(lambda engine: own_pages.settle(engine, data_source_id, title, page_id))

    async def tuned(self) -> Mapping[str, float]:
        """Our own settings as plans have tuned them, over the configuration's."""
        return await self.perform(lambda engine: tuning.values(engine))  # noqa: PLW0108 - imports in the thread

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        """Set tuned settings, all or none; None takes one back to the configuration's."""
        await self.perform(lambda engine: tuning.change(engine, changes))

    async def aclose(self) -> None:
        """Give the connections back once nobody uses them; the next use opens anew."""
        await to_thread.run_sync(self._close_here)

    def _perform_here(self, action: Callable[[Engine], T]) -> T:
        from server.store.failures import understood  # noqa: PLC0415 - SQLAlchemy, see above

        with understood(self._url), self._in_use() as engine:
            return action(engine)

    @contextmanager
    def _in_use(self) -> Generator[Engine]:
        with self._turn:
            engine = self._opened()
            self._users_count += 1
        try:
            yield engine
        finally:
            with self._turn:
                self._users_count -= 1
                self._turn.notify_all()

    def _opened(self) -> Engine:
        from server.store.opening import file_of, open_engine  # noqa: PLC0415 - SQLAlchemy, see above

        if self._engine is not None and file_of(self._engine) != self._file:
            # Before anything new is there, whose journal SQLite could take for the old file's.
            self._engine.dispose()
            self._engine = None
            _log.warning("The file of the store was deleted or replaced: it is opened anew.")
        if self._engine is None:
            self._engine = open_engine(self._url)
            self._file = file_of(self._engine)
        return self._engine

    def _close_here(self) -> None:
        # A cancelled caller's thread may still hold a connection, which nobody else would close.
        with self._turn:
            self._turn.wait_for(lambda: self._users_count == 0, CLOSING_PATIENCE_S)
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()
