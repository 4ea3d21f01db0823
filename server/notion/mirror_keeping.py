"""From rows as Notion gives them to what changes in the copy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from playbooks.clock import Clock
from playbooks.errors import NotFoundOrNotShared
from playbooks.mirrored import Batch, KeptRow
from playbooks.records import Transition
from server.notion.answers import JSON, read_as
from server.notion.mirror_kept import Kept
from server.notion.mirror_pages import hash_of, incomplete_in, is_row_of, kept_row, states_of
from server.notion.mirror_source import Source
from server.notion.properties import instant_of
from server.notion.side_by_side import side_by_side

OVERLAP: Final = timedelta(minutes=2)
"""Timestamps are cut to the minute, and an edit may be seen a little late."""

SIDE_BY_SIDE: Final = 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row as it comes, beside what is kept of it."""

    page: JSON
    hash: str
    kept: KeptRow | None

    @property
    def is_edited(self) -> bool:
        """Whether something that matters differs; a row seen first counts."""
        return self.kept is None or self.kept.hash != self.hash

    @property
    def is_as_kept(self) -> bool:
        """Whether nothing at all differs.

        Of a list that is longer than what a page shows, the rest may differ unseen.
        """
        if self.kept is None or self.is_edited:
            return False
        edited_at = instant_of(self.page["last_edited_time"])
        if edited_at != self.kept.last_edited_at:
            return False
        return edited_at < self.kept.fetched_at - OVERLAP or not incomplete_in(self.page)


class Keeper:
    """Prepares what one refresh changes. `known_at` is when the copy was last up to date.

    `edits_count` counts rows that are new, differ or are gone; `newest_edit_at` is the newest edit
    seen. Methods may raise NotionError and StoreUnusable.
    """

    def __init__(
        self, source: Source, kept: Kept, *, clock: Clock, known_at: datetime | None
    ) -> None:
        self.edits_count = 0
        self.newest_edit_at: datetime | None = None
        self._source = source
        self._kept = kept
        self._clock = clock
        self._known_at = known_at

    async def rows(self, pages: Sequence[JSON]) -> Batch:
        """What whole rows change; lists that they show in part are completed."""
        at = self._clock()
        kept = await self._kept.rows_by_id(self._source.id, _ids(pages))
        unique = {page["id"]: page for page in pages}.values()
        present = [page for page in unique if is_row_of(page, self._source.id)]
        gone_ids = list(kept.keys() - _ids(present))
        seen = [_Seen(page, read_as(hash_of, page), kept.get(page["id"])) for page in present]
        changed = [each for each in seen if not each.is_as_kept]
        self._note(pages, sum(each.is_edited for each in seen) + len(gone_ids))
        transitions = [found for each in changed for found in self._transitions(each, at)]
        await side_by_side(changed, self._complete, most_count=SIDE_BY_SIDE)
        return Batch(
            at=at,
            rows=[kept_row(each.page, hashed=each.hash, fetched_at=at) for each in changed],
            confirmed_ids=[each.page["id"] for each in seen if each.is_as_kept],
            gone_ids=gone_ids,
            transitions=transitions,
        )

    async def titles(self, pages: Sequence[JSON]) -> Batch:
        """What narrowed rows change: those that are kept otherwise, or not at all, are read."""
        kept = await self._kept.rows_by_id(self._source.id, _ids(pages))
        unknown_ids = [
            page["id"]
            for page in pages
            if page["id"] not in kept
            or kept[page["id"]].last_edited_at != instant_of(page["last_edited_time"])
        ]
        read = await self.by_id(unknown_ids)
        confirmed = {*_ids(pages)}.difference(unknown_ids)
        return replace(read, confirmed_ids=[*read.confirmed_ids, *confirmed])

    async def by_id(self, ids: Sequence[str]) -> Batch:
        """What the pages themselves change; a row is gone only when its page says so, or a 404."""
        pages = await side_by_side(ids, self._page, most_count=SIDE_BY_SIDE)
        found = await self.rows([page for page in pages if page is not None])
        lost = [each for each, page in zip(ids, pages, strict=True) if page is None]
        self.edits_count += len(lost)
        return replace(found, gone_ids=[*found.gone_ids, *lost])

    async def _page(self, page_id: str) -> JSON | None:
        try:
            return await self._source.page(page_id)
        except NotFoundOrNotShared:
            return None

    async def _complete(self, seen: _Seen) -> None:
        """Put whole lists in the place of those that the page shows in part."""
        for name, raw in incomplete_in(seen.page):
            kind: str = raw["type"]
            try:
                items = await self._source.items(seen.page["id"], raw["id"], kind)
            except NotFoundOrNotShared:
                return  # gone meanwhile: the next refresh sees it
            seen.page["properties"][name] = {**raw, kind: items, "has_more": False}

    def _transitions(self, seen: _Seen, at: datetime) -> list[Transition]:
        if seen.kept is None or not seen.is_edited:
            return []
        before, after = states_of(json.loads(seen.kept.body)), states_of(seen.page)
        not_before = max(seen.kept.fetched_at, self._known_at or seen.kept.fetched_at)
        return [
            Transition(seen.kept.id, key, before[key].name, state.name, not_before, at)
            for key, state in after.items()
            if key in before and before[key].id != state.id
        ]

    def _note(self, pages: Sequence[JSON], edits_count: int) -> None:
        self.edits_count += edits_count
        edits = [instant_of(page["last_edited_time"]) for page in pages]
        if self.newest_edit_at is not None:
            edits.append(self.newest_edit_at)
        self.newest_edit_at = max(edits, default=None)


def _ids(pages: Sequence[JSON]) -> list[str]:
    return [page["id"] for page in pages]
