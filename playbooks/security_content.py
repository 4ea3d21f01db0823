"""Notion's content looked through: tables and rows by the mirror, pages by backup or live.

Without `live` nothing is asked of Notion: what the mirror and all kept backups hold is looked at.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from playbooks.backups_kept import Kept
from playbooks.block_ids import block_ids
from playbooks.desk import Desk
from playbooks.errors import (
    BackupUnusable,
    CapabilityMissing,
    NotFoundOrNotShared,
    PlaybookError,
)
from playbooks.ports import Progress, View
from playbooks.security_ports import Origin, SecretScanner, Spotted, Text
from playbooks.security_texts import comment_texts, page_texts, property_texts, record_texts
from playbooks.snapshot import Json, RecordKind, Snapshot

_BATCH_COUNT: Final = 4000
_SIDE_BY_SIDE: Final = 8
_CUT: Final = timedelta(minutes=2)
"""Notion cuts times to the minute: what was edited close to a backup may be newer than it."""

Places = Iterable[tuple[str, str]]


@dataclass(slots=True)
class Content:
    """What came of it: hits, how many objects and pages of text, and sentences on what is missing.

    `pages` are all that are known, with when each was edited; `own` those that are no rows, `read`
    those whose text was seen, `heard` those whose comments were asked for now, on every block.
    `unread_backups` are sentences on those that hold what could not be read.
    """

    spotted: list[Spotted] = field(default_factory=list[Spotted])
    objects_count: int = 0
    pages: dict[str, datetime] = field(default_factory=dict[str, datetime])
    own: set[str] = field(default_factory=set[str])
    read: set[str] = field(default_factory=set[str])
    heard: set[str] = field(default_factory=set[str])
    unread_backups: list[str] = field(default_factory=list[str])
    gaps: list[str] = field(default_factory=list[str])
    backup: Snapshot | None = None
    as_of: datetime | None = None

    @property
    def unread_count(self) -> int:
        """Pages of which the text was not seen."""
        return len(self.pages.keys() - self.read)

    @property
    def unheard_count(self) -> int:
        """Pages of which not every comment was asked for."""
        return len(self.pages.keys() - self.heard)


@dataclass(slots=True)
class Looking:
    """One look through the content; `public_ids` are of what can be read on the web."""

    desk: Desk
    scanner: SecretScanner
    public_ids: AbstractSet[str]
    live: bool
    generic: bool
    progress: Progress
    content: Content = field(default_factory=Content)
    _waiting: list[Text] = field(default_factory=list[Text])
    _blocks: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    _backed_up: set[int] = field(default_factory=set[int])

    async def look(self) -> Content:
        """Everything; what fails is a gap, not an end. Cancelled, it ends."""
        await self._tables()
        if self.live:
            await self._own_pages()
        await self._all_backups()
        if self.live:
            await self._texts_of_pages()
            await self._comments_of_pages()
        await self._flush()
        return self.content

    async def _tables(self) -> None:
        mirror = self.desk.mirror
        if mirror is None:
            return
        found = await self._given(self._table_ids)
        for number, table in enumerate(found or ()):
            await self.progress(number, len(found or ()), "rows of Notion")
            opened = partial(mirror.open, table, strategy="FRESH" if self.live else "OFFLINE")
            view = await self._given(opened)
            if view is not None:
                await self._view(view)

    async def _table_ids(self) -> tuple[str, ...]:
        if self.live and self.desk.exporter is not None:
            return tuple(each.id for each in await self.desk.exporter.tables())
        assert self.desk.mirror is not None
        return tuple(each.id for each in await self.desk.mirror.kept())

    async def _view(self, view: View) -> None:
        reading, content = view.reading, self.content
        content.as_of = min(content.as_of or reading.as_of, reading.as_of)
        content.gaps += reading.gaps
        if not reading.complete:
            content.gaps.append(f"Of the table {view.schema.id} not every row was read.")
        await self._see(view.schema.id, property_texts(view.record))
        await self._database_of(view.schema.id)
        async for row in view.records():
            content.pages[row["id"]] = _edited_at(row)
            await self._see(row["id"], property_texts(row))

    async def _database_of(self, table_id: str) -> None:
        """A table's database has a title and a description of its own."""
        if self.live and self.desk.exporter is not None:
            found = await self._given(partial(self.desk.exporter.table, table_id))
            if found is not None:
                await self._see(found[0]["id"], property_texts(found[0]))

    async def _own_pages(self) -> None:
        if self.desk.exporter is None:
            return
        try:
            async for page in self.desk.exporter.pages():
                self.content.pages[page["id"]] = _edited_at(page)
                self.content.own.add(page["id"])
                await self._see(page["id"], property_texts(page))
        except PlaybookError as error:
            self.content.gaps.append(error.problem)

    async def _all_backups(self) -> None:
        """What is kept in backups, each text once: an old one holds what was long removed."""
        backups = self.desk.backups
        if backups is None:
            return
        kept = Kept.of(await backups.snapshots())
        newest = kept.verified
        if newest is not None and newest.manifest.content:
            self.content.backup = newest
        ordered = sorted(kept.snapshots, key=lambda each: each is not newest)
        for snapshot in ordered:
            try:
                await self._kept_in(snapshot)
            except BackupUnusable as error:
                self.content.unread_backups.append(error.problem)
        told = (f"The backup {each.id} cannot be read: {each.why}" for each in kept.broken)
        self.content.unread_backups += told
        self.content.gaps += self.content.unread_backups

    async def _kept_in(self, snapshot: Snapshot) -> None:
        for kind, texts_in in _RECORDS.items():
            await self._records(snapshot, kind, texts_in)

    async def _records(
        self,
        snapshot: Snapshot,
        kind: RecordKind,
        texts_in: Callable[[Json], Iterator[tuple[str, str]]],
    ) -> None:
        assert self.desk.backups is not None
        records: AsyncIterator[tuple[str, str, Json]] = self.desk.backups.records(snapshot.id, kind)
        async for _, record_id, record in records:
            fresh = list(self._fresh(record_id, texts_in(record)))
            if fresh or snapshot is self.content.backup:
                await self._see(record_id, fresh, "backup")
            if kind == "content" and snapshot is self.content.backup:
                self._note_read(record_id, record, snapshot.manifest.started_at - _CUT)

    def _fresh(self, record_id: str, texts: Places) -> Iterator[tuple[str, str]]:
        """Those that no backup had that was read before."""
        for where, text in texts:
            mark = hash((record_id, where, text))
            if mark not in self._backed_up:
                self._backed_up.add(mark)
                yield where, text

    def _note_read(self, page_id: str, blocks: Json, since: datetime) -> None:
        """Live, a backup only tells of pages that were not edited since."""
        if not self.live:
            self.content.pages.setdefault(page_id, since)
        edited_at = self.content.pages.get(page_id)
        if edited_at is not None and edited_at <= since:
            self.content.read.add(page_id)
            if self.live:
                self._blocks[page_id] = tuple(block_ids(blocks))

    async def _texts_of_pages(self) -> None:
        """Page texts that no backup has, as many as the band allows.

        Pages of their own come first, since text is what they are for; then the newest edits.
        """
        content, most = self.content, self.desk.bands.security_most_pages
        edited_first = sorted(
            content.pages.keys() - content.read, key=lambda each: content.pages[each], reverse=True
        )
        unread = sorted(edited_first, key=lambda each: each not in content.own)
        for start in range(0, min(len(unread), most), _SIDE_BY_SIDE):
            await self.progress(start, min(len(unread), most), "texts of pages")
            portion = unread[start : min(start + _SIDE_BY_SIDE, most)]
            await self._portion(portion)

    async def _portion(self, page_ids: Sequence[str]) -> None:
        assert self.desk.exporter is not None
        asked = [partial(self.desk.exporter.content, page_id) for page_id in page_ids]
        outcomes = await self.desk.together(asked, within_s=self.desk.bands.security_page_s)
        for page_id, outcome in zip(page_ids, outcomes, strict=True):
            if outcome.value is not None:
                await self._see(page_id, page_texts(outcome.value))
                self.content.read.add(page_id)
                self._blocks[page_id] = tuple(block_ids(outcome.value))
            elif isinstance(outcome.error, NotFoundOrNotShared):
                self.content.pages.pop(page_id)
            elif outcome.error is not None:
                self._once(outcome.error.problem)

    async def _comments_of_pages(self) -> None:
        """Comments on pages and on each of their blocks, as far as the band allows.

        They do not count as an edit of the page: what a backup has of them may not be all. Pages
        of few calls come first.
        """
        calls_left = self.desk.bands.security_most_comment_calls
        waiting = sorted(self.content.pages.keys() & self._blocks.keys(), key=self._calls_of)
        for number, page_id in enumerate(waiting):
            calls_left -= self._calls_of(page_id)
            if calls_left < 0:
                return
            await self.progress(number, len(waiting), "comments of pages")
            if not await self._comments_of(page_id):
                return

    def _calls_of(self, page_id: str) -> int:
        return 1 + len(self._blocks[page_id])

    async def _comments_of(self, page_id: str) -> bool:
        """Whether there is any use in asking for those of other pages."""
        assert self.desk.exporter is not None
        asked = partial(self.desk.exporter.comments, page_id, self._blocks[page_id])
        (outcome,) = await self.desk.together([asked], within_s=self.desk.bands.security_page_s)
        if outcome.value is not None:
            await self._see(page_id, comment_texts(outcome.value))
            self.content.heard.add(page_id)
        elif isinstance(outcome.error, CapabilityMissing):
            self._once("The integration may not read comments: none was looked through.")
            return False
        elif isinstance(outcome.error, NotFoundOrNotShared):
            self.content.pages.pop(page_id)
        elif outcome.error is not None:
            self._once(outcome.error.problem)
        return True

    def _once(self, gap: str) -> None:
        if gap not in self.content.gaps:
            self.content.gaps.append(gap)

    async def _given(self, asked: Callable[[], Any]) -> Any:
        """What it gives; None, and a gap, where it fails."""
        try:
            return await asked()
        except PlaybookError as error:
            self._once(error.problem)
            return None

    async def _see(self, page_id: str, texts: Places, origin: Origin = "notion") -> None:
        self.content.objects_count += 1
        public = page_id in self.public_ids
        self._waiting += [Text(page_id, where, text, public, origin) for where, text in texts]
        if len(self._waiting) >= _BATCH_COUNT:
            await self._flush()

    async def _flush(self) -> None:
        pieces, self._waiting = self._waiting, []
        if pieces:
            self.content.spotted += await self.scanner.texts(pieces, generic=self.generic)


_RECORDS: Final[Mapping[RecordKind, Callable[[Json], Iterator[tuple[str, str]]]]] = {
    "database": property_texts,
    "data_source": property_texts,
    "page": property_texts,
    "content": page_texts,
    "comments": comment_texts,
    "user": record_texts,
    "setting": record_texts,
}


def _edited_at(page: Json) -> datetime:
    return datetime.fromisoformat(page["last_edited_time"])
