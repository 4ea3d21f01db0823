"""The mirror: our copy of the rows of data sources, brought up to date as it is asked for."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import anyio

from playbooks.clock import Clock
from playbooks.errors import NotFoundOrNotShared, NothingKept, NotionError, RequestRefused
from playbooks.mirrored import TurnLost
from playbooks.objects import DataSource
from playbooks.ports import Progress
from playbooks.records import CallRecord, Reading, Strategy
from server.notion.answers import read_as
from server.notion.call import MS_PER_S, Monotonic, Sleep
from server.notion.client import NotionClient
from server.notion.mirror_keeping import Keeper
from server.notion.mirror_kept import Kept
from server.notion.mirror_refresh import Asked, Refresh
from server.notion.mirror_source import Source
from server.notion.mirror_turns import Leases, Turns
from server.notion.mirror_view import KeptView, reading_of
from server.notion.recorder import Record
from server.notion.schema import parse_data_source

CALL_DEADLINE_S: Final = 120.0
"""A call of a refresh may wait for the budget of a whole minute, and be repeated."""

PATIENCE_S: Final = 5.0
"""How long to wait for another process that refreshes the same data source."""

_POLL_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a copy may become: its rows, and what it says of deletions and computed values.

    A copy from before `changed_at` is due whatever its age: then our own plans last changed rows.
    """

    ttl_s: float = 300.0
    sweep_after_s: float = 86_400.0
    changed_at: datetime | None = None

    def holds(self, fetched_at: datetime, now: datetime) -> bool:
        """Whether what was fetched then may still be given."""
        # A negative age: the clock was set back, or another machine's is ahead.
        if not timedelta(0) <= now - fetched_at <= timedelta(seconds=self.ttl_s):
            return False
        return self.changed_at is None or not fetched_at < self.changed_at <= now


class ReadElsewhere(NotionError):
    """Another process is refreshing the data source."""

    def __init__(self) -> None:
        super().__init__(
            "Another process is reading this data source from Notion just now.",
            remedy="Ask again in a minute: its result will be shared.",
        )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a refresh; `failure` is why it did not succeed."""

    requests_count: int
    failure: NotionError | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every mirror of one connection shares."""

    kept: Kept
    clock: Clock
    record: Record
    freshness: Callable[[str], Awaitable[Freshness]]
    sleep: Sleep
    monotonic: Monotonic
    leases: Leases
    turns: Turns[_Outcome]


def open_mirror(  # noqa: PLR0913  # one place, the composition root, gives them all
    notion: NotionClient,
    kept: Kept,
    *,
    clock: Clock,
    record: Record,
    freshness: Callable[[str], Awaitable[Freshness]],
    sleep: Sleep = anyio.sleep,
    monotonic: Monotonic = time.monotonic,
) -> "NotionMirror":
    """The mirror of what `notion` sees, kept in `kept`, which is of that connection alone.

    `freshness` gives what holds for a data source at that moment. `record` is told each reading.
    """
    leases = Leases(kept, sleep=sleep)
    parts = _Parts(kept, clock, record, freshness, sleep, monotonic, leases, Turns())
    return NotionMirror(notion, parts)


