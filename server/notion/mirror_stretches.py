"""Reading every row: stretches of creation time, several side by side, resumable."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import anyio
from anyio.abc import TaskGroup

from playbooks.errors import PlaybookError, RequestRefused
from playbooks.mirrored import Batch, Stretch
from server.notion.answers import JSON, read_as
from server.notion.mirror_dividing import Division, Tally
from server.notion.mirror_source import Rows
from server.notion.paging import LARGEST_PAGE, ResultCut
from server.notion.properties import instant_of

SIDE_BY_SIDE: Final = 4
"""Chains of pages at once: at 1.25 s a page they use three requests a second."""

WORTH_GIVING_AWAY_ROWS: Final = 1_000
"""Where less is expected to be left, a chain of its own would cost more than it saves."""

MINUTE: Final = timedelta(minutes=1)
"""Notion cuts its timestamps to the minute."""

Prepare: TypeAlias = Callable[[Sequence[JSON]], Awaitable[Batch]]
"""Makes of rows what is to be kept; several at once."""

Keep: TypeAlias = Callable[[Batch | None, Sequence[Stretch]], Awaitable[None]]
"""Keeps that, and what is left to read, in one step."""


@dataclass(slots=True)
class _Chain:
    """One stretch being read: `since` moves on with the rows, `until` when some is given away.

    `tally` is of the rows of the last minute of the query under way, where they filled a page.
    """

    since: datetime | None
    until: datetime | None
    where: tuple[Mapping[str, Any], ...] = ()
    first: datetime | None = None
    rows_count: int = 0
    tally: Tally = field(default_factory=Tally)

    @property
    def left(self) -> Stretch:
        """What is not read yet."""
        return Stretch(self.since, self.until, self.where)

    @property
    def is_through(self) -> bool:
        return self.since is not None and self.until is not None and self.since >= self.until

    @property
    def expected_count(self) -> float:
        """About how many rows are left, if they lie as densely as those before; 0 if unknown."""
        if self.first is None or self.since is None or self.until is None or self.is_through:
            return 0
        return self.rows_count * ((self.until - self.since) / max(MINUTE, self.since - self.first))

    def advance(self, batch: Sequence[JSON]) -> None:
        """Go on to the creation of the batch's last row."""
        if not batch:
            return
        begun, before = read_as(_created, batch[0]), self.since
        self.first = self.first or begun
        self.since = read_as(_created, batch[-1])
        self.rows_count += len(batch)
        if self.since != before:
            self.tally = Tally()
        if begun == self.since:
            self.tally.add(batch)

    def give_away(self) -> Stretch | None:
        """The later half of what is left, where it is worth it, which is then no longer ours."""
        if self.since is None or self.until is None:
            return None
        middle = (self.since + (self.until - self.since) / 2).replace(second=0, microsecond=0)
        if middle <= self.since or self.expected_count < WORTH_GIVING_AWAY_ROWS:
            return None
        given, self.until = Stretch(middle, self.until, self.where), middle
        return given


