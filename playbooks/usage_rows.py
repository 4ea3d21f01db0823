"""Recorded calls reach Notion as one row a tool, day and ending, in a database marked as ours.

A row per call would fill a free workspace, whose blocks are limited for its lifetime. Each row is
claimed by one process, journalled before it is written, found again by its title, and updated. The
title names the store, and ends with a digest of the calls: a row of another store that holds the
same ones (a lost store's, whose files are imported again) is taken over, its title with it; beside
any other one a row is added, and it is said. Before each update the title is read back: a row that
another store took over meanwhile is that store's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.databases import kind_of
from playbooks.desk import Desk
from playbooks.errors import (
    NotFoundOrNotShared,
    NotionError,
    PlaybookError,
    RequestRefused,
    WriteUnconfirmed,
)
from playbooks.opened import Opened, open_database
from playbooks.plan import JournalEntry
from playbooks.ports import Cells, OwnRows, Progress
from playbooks.rows import Row
from playbooks.tool_samples import RowReader
from playbooks.usage import Bucket, RolledUp
from playbooks.usage_cells import Columns
from playbooks.verdict import Verdict

KIND: Final = kind_of("ai_tool_metrics")

NOT_OURS: Final = "the configuration does not mark ai_tool_metrics as ours"


@dataclass(slots=True)
class Written:
    """What came of it, by bucket; `pending` rows wait, `why_not` says why none can be written.

    `taken_over`: rows of another store that hold just these calls. `beside`: rows of another store
    for the same bucket that may hold the same calls, told by their links. `untold_count`: rows of
    calls without a known ending, which the property cannot leave open.
    """

    added: list[Bucket] = field(default_factory=list[Bucket])
    updated: list[Bucket] = field(default_factory=list[Bucket])
    taken_over: list[Bucket] = field(default_factory=list[Bucket])
    pending: list[Bucket] = field(default_factory=list[Bucket])
    beside: list[str] = field(default_factory=list[str])
    untold_count: int = 0
    why_not: str = ""
    failure: NotionError | None = None


async def write_rows(  # noqa: PLR0913 - for whom, how much, and who is told: all by keyword
    desk: Desk, *, procedure: str, run_id: str, actor: str, most: int, progress: Progress
) -> Written:
    """Write at most so many of the rows that do not hold everything yet.

    What Notion refuses, or another process is writing, waits for the next time. Raises
    StoreUnusable.
    """
    why_not = _why_not(desk)
    if why_not or desk.own_rows is None:
        return Written(why_not=why_not)
    opened = await open_database(desk, KIND, procedure=procedure, run_id=run_id, progress=progress)
    if isinstance(opened, Verdict):
        return Written(why_not=f"ai_tool_metrics cannot be read, {opened.gate.reason}")
    columns = await _columns(desk, opened)
    if isinstance(columns, str):
        return Written(why_not=columns)
    writing = _Writing(desk, desk.own_rows, opened.view.schema.id, columns, actor)
    return await writing.all(most, progress)


def _why_not(desk: Desk) -> str:
    setting = desk.connection.databases.get(KIND.key)
    if desk.connection.read_only:
        return "this server is read-only"
    if setting is None or not setting.ours:
        return NOT_OURS
    return "" if desk.own_rows is not None else "there is nothing to write to"


async def _columns(desk: Desk, opened: Opened) -> Columns | str:
    """Which property holds what; or why no row can be written."""
    filled = opened.roles.filled
    lacking = [role for role in ("tool", "date") if role not in filled]
    if lacking:
        return f"no property of ai_tool_metrics fills {' and '.join(lacking)}"
    title = next(each for each in opened.view.schema.properties if each.type == "title")
    in_percent = "success" in filled and filled["success"].type == "number"
    if in_percent:
        reader = RowReader(opened.names, desk.work.days, lambda _: False)
        async for row in opened.view.rows(list(opened.names.values())):
            reader.read(row)
        in_percent = reader.is_in_percent
    columns = Columns(filled, title, await desk.usage.store_key(), in_percent)
    return columns.misfit() or columns


@dataclass(frozen=True, slots=True)
class _Writing:
    desk: Desk
    rows: OwnRows
    data_source_id: str
    columns: Columns
    actor: str

    async def all(self, most: int, progress: Progress) -> Written:
        waiting = await self.desk.usage.to_write(self.data_source_id)
        told = [row for row in waiting if self.columns.tells(row.bucket)]
        written = Written(
            untold_count=len(waiting) - len(told), pending=[row.bucket for row in told]
        )
        for done, row in enumerate(told[:most], start=1):
            try:
                await self._one(row.bucket, written)
            except NotionError as error:
                written.failure = error
                break
            await progress(done, len(told), "writing rows of ai_tool_metrics")
        return written

    async def _one(self, bucket: Bucket, written: Written) -> None:
        """Under a claim, so that two processes neither double a row nor write older sums."""
        usage, place = self.desk.usage, self.data_source_id
        if not await usage.claim(place, bucket):
            return
        try:
            (row,) = await usage.to_write(place, bucket) or (None,)
            if row is None:
                await usage.release(place, bucket)
                return
            page_id = await self._written(row, written)
        except WriteUnconfirmed:
            raise  # it may still come: the claim runs out by itself once it cannot any more
        except PlaybookError:
            await usage.release(place, bucket)
            raise
        await usage.written(place, bucket, page_id=page_id, records_count=row.records_count)
        written.pending.remove(bucket)

    async def _written(self, row: RolledUp, written: Written) -> str:
        """The id of the row that now holds the calls."""
        bucket, columns = row.bucket, self.columns
        contents = await self.desk.usage.contents(bucket)
        rows = await self.rows.beginning(
            self.data_source_id, columns.title, columns.shared_name_of(bucket)
        )
        ours = self._titled(rows, lambda title: title.startswith(columns.name_of(bucket)))
        others = [each for each in rows if each not in ours]
        known, outcome = _still_ours(row.page_id, ours, others), written.updated
        if known is None:
            same = self._titled(others, lambda title: title.endswith(f", calls {contents}"))
            known, outcome = (same[0].id, written.taken_over) if same else (None, written.added)
            written.beside += [] if same else [each.url for each in others]
        page_id = await self._put(known, row, columns.cells(row, contents))
        outcome.append(bucket)
        return page_id

    def _titled(self, rows: Sequence[Row], fits: Callable[[str], bool]) -> list[Row]:
        return [row for row in rows if fits(str(row.plain(self.columns.title.name)))]

    async def _put(self, page_id: str | None, row: RolledUp, cells: Cells) -> str:
        await self._journal(page_id, row)
        if page_id is None:
            return await self.rows.add(self.data_source_id, cells)
        try:
            await self.rows.change(page_id, cells)
        except (NotFoundOrNotShared, RequestRefused):
            # Somebody threw the row away: the next time it is looked for, and made anew.
            await self.desk.usage.written(
                self.data_source_id, row.bucket, page_id=None, records_count=0
            )
            raise
        return page_id

    async def _journal(self, page_id: str | None, row: RolledUp) -> None:
        after = {
            "calls_count": row.calls_count,
            "response_time_ms": row.response_time_ms,
            "tokens": row.tokens,
            "cost": row.cost,
        }
        entry = JournalEntry(
            at=self.desk.clock(),
            kind="write",
            actor=self.actor,
            subject=f"row of ai_tool_metrics {self.columns.name_of(row.bucket)}",
            before=None if page_id is None else {"page_id": page_id},
            after=after,
        )
        await self.desk.store.append_journal([entry])


def _still_ours(known: str | None, ours: Sequence[Row], others: Sequence[Row]) -> str | None:
    """The row to update, None where one is to be added.

    One of ours that is not known was written by a process which died before it could remember.
    One whose title a person changed is found under none, and stays known.
    """
    if known is not None and all(each.id != known for each in others):
        return known
    return ours[0].id if ours else None