class NotionMirror:
    """Implements `playbooks.ports.Mirror`; methods may raise StoreUnusable besides."""

    def __init__(self, notion: NotionClient, parts: _Parts) -> None:
        self._notion = notion.within(CALL_DEADLINE_S)
        self._parts = parts

    def attributed(self, procedure: str, run_id: str) -> "NotionMirror":
        """The same mirror, its readings and calls recorded under that procedure and run."""
        return NotionMirror(self._notion.attributed(procedure, run_id), self._parts)

    async def ttl_s(self, data_source_id: str) -> float:
        """The TTL in force, in seconds."""
        return (await self._parts.freshness(data_source_id)).ttl_s

    async def open(
        self,
        data_source_id: str,
        *,
        strategy: Strategy = "FRESH",
        progress: Progress | None = None,
        stale_because: NotionError | None = None,
    ) -> "KeptView":
        """Bring the copy up to date as the strategy asks, then give its rows.

        Serves what is kept, with its age, where Notion fails. Raises NotionError when nothing is
        kept either, NothingKept when OFFLINE finds nothing. `stale_because` is why one asks for it
        OFFLINE, where that is a failure of Notion: the reading tells it.
        """
        at, started_s = self._parts.clock(), self._parts.monotonic()
        outcome = await self._bring_up_to_date(data_source_id, strategy, progress)
        known = await self._parts.kept.source(data_source_id)
        if known is None or not (known.complete or known.rows_count):
            raise outcome.failure or NothingKept(data_source_id)
        reading = reading_of(
            known,
            now=self._parts.clock(),
            requests_count=outcome.requests_count,
            failure=outcome.failure or stale_because,
        )
        view = KeptView(self._parts.kept, known, reading)
        total_ms = (self._parts.monotonic() - started_s) * MS_PER_S
        self._parts.record(self._recorded(reading, data_source_id, at, total_ms))
        return view

    async def forget(self, row_id: str) -> None:
        """Drop the row, which was just seen in the trash; a refresh under way keeps it away."""
        await self._parts.kept.forget(row_id, at=self._parts.clock())

    async def reread(self, row_id: str) -> None:
        """Keep the row as Notion shows it now, whenever it says that it was edited.

        Nothing happens when it is no row of a data source that is kept. Raises NotionError.
        """
        began_at = self._parts.clock()
        with suppress(NotFoundOrNotShared, RequestRefused):  # a database, or gone meanwhile
            page = await Source(self._notion.api, "").page(row_id)
            home: str = read_as(lambda raw: raw["parent"].get("data_source_id", ""), page)
            if await self._parts.kept.source(home) is None:
                return
            source = Source(self._notion.api, home)
            keeper = Keeper(source, self._parts.kept, clock=self._parts.clock, known_at=None)
            batch = replace(await keeper.rows([page]), began_at=began_at)
            await self._parts.kept.keep_alone(home, batch)

    async def kept(self) -> tuple[DataSource, ...]:
        """The data sources of which rows are kept, with the schema of the last refresh."""
        schemas = await self._parts.kept.schemas()
        return tuple(parse_data_source(dict(schema)) for schema in schemas)

    async def _bring_up_to_date(
        self, data_source_id: str, strategy: Strategy, progress: Progress | None
    ) -> _Outcome:
        freshness = await self._parts.freshness(data_source_id)
        if strategy == "OFFLINE" or await self._is_fresh(data_source_id, strategy, freshness):
            return _Outcome(requests_count=0)
        asked = Asked(strategy == "REALTIME", freshness.sweep_after_s, progress)
        outcome, is_own = await self._parts.turns.once(
            data_source_id,
            lambda: self._in_turn(data_source_id, strategy, freshness, asked),
            everything=asked.everything,
        )
        return outcome if is_own else replace(outcome, requests_count=0)

    async def _is_fresh(
        self, data_source_id: str, strategy: Strategy, freshness: Freshness
    ) -> bool:
        known = await self._parts.kept.source(data_source_id)
        if strategy == "REALTIME" or known is None or not known.complete:
            return False
        return freshness.holds(known.fetched_at, self._parts.clock())

    async def _in_turn(
        self, data_source_id: str, strategy: Strategy, freshness: Freshness, asked: Asked
    ) -> _Outcome:
        """Refresh once no other process does; what that one brings may do as well."""
        for _ in range(round(PATIENCE_S / _POLL_S)):
            with suppress(TurnLost):
                outcome = await self._parts.leases.hold(
                    data_source_id,
                    lambda: self._refresh(data_source_id, strategy, freshness, asked),
                )
                if outcome is not None:
                    return outcome
            await self._parts.sleep(_POLL_S)
            if await self._is_fresh(data_source_id, strategy, freshness):
                return _Outcome(requests_count=0)
        return _Outcome(requests_count=0, failure=ReadElsewhere())

    async def _refresh(
        self, data_source_id: str, strategy: Strategy, freshness: Freshness, asked: Asked
    ) -> _Outcome:
        if await self._is_fresh(data_source_id, strategy, freshness):
            return _Outcome(requests_count=0)  # another process was faster
        refresh = Refresh(
            Source(self._notion.api, data_source_id),
            Source(self._notion.in_background().api, data_source_id),
            kept=self._parts.kept,
            clock=self._parts.clock,
            owner=self._parts.leases.owner,
            asked=asked,
        )
        failure: NotionError | None = None
        try:
            await refresh.run(await self._parts.kept.source(data_source_id))
        except NotionError as error:
            failure = error
        return _Outcome(refresh.requests_count, failure)

    def _recorded(
        self, reading: Reading, data_source_id: str, at: datetime, total_ms: float
    ) -> CallRecord:
        is_hit = reading.requests_count == 0 and reading.stale_because is None
        return CallRecord(
            at=at,
            method="READ",
            endpoint="mirror",
            status=200,  # rows were given
            total_ms=total_ms,
            attempts_count=0,
            data_source_id=data_source_id,
            cache="hit" if is_hit else "miss",
            procedure=self._notion.api.procedure,
            run_id=self._notion.api.run_id,
            rows_count=reading.rows_count,
        )
