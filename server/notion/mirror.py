"""The mirror: our copy of the rows of data sources, brought up to date as it is asked for."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import anyio

from playbooks.clock import Clock
from playbooks.errors import NothingKept, NotionError
from playbooks.mirrored import KeptSource
from playbooks.ports import CallRecord, DataSource, Progress, Reading, Strategy, Transition
from playbooks.rows import Row
from server.notion.answers import JSON
from server.notion.call import MS_PER_S, Monotonic, Sleep
from server.notion.client import NotionClient
from server.notion.mirror_kept import Kept
from server.notion.mirror_pages import has_computed
from server.notion.mirror_refresh import Asked, Refresh
from server.notion.mirror_source import Source
from server.notion.mirror_turns import Leases, Turns
from server.notion.properties import row_of
from server.notion.recorder import Record
from server.notion.schema import parse_data_source

CALL_DEADLINE_S: Final = 120.0
"""A call of a refresh may wait for the budget of a whole minute, and be repeated."""

PATIENCE_S: Final = 5.0
"""How long to wait for another process that refreshes the same data source."""

_POLL_S: Final = 0.25
_PORTION_ROWS: Final = 500
"""Rows that a reading holds at once."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a copy may become: its rows, and what it says of deletions and computed values."""

    ttl_s: float = 300.0
    sweep_after_s: float = 86_400.0


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
    leases = Leases(kept, clock=clock, sleep=sleep)
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
    ) -> "KeptView":
        """Bring the copy up to date as the strategy asks, then give its rows.

        Serves what is kept, with its age, where Notion fails. Raises NotionError when nothing is
        kept either, NothingKept when OFFLINE finds nothing.
        """
        at, started_s = self._parts.clock(), self._parts.monotonic()
        outcome = await self._bring_up_to_date(data_source_id, strategy, progress)
        known = await self._parts.kept.source(data_source_id)
        if known is None or not (known.complete or known.rows_count):
            raise outcome.failure or NothingKept(data_source_id)
        view = KeptView(self._parts.kept, known, _reading(known, outcome))
        total_ms = (self._parts.monotonic() - started_s) * MS_PER_S
        self._parts.record(self._recorded(view.reading, data_source_id, at, total_ms))
        return view

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
        return self._parts.clock() - known.fetched_at <= timedelta(seconds=freshness.ttl_s)

    async def _in_turn(
        self, data_source_id: str, strategy: Strategy, freshness: Freshness, asked: Asked
    ) -> _Outcome:
        """Refresh once no other process does; what that one brings may do as well."""
        for _ in range(round(PATIENCE_S / _POLL_S)):
            is_ours = await self._parts.leases.take(data_source_id)
            if is_ours:
                return await self._parts.leases.hold(
                    data_source_id,
                    lambda: self._refresh(data_source_id, strategy, freshness, asked),
                )
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


class KeptView:
    """Implements `playbooks.ports.View` over what is kept."""

    def __init__(self, kept: Kept, known: KeptSource, reading: Reading) -> None:
        self._kept = kept
        self._known = known
        self._reading = reading

    @property
    def schema(self) -> DataSource:
        """The schema that the rows have."""
        return parse_data_source(dict(self._known.schema))

    @property
    def reading(self) -> Reading:
        """Where they come from."""
        return self._reading

    async def rows(self, properties: Sequence[str] = ()) -> AsyncIterator[Row]:
        """Every row out of the trash, oldest first; of these properties (names), all if none."""
        after: tuple[datetime, str] | None = None
        while portion := await self._kept.bodies(
            self._known.data_source_id, after, limit=_PORTION_ROWS
        ):
            for kept in portion:
                yield row_of(_only(json.loads(kept.body), properties))
            after = (portion[-1].created_at, portion[-1].id)

    async def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        """The recorded changes of status, oldest first."""
        after = 0
        while portion := await self._kept.transitions(
            self._known.data_source_id, since, after=after, limit=_PORTION_ROWS
        ):
            for _, transition in portion:
                yield transition
            after = portion[-1][0]


def _only(page: JSON, names: Sequence[str]) -> JSON:
    """The page with those properties alone, which spares parsing the others."""
    if not names:
        return page
    properties: JSON = page["properties"]
    return {**page, "properties": {name: properties[name] for name in names if name in properties}}


def _reading(known: KeptSource, outcome: _Outcome) -> Reading:
    missing = (*known.gaps, *_unread(known))
    is_live = outcome.requests_count > 0 and outcome.failure is None
    return Reading(
        source="live" if is_live else "cache",
        as_of=known.fetched_at,
        rows_count=known.rows_count,
        complete=not missing,
        requests_count=outcome.requests_count,
        swept_at=known.swept_at,
        gaps=(*missing, *_aged(known)),
        stale_because=outcome.failure,
    )


def _unread(known: KeptSource) -> list[str]:
    """What says that rows are missing."""
    if known.complete:
        return []
    return ["The first reading of every row was interrupted; the next one goes on with it."]


def _aged(known: KeptSource) -> list[str]:
    """What says that values are older than the reading."""
    if known.swept_at is None or not known.complete:
        return []
    aged: list[str] = []
    if known.pending is not None and not known.pending.narrowed:
        aged.append("A new reading of every row is under way: values may be as old as the last.")
    if has_computed(known.schema) and known.swept_at < known.fetched_at:
        when = f"{known.swept_at:%Y-%m-%d %H:%M} UTC"
        aged.append(f"Formulas and rollups may be as old as the last sweep, {when}.")
    return aged
