"""Reads a workspace into the draft of a backup, from where the last call left off; one writer.

Order matters: rows first, then their content, then once more what was edited meanwhile. What is
kept of a changed row's content is forgotten before the row is kept: what lacks its content is
what there is left to read, whenever the process dies.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, Final

from playbooks.backup_state import State, TimeIsUp, Wanted
from playbooks.block_ids import block_ids
from playbooks.data_ports import Draft, Exporter
from playbooks.desk import Desk
from playbooks.errors import (
    CapabilityMissing,
    NoAnswer,
    NotFoundOrNotShared,
    NotionError,
    RateLimited,
    StoreUnusable,
    TokenRefused,
)
from playbooks.ports import Outcome, Progress
from playbooks.snapshot import Json, RecordKind
from playbooks.text import shown

BATCH_COUNT: Final = 100
"""Rows kept at once: a page of a query."""

SIDE_BY_SIDE: Final = 8
"""Pages whose content is read at once; what is kept of them is kept at once."""

_CUT: Final = timedelta(minutes=2)
"""Notion cuts times to the minute, and its index lags: what is near the last start is read again"""

_MINUTE: Final = timedelta(minutes=1)
_SOON: Final = timedelta(hours=1)
_STOPS: Final = (TokenRefused, RateLimited, NoAnswer)
"""After these nothing else is worth asking; anything else may be wrong with one thing alone."""


@dataclass(slots=True)
class Reading:
    """One call's part of a backup; `pages_count` and `contents_count` say how far it is."""

    desk: Desk
    exporter: Exporter
    draft: Draft
    wanted: Wanted
    state: State
    progress: Progress
    pages_count: int = 0
    contents_count: int = 0
    _requests_before: int = 0

    @classmethod
    async def resumed(
        cls, desk: Desk, exporter: Exporter, draft: Draft, *, wanted: Wanted, progress: Progress
    ) -> "Reading":
        """Go on where the draft was left."""
        kept: dict[str, Any] = await draft.noted("state") or {}
        state = State(**kept)
        return cls(
            desk, exporter, draft, wanted, state, progress, _requests_before=state.requests_count
        )

    @property
    def full_at(self) -> datetime:
        """When everything was last read."""
        base = self.wanted.base
        return self.draft.started_at if base is None else base.manifest.full_at

    @property
    def read_at(self) -> dict[str, datetime]:
        """When each place was last read whole: what could not be is as it was in the base."""
        base = self.wanted.base
        before = {} if base is None else base.manifest.read_at
        now = dict.fromkeys(self.state.read, self.draft.started_at)
        places = ("", *self.state.tables)
        return {place: at for place, at in {**before, **now}.items() if place in places}

    def _whole_at(self, place: str) -> datetime | None:
        """When the base read that place whole; None when all of it is to be read now."""
        return None if self.wanted.base is None else self.wanted.base.manifest.read_at.get(place)

    async def read(self) -> None:
        """Everything that is left.

        Raises:
            TimeIsUp: there is more to read, but no time.
            NotionError: Notion stopped answering.
        """
        await self._once("due", self._note_due)
        await self._once("settings", self._settings)
        await self._once("users", self._users)
        await self._once("pages", partial(self._own_pages, again=False))
        await self._tables()
        await self._contents()
        await self._comments_due()
        for table_id in self.state.tables:
            if f"rows/{table_id}" in self.state.unread:
                continue
            await self._once(f"again/{table_id}", partial(self._again, table_id))
        # The search gives all pages, changed or not: what it would find now, the next backup does.
        if self.desk.clock() - self.draft.started_at > _SOON:
            await self._once("again", partial(self._own_pages, again=True))
        await self._contents()
        await self.save()

    async def save(self) -> None:
        """Remember the state for whoever goes on."""
        self.state.requests_count = self._requests_before + self.exporter.requests_count
        self.state.gaps = list(dict.fromkeys([*self.state.gaps, *self.exporter.gaps]))
        await self.draft.note("state", asdict(self.state))

    async def _once(self, step: str, do: Callable[[], Awaitable[None]]) -> None:
        """A step that is not done again, neither by this call nor by the next."""
        if await self.draft.noted(step):
            return
        if self.desk.clock() >= self.wanted.until:
            raise TimeIsUp
        try:
            await do()
        except _STOPS:
            raise
        except NotionError as error:
            self.state.unread[step] = f"{_named(step, self.state)}: {error.problem}"
        else:
            self.state.unread.pop(step, None)
        await self.save()
        await self.draft.note(step, value=True)

    async def _settings(self) -> None:
        told = dict(self.desk.backup_policy.settings())
        try:
            told["tuned"] = dict(await self.desk.store.tuned())
        except StoreUnusable as error:  # the workspace is worth a backup all the same
            self.state.gaps.append(f"Settings tuned by plans: {error.problem}")
        await self._replace("setting", told)

    async def _users(self) -> None:
        users = {str(user["id"]): user async for user in self.exporter.users()}
        await self._replace("user", users)

    async def _replace(self, kind: Any, records: Mapping[str, Json]) -> None:
        """These are all there are of the kind."""
        kept = await self.draft.has(kind)
        await self.draft.drop(kind, sorted(kept.keys() - records.keys()))
        await self.draft.put(kind, [("", key, record) for key, record in records.items()])

    async def _own_pages(self, *, again: bool) -> None:
        """Pages that are no rows: the search gives all of them, so that deletions show."""
        seen = await self._keep_pages("", self.exporter.pages(), again=again)
        await self._forget((await self.draft.has("page")).keys() - seen)
        self._note_read("")

    async def _tables(self) -> None:
        found = {table.id: table.title for table in await self.exporter.tables()}
        for table_id in sorted((await self.draft.has("data_source")).keys() - found.keys()):
            if await self._is_gone(table_id):
                await self._forget_table(table_id)
            else:
                found[table_id] = ""  # the search is not exhaustive: it is there all the same
        self.state.tables = dict(sorted(found.items()))
        for number, table_id in enumerate(self.state.tables):
            await self.progress(number, len(found), "rows of tables")
            await self._once(f"rows/{table_id}", partial(self._table, table_id))

    async def _is_gone(self, table_id: str) -> bool:
        try:
            await self.exporter.table(table_id)
        except NotFoundOrNotShared:
            return True
        return False

    async def _forget_table(self, table_id: str) -> None:
        await self._forget(await self.draft.has("page", table_id))
        await self.draft.drop("data_source", [table_id])
        self.state.gaps.append(f"The table {table_id} of the last backup is not shared any more.")

    async def _table(self, table_id: str) -> None:
        """Schema and rows: those edited since it was last read whole, all of a changed schema."""
        database, table = await self.exporter.table(table_id)
        known, whole_at = await self.draft.record("data_source", table_id), self._whole_at(table_id)
        as_before = known is not None and _columns(known) == _columns(table)
        since = whole_at - _CUT if whole_at is not None and as_before else None
        await self._keep_pages(table_id, self.exporter.rows(table_id, since=since), again=False)
        await self._keep_table(table_id, database, table)
        self._note_read(table_id)

    def _note_read(self, place: str) -> None:
        if place not in self.state.read:
            self.state.read.append(place)

    async def _keep_table(self, table_id: str, database: Json, table: Json) -> None:
        await self.draft.put("database", [("", str(database["id"]), database)])
        await self.draft.put("data_source", [("", table_id, table)])
        await self.draft.note(f"schema/{table_id}", _columns(table))

    async def _again(self, table_id: str) -> None:
        """What was edited while it was read; and what is gone, where that can have happened."""
        database, table = await self.exporter.table(table_id)
        as_before = await self.draft.noted(f"schema/{table_id}") == _columns(table)
        since = self.draft.started_at - _MINUTE if as_before else None
        await self._keep_pages(table_id, self.exporter.rows(table_id, since=since), again=True)
        await self._keep_table(table_id, database, table)
        if self.wanted.base is not None or self.desk.clock() - self.draft.started_at > _SOON:
            await self._sweep(table_id)

    async def _sweep(self, table_id: str) -> None:
        """Forget rows that are gone, and read those that came back from the trash unedited."""
        gaps_before = len(self.exporter.gaps)
        there = {row_id async for row_id in self.exporter.row_ids(table_id)}
        if len(self.exporter.gaps) > gaps_before:
            return
        kept = await self.draft.has("page", table_id)
        gone = kept.keys() - there
        self.state.deleted_count += len(gone)
        await self._forget(gone)
        if there - kept.keys():
            await self._keep_pages(table_id, self.exporter.rows(table_id), again=True)

    async def _keep_pages(
        self, place: str, pages: AsyncIterator[Json], *, again: bool
    ) -> frozenset[str]:
        """Keep them as they come, their content forgotten where they have changed; their ids."""
        kept, seen = await self.draft.has("page", place), set[str]()
        changed_from = self._changed_from(place, again=again)
        async for batch in _batches(pages):
            changed = [each for each in batch if _is_changed(each, kept, changed_from)]
            self.state.changed_count += 0 if again else len(changed)
            self.state.edited_meanwhile_count += len(changed) if again else 0
            await self._forget_content([str(each["id"]) for each in changed])
            await self.draft.put("page", [(place, str(each["id"]), each) for each in batch])
            seen |= {str(each["id"]) for each in batch}
        return frozenset(seen)

    def _changed_from(self, place: str, *, again: bool) -> datetime:
        """A page edited in this minute or later may have changed, although its time has not."""
        if again:
            return self.draft.started_at.replace(second=0, microsecond=0)
        whole_at = self._whole_at(place)
        return datetime.min.replace(tzinfo=UTC) if whole_at is None else whole_at - _CUT

    async def _forget(self, page_ids: Iterable[str]) -> None:
        ids = sorted(page_ids)
        await self._forget_content(ids)
        await self.draft.drop("page", ids)

    async def _forget_content(self, page_ids: Sequence[str]) -> None:
        await self.draft.drop("content", page_ids)
        await self.draft.drop("comments", page_ids)
        for page_id in page_ids:
            self.state.unread.pop(f"content/{page_id}", None)
            self.state.unread.pop(f"comments/{page_id}", None)
            self.state.comments_due.pop(page_id, None)

    async def _contents(self) -> None:
        """Content and comments of every page that has none yet."""
        if not self.wanted.content:
            return
        pending: list[tuple[str, str]] = []
        self.pages_count = 0
        for place in ("", *self.state.tables):
            pages = await self.draft.has("page", place)
            read = (await self.draft.has("content", place)).keys() & pages.keys()
            self.pages_count += len(pages)
            pending += [(place, page_id) for page_id in sorted(pages.keys() - read)]
        unread = [each for each in pending if f"content/{each[1]}" not in self.state.unread]
        self.contents_count = self.pages_count - len(pending)
        for start in range(0, len(unread), SIDE_BY_SIDE):
            await self.progress(self.contents_count, self.pages_count, "content of pages")
            await self._some_contents(unread[start : start + SIDE_BY_SIDE])

    async def _some_contents(self, pages: Sequence[tuple[str, str]]) -> None:
        outcomes = await self._side_by_side(self._content, pages)
        read = [
            (*page, each.value)
            for page, each in zip(pages, outcomes, strict=True)
            if each.value is not None
        ]
        await self.draft.put("comments", [(p, i, parts[1]) for p, i, parts in read if parts[1]])
        await self.draft.put("content", [(p, i, parts[0]) for p, i, parts in read])
        self.contents_count += len(read)
        for (_, page_id), outcome in zip(pages, outcomes, strict=True):
            self._judge("content", page_id, outcome.error)

    async def _side_by_side(
        self, read: Callable[[str], Awaitable[Json]], pages: Sequence[tuple[str, str]]
    ) -> Sequence[Outcome[Json]]:
        left_s = (self.wanted.until - self.desk.clock()).total_seconds()
        if left_s <= 0:
            raise TimeIsUp
        return await self.desk.together(
            [partial(read, page_id) for _, page_id in pages], within_s=left_s
        )

    def _judge(self, kind: str, page_id: str, error: Exception | None) -> None:
        if error is None:
            return
        if isinstance(error, _STOPS) or not isinstance(error, NotionError):
            raise error
        told = f"{kind.title()} of page {page_id}: {error.problem}"
        self.state.unread[f"{kind}/{page_id}"] = told

    async def _note_due(self) -> None:
        """Notion dates no page by its comments: those of pages that had some are read again.

        Of all pages, where the base could not read comments.
        """
        base = self.wanted.base
        if base is None or not self.wanted.content:
            return
        kind: RecordKind = "comments" if base.manifest.comments_read else "content"
        for place in ("", *await self.draft.has("data_source")):
            due = await self.draft.has(kind, place)
            self.state.comments_due |= dict.fromkeys(due, place)

    async def _comments_due(self) -> None:
        while self.state.comments_due and "comments" not in self.state.unread:
            due = list(islice(self.state.comments_due.items(), SIDE_BY_SIDE))
            await self._some_comments([(place, page_id) for page_id, place in due])

    async def _some_comments(self, pages: Sequence[tuple[str, str]]) -> None:
        outcomes = await self._side_by_side(self._comments_again, pages)
        read = [
            (*page, each.value)
            for page, each in zip(pages, outcomes, strict=True)
            if each.value is not None
        ]
        await self.draft.drop("comments", [page_id for _, page_id, found in read if not found])
        await self.draft.put("comments", [each for each in read if each[2]])
        for (_, page_id), outcome in zip(pages, outcomes, strict=True):
            self._judge("comments", page_id, outcome.error)
            if outcome.value is not None or outcome.error is not None:
                self.state.comments_due.pop(page_id)

    async def _content(self, page_id: str) -> tuple[Json, Json]:
        content = await self.exporter.content(page_id)
        return content, await self._comments(page_id, content) or []

    async def _comments_again(self, page_id: str) -> Json:
        """Those of a page whose content is kept; None when they cannot be read."""
        return await self._comments(page_id, await self.draft.record("content", page_id) or [])

    async def _comments(self, page_id: str, content: Json) -> Json:
        if "comments" in self.state.unread:
            return None
        blocks = list(block_ids(content)) if self.wanted.block_comments else []
        try:
            return await self.exporter.comments(page_id, blocks)
        except CapabilityMissing as error:
            self.state.unread["comments"] = f"Comments: {error.problem}"
            return None


def _named(step: str, state: State) -> str:
    """What a step reads, in words."""
    kind, _, table_id = step.partition("/")
    return f"Table {shown(state.tables.get(table_id) or table_id)}" if table_id else kind.title()


def _columns(table: Json) -> str:
    """A digest of the schema: what else there is of a table changes without its rows."""
    told = json.dumps(table.get("properties"), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _is_changed(page: Json, kept: Mapping[str, str], changed_from: datetime) -> bool:
    edited = str(page.get("last_edited_time") or "")
    if not edited or kept.get(str(page["id"])) != edited:
        return True
    return datetime.fromisoformat(edited) >= changed_from


async def _batches(records: AsyncIterator[Json]) -> AsyncIterator[list[Json]]:
    batch: list[Json] = []
    async for record in records:
        batch.append(record)
        if len(batch) == BATCH_COUNT:
            yield batch
            batch = []
    if batch:
        yield batch
