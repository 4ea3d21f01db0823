"""One refresh of one data source: what changed since the last one, or every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import anyio

from playbooks.clock import Clock
from playbooks.mirrored import Batch, FullRead, KeptSource, Stretch
from playbooks.ports import Progress
from server.notion.answers import read_as
from server.notion.mirror_keeping import OVERLAP, Keeper
from server.notion.mirror_kept import Kept
from server.notion.mirror_pages import has_computed, rows_alter
from server.notion.mirror_source import Rows, Source
from server.notion.mirror_stretches import Reader
from server.notion.schema import parse_data_source

SMALL_ROWS_COUNT: Final = 300
"""So few rows are read in full at every refresh, which then sees deletions at once."""

SWEEP_PATIENCE_S: Final = 20.0
"""A sweep takes no more of one refresh; what is left of it is for the next ones."""

_CONFIRMED_AT_ONCE: Final = 100
_EVERY_ROW: Final = (Stretch(None, None),)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a refresh is to do. `everything`: read every row now, whatever is kept."""

    everything: bool
    sweep_after_s: float
    progress: Progress | None = None


class Refresh:
    """Brings the copy of a data source up to date, once.

    `source` is asked for what changed, `background` for every row; `owner` has the lease. Whatever
    interrupts it, the copy stays consistent, and the next refresh goes on where this one stopped.
    """

    def __init__(  # noqa: PLR0913  # one refresh needs them all, once
        self,
        source: Source,
        background: Source,
        *,
        kept: Kept,
        clock: Clock,
        owner: str,
        asked: Asked,
    ) -> None:
        self._source = source
        self._background = background
        self._kept = kept
        self._clock = clock
        self._owner = owner
        self._asked = asked
        self._began_at = clock()
        self._edits_count = 0
        self._rows_count = 0

    @property
    def requests_count(self) -> int:
        """How many calls it has made."""
        return self._source.requests_count + self._background.requests_count

    async def run(self, former: KeptSource | None) -> None:
        """Raises NotionError, StoreUnusable, and TurnLost where another process has the lease."""
        schema = await self._source.schema()
        read_as(parse_data_source, schema)  # what is kept can be read back
        known = former or KeptSource(self._source.id, schema, fetched_at=self._began_at)
        if known.fetched_at > self._began_at + OVERLAP:
            known = self._without_wrong_times(known)
        must_reload = self._must_reload(known, schema)
        known = replace(known, schema=schema)
        if known.complete and not must_reload:
            await self._catch_up(known)
        else:
            await self._load(replace(known, pending=None) if must_reload else known)
        if self._edits_count and former is not None and former.complete:
            await self._kept.record_edit(known.data_source_id, self._clock(), self._edits_count)

    def _must_reload(self, known: KeptSource, schema: Mapping[str, Any]) -> bool:
        """Whether to begin a new reading of every row, whatever is kept or pending."""
        is_small = known.rows_count <= SMALL_ROWS_COUNT or known.newest_edit_at is None
        return (
            self._asked.everything
            or rows_alter(known.schema, schema)
            or (known.complete and is_small)
        )

    def _without_wrong_times(self, known: KeptSource) -> KeptSource:
        """The copy as if never read to its end: our clock, since set back, told wrong times."""
        return replace(
            known, fetched_at=self._began_at, newest_edit_at=None, swept_at=None, pending=None
        )

    async def _catch_up(self, known: KeptSource) -> None:
        """Read what was edited, then go on with a reading of every row where one is due."""
        known = await self._read_edited(known)
        if known.pending is None and not self._sweep_is_due(known):
            return
        with anyio.move_on_after(SWEEP_PATIENCE_S):
            await self._read_all(known, narrowed=not has_computed(known.schema))

    async def _load(self, known: KeptSource) -> None:
        """Read every row; after an interruption the rest, then what was edited in between."""
        is_resumed = known.pending is not None
        known = await self._read_all(known, narrowed=False)
        if is_resumed:
            await self._read_edited(known)

    def _sweep_is_due(self, known: KeptSource) -> bool:
        sweep_after = timedelta(seconds=self._asked.sweep_after_s)
        return known.swept_at is None or self._began_at - known.swept_at > sweep_after

    async def _read_edited(self, known: KeptSource) -> KeptSource:
        """Read what was edited since the newest edit in the copy, and a little before it."""
        since = None if known.newest_edit_at is None else known.newest_edit_at - OVERLAP
        keeper = self._keeper(self._source, known)

        async def keep(batch: Batch | None, left: Sequence[Stretch]) -> None:
            del left  # whoever repeats this finds again what was edited
            if batch is not None:
                await self._keep(known, batch, known.pending)

        rows = Rows(self._source, edited_since=since)
        reader = Reader(rows, _EVERY_ROW, prepare=keeper.rows, keep=keep)
        await reader.read()
        self._edits_count += keeper.edits_count
        seen_to = known.newest_edit_at
        if not reader.gaps:
            seen_to = self._seen_to(known, keeper.newest_edit_at, began_at=self._began_at)
        gaps = tuple(dict.fromkeys((*known.gaps, *reader.gaps)))
        return await self._keep_source(
            replace(known, fetched_at=self._began_at, newest_edit_at=seen_to, gaps=gaps)
        )

    async def _read_all(self, known: KeptSource, *, narrowed: bool) -> KeptSource:
        """Read every row, or what is left to read; then find those that are gone."""
        pending = known.pending or FullRead(self._began_at, _EVERY_ROW, narrowed)
        known = await self._keep_source(replace(known, pending=pending))
        keeper = self._keeper(self._background, known)
        pending = await self._read_stretches(known, pending, keeper)
        await self._confirm_missing(known, pending, keeper)
        self._edits_count += keeper.edits_count
        seen_to = known.newest_edit_at
        if not pending.narrowed:
            seen_to = self._seen_to(known, pending.newest_edit_at, began_at=pending.began_at)
        return await self._keep_source(
            replace(
                known,
                fetched_at=max(known.fetched_at, pending.began_at),
                newest_edit_at=seen_to,
                swept_at=pending.began_at,
                complete=True,
                gaps=pending.gaps,
                pending=None,
            )
        )

    async def _read_stretches(
        self, known: KeptSource, pending: FullRead, keeper: Keeper
    ) -> FullRead:
        rows = Rows(self._background, narrowed=pending.narrowed)
        prepare = keeper.titles if pending.narrowed else keeper.rows

        def now_pending(left: Sequence[Stretch]) -> FullRead:
            return replace(
                pending,
                stretches=tuple(left),
                newest_edit_at=_later(pending.newest_edit_at, keeper.newest_edit_at),
                gaps=(*pending.gaps, *reader.gaps),
            )

        async def keep(batch: Batch | None, left: Sequence[Stretch]) -> None:
            portion = batch or Batch(at=self._clock())
            await self._keep(known, portion, now_pending(left))
            await self._tell(portion, reader.expected_count)

        reader = Reader(rows, pending.stretches, prepare=prepare, keep=keep)
        await reader.read()
        return now_pending(())

    async def _confirm_missing(self, known: KeptSource, pending: FullRead, keeper: Keeper) -> None:
        """Ask for each row that did not come: only its own page says that it is gone."""
        after_id, until = "", self._clock() + OVERLAP
        while ids := await self._kept.unconfirmed(
            known.data_source_id,
            pending.began_at,
            until,
            after_id=after_id,
            limit=_CONFIRMED_AT_ONCE,
        ):
            batch = await keeper.by_id(ids)
            await self._keep(known, batch, pending)
            after_id = ids[-1]

    async def _keep(self, known: KeptSource, batch: Batch, pending: FullRead | None) -> None:
        told = replace(batch, began_at=self._began_at)
        await self._kept.keep(known.data_source_id, told, pending, owner=self._owner)

    async def _keep_source(self, known: KeptSource) -> KeptSource:
        return await self._kept.keep_source(known, owner=self._owner)

    def _keeper(self, source: Source, known: KeptSource) -> Keeper:
        known_at = known.fetched_at if known.complete else None
        return Keeper(source, self._kept, clock=self._clock, known_at=known_at)

    def _seen_to(
        self, known: KeptSource, newest: datetime | None, *, began_at: datetime
    ) -> datetime | None:
        """The instant on Notion's clock up to which a reading that began then saw every edit.

        Notion was at the newest edit it showed when the reading ended, if not later; and since the
        last reading its clock went on as long as ours did.
        """
        seen = None if newest is None else newest - (self._clock() - began_at)
        if not known.complete or known.newest_edit_at is None:
            return seen
        passed = max(timedelta(0), began_at - known.fetched_at)
        return _later(seen, min(known.newest_edit_at + passed, began_at))

    async def _tell(self, portion: Batch, expected_count: int) -> None:
        self._rows_count += len(portion.rows) + len(portion.confirmed_ids)
        if self._asked.progress is not None:
            total_count = self._rows_count + expected_count
            await self._asked.progress(self._rows_count, total_count, "rows read from Notion")


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)