class Reader:
    """Reads stretches of a data source and hands on every batch of rows.

    A chain that finds a place free gives away the later half of what it has left, so the chains
    end at about the same time whatever the distribution. Where Notion cuts a query, the chain goes
    on from the last creation. Where one minute holds more, its rows are divided by a property
    until each part can be read; what nothing divides is a gap, and told. `left` is what a later
    Reader has to read when this one is interrupted.
    """

    def __init__(
        self,
        rows: Rows,
        stretches: Sequence[Stretch],
        *,
        prepare: Prepare,
        keep: Keep,
    ) -> None:
        self.gaps: list[str] = []
        self._rows = rows
        self._prepare = prepare
        self._keep = keep
        self._keeping = anyio.Lock()
        self._chains = [_Chain(each.since, each.until, each.where) for each in stretches]
        self._places = anyio.CapacityLimiter(SIDE_BY_SIDE)
        self._failure: PlaybookError | None = None

    @property
    def left(self) -> tuple[Stretch, ...]:
        """What is not read yet."""
        return tuple(chain.left for chain in self._chains)

    @property
    def expected_count(self) -> int:
        """About how many rows are left."""
        return round(sum(chain.expected_count for chain in self._chains))

    async def read(self) -> None:
        """Read to the end; raises the first NotionError or StoreUnusable."""
        async with anyio.create_task_group() as group:
            for chain in tuple(self._chains):
                group.start_soon(self._guarded, group, chain)
        if self._failure is not None:
            raise self._failure

    async def _guarded(self, group: TaskGroup, chain: _Chain) -> None:
        """Out of a task group errors come wrapped; so the first one is kept and raised later."""
        try:
            async with self._places:
                await self._read(group, chain)
        except PlaybookError as error:
            self._failure = self._failure or error
            group.cancel_scope.cancel()

    async def _read(self, group: TaskGroup, chain: _Chain) -> None:
        while not chain.is_through:
            before, chain.tally = chain.since, Tally()
            try:
                await self._follow(group, chain)
                break
            except ResultCut as cut:
                is_one_minute = chain.tally.rows_count == cut.items_count
                if chain.since is not None and (is_one_minute or chain.since == before):
                    await self._divide(group, chain, chain.since)
            except RequestRefused:
                # A cursor dies with its row; the chain goes on without it where it has come on.
                if chain.since != before:
                    continue
                if chain.since is None or not chain.where or chain.tally.rows_count:
                    raise
                self._skip(chain, chain.since, "it refuses to divide them")
        async with self._keeping:
            self._chains.remove(chain)
            await self._keep(None, self.left)

    async def _follow(self, group: TaskGroup, chain: _Chain) -> None:
        """Read pages until the stretch ends."""
        async with aclosing(self._rows.batches(chain.left)) as batches:
            async for batch in batches:
                await self._take(chain, batch)
                if chain.is_through:
                    return
                self._share(group, chain)

    async def _take(self, chain: _Chain, batch: Sequence[JSON]) -> None:
        """Keep the rows and where the chain is by then, which nobody may see apart."""
        newest = await self._newest(chain, batch)
        portion = await self._prepare([*batch, *newest])
        async with self._keeping:
            chain.advance(batch)
            if newest:
                chain.until = read_as(_created, newest[-1]) + MINUTE
            await self._keep(portion, self.left)

    async def _newest(self, chain: _Chain, batch: Sequence[JSON]) -> Sequence[JSON]:
        """The newest page of rows, once it is clear that there are several.

        A chain without an end needs to go no further than to the oldest of them.
        """
        if chain.until is not None or len(batch) < LARGEST_PAGE:
            return ()
        return await self._rows.newest()

    def _share(self, group: TaskGroup, chain: _Chain) -> None:
        if len(self._chains) >= SIDE_BY_SIDE:
            return
        given = chain.give_away()
        if given is not None:
            self._begin(group, given)

    def _begin(self, group: TaskGroup, stretch: Stretch) -> None:
        chain = _Chain(stretch.since, stretch.until, stretch.where)
        self._chains.append(chain)
        group.start_soon(self._guarded, group, chain)

    async def _divide(self, group: TaskGroup, chain: _Chain, minute: datetime) -> None:
        """Leave a minute of which Notion gives a part alone to two chains; the chain goes on."""
        whole = Stretch(minute, minute + MINUTE, chain.where)
        division = await self._division(chain.tally, whole)
        if division is None:
            self._skip(chain, minute, "those that it gives are alike in what a query can ask for")
            return
        for condition in division:
            self._begin(group, replace(whole, where=(*whole.where, condition)))
        chain.since = whole.until

    async def _division(self, tally: Tally, stretch: Stretch) -> Division | None:
        """What divides the rows; where their titles do not, other properties are looked at."""
        division = tally.division(stretch.where)
        if division is not None or not self._rows.narrowed:
            return division
        closer = Tally()
        with suppress(ResultCut):
            async for batch in replace(self._rows, narrowed=False).batches(stretch):
                closer.add(batch)
        return closer.division(stretch.where)

    def _skip(self, chain: _Chain, minute: datetime, why: str) -> None:
        self.gaps.append(
            f"Some rows created in the minute {minute:%Y-%m-%d %H:%M} UTC are missing: Notion gives"
            f" only a part of so many at once, and {why}. Waiting does not help; a number in each"
            " row, as a property of type ID gives, does."
        )
        chain.since = minute + MINUTE


def _created(page: JSON) -> datetime:
    return instant_of(page["created_time"])
