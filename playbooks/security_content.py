"""Notion's content looked through: tables and rows by the mirror, pages by backup or live.

Without `live` nothing is asked of Notion: what the mirror and the newest backup hold is looked at.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from playbooks.backups_kept import Kept
from playbooks.desk import Desk
from playbooks.errors import (
    BackupUnusable,
    CapabilityMissing,
    NotFoundOrNotShared,
    PlaybookError,
)
from playbooks.objects import DataSource
from playbooks.ports import Progress, View
from playbooks.security_ports import Origin, SecretScanner, Spotted, Text
from playbooks.security_texts import comment_texts, page_texts, property_texts, row_texts
from playbooks.snapshot import Json, Snapshot

_BATCH_COUNT: Final = 4000
_SIDE_BY_SIDE: Final = 8
_CUT: Final = timedelta(minutes=2)
"""Notion cuts times to the minute: what was edited close to a backup may be newer than it."""

Places = Iterable[tuple[str, str]]


@dataclass(slots=True)
class Content:
    """What came of it: hits, how many objects and pages of text, and sentences on what is missing.

    `pages` are all that are known, with when each was edited; `own` those that are no rows, `read`
    those whose text was seen.
    """

    spotted: list[Spotted] = field(default_factory=list[Spotted])
    objects_count: int = 0
    pages: dict[str, datetime] = field(default_factory=dict[str, datetime])
    own: set[str] = field(default_factory=set[str])
    read: set[str] = field(default_factory=set[str])
    gaps: list[str] = field(default_factory=list[str])
    backup: Snapshot | None = None
    as_of: datetime | None = None

    @property
    def unread_count(self) -> int:
        """Pages of which the text was not seen."""
        return len(self.pages.keys() - self.read)


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

    async def look(self) -> Content:
        """Everything; what fails is a gap, not an end. Cancelled, it ends."""
        await self._tables()
        if self.live:
            await self._own_pages()
        await self._backup()
        if self.live:
            await self._texts_of_pages()
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
        await self._see(view.schema.id, _schema_texts(view.schema))
        async for row in view.rows():
            content.pages[row.id] = row.last_edited_at
            await self._see(row.id, row_texts(row))

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

    async def _backup(self) -> None:
        """What the newest good backup holds; live, only of pages that were not edited since."""
        backups = self.desk.backups
        if backups is None:
            return
        kept = Kept.of(await backups.snapshots()).verified
        if kept is None or not kept.manifest.content:
            return
        self.content.backup = kept
        try:
            await self._records(kept, "page", property_texts)
            await self._records(kept, "content", page_texts)
            await self._records(kept, "comments", comment_texts)
        except BackupUnusable as error:
            self.content.gaps.append(error.problem)

    async def _records(
        self, kept: Snapshot, kind: Any, texts_in: Callable[[Json], Iterator[tuple[str, str]]]
    ) -> None:
        assert self.desk.backups is not None
        since = kept.manifest.started_at - _CUT
        records: AsyncIterator[tuple[str, str, Json]] = self.desk.backups.records(kept.id, kind)
        async for _, page_id, record in records:
            await self._see(page_id, texts_in(record), "backup")
            if kind == "content" and not self.live:
                self.content.pages.setdefault(page_id, since)
            edited_at = self.content.pages.get(page_id)
            if kind == "content" and edited_at is not None and edited_at <= since:
                self.content.read.add(page_id)

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
        asked = [partial(self._page, page_id) for page_id in page_ids]
        outcomes = await self.desk.together(asked, within_s=self.desk.bands.security_page_s)
        for page_id, outcome in zip(page_ids, outcomes, strict=True):
            if outcome.value is not None:
                blocks, comments = outcome.value
                await self._see(page_id, [*page_texts(blocks), *comment_texts(comments)])
                self.content.read.add(page_id)
            elif isinstance(outcome.error, NotFoundOrNotShared):
                self.content.pages.pop(page_id)
            elif outcome.error is not None and outcome.error.problem not in self.content.gaps:
                self.content.gaps.append(outcome.error.problem)

    async def _page(self, page_id: str) -> tuple[Json, Json]:
        exporter = self.desk.exporter
        assert exporter is not None
        blocks = await exporter.content(page_id)
        try:
            return blocks, await exporter.comments(page_id)
        except CapabilityMissing:
            self._once("The integration may not read comments: none was looked through.")
            return blocks, []

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


def _schema_texts(schema: DataSource) -> Iterator[tuple[str, str]]:
    yield "title", schema.title
    for prop in schema.properties:
        yield "name of a property", prop.name
        for option in prop.options:
            yield f"option of {prop.name}", option.name


def _edited_at(page: Json) -> datetime:
    return datetime.fromisoformat(page["last_edited_time"])
