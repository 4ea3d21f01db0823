"""What of a snapshot is put back where it was: rows, values, columns and contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.data_ports import Backups, Editor, Exporter, Maker
from playbooks.errors import NotFoundOrNotShared, PlanUnusable
from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.plan_kind import Request
from playbooks.restore_columns import (
    Columns,
    column_back,
    name_of,
    one_way,
    other_side,
    paired,
    value_back,
)
from playbooks.restore_compare import (
    BY_VALUE,
    Pair,
    compare_row,
    has_other_looks,
    is_asked,
    told_columns,
)
from playbooks.restore_contents import MOST_COMPARED_COUNT, Contents
from playbooks.restore_order import Holdings, Thing, below, linked_changes, made_change, roots_of
from playbooks.restore_seen import Seen
from playbooks.restore_told import RestorePlan
from playbooks.snapshot import Json, Snapshot
from playbooks.targets import Target
from playbooks.text import listed, shown

_TABLE: Final = "data_source"


@dataclass(frozen=True, slots=True)
class InPlace:
    """Compares tables with a snapshot of them; every method may raise a NotionError."""

    backups: Backups
    exporter: Exporter
    maker: Maker
    editor: Editor

    async def plan(
        self, snapshot: Snapshot, held: Holdings, request: Request, tables: Sequence[str]
    ) -> RestorePlan:
        """Out of the trash, made again, set back; each only where it is not as it was.

        Raises PlanUnusable for a property that no table in question has.
        """
        seen = Seen()
        for table_id in await self._unearthed(held, request, tables, seen):
            try:
                await self._table(snapshot.id, held, request, table_id, seen)
            except NotFoundOrNotShared:
                seen.leave("table", "gone: it is made again below a new page, without into")
                seen.note(f"table {shown(held.things[table_id].title)} is gone")
        await self._require_known(snapshot.id, request, tables, seen)
        _tell_unknown(held, request, tables, seen)
        if request.scope == "everything":
            await self._pages(snapshot.id, seen)
        if request.scope != "properties":
            await self._contents(snapshot, held, seen)
        made = [made_change(snapshot.id, each, each.parent_id or "") for each in seen.made]
        return RestorePlan(
            held=held,
            things=tuple(seen.made),
            changes=(
                *seen.untrashed,
                *seen.columns,
                *made,
                *linked_changes(snapshot.id, seen.made),
                *seen.cells,
                *seen.contents,
            ),
            counts=seen.counts,
            contents_compared_count=seen.contents_compared_count,
            left=seen.left,
            notes=tuple(seen.notes),
        )

    async def _unearthed(
        self, held: Holdings, request: Request, tables: Sequence[str], seen: Seen
    ) -> tuple[str, ...]:
        """The tables that lie in no trash; databases and pages of their own come out of it.

        What lies below something in the trash comes with it, and can be compared afterwards.
        """
        databases = {held.things[table].parent_id for table in tables}
        buried: set[str | None] = set()
        for thing in below(held, _tops(held, request, databases)):
            if thing.id in databases or (request.scope == "everything" and _is_apart(held, thing)):
                trashed = await self.editor.in_trash(thing.id)
                self._sort(thing, request, seen, trashed=trashed)
                if trashed:
                    buried.add(thing.id)
        waiting = [held.things[each] for each in tables if held.things[each].parent_id in buried]
        if waiting and request.scope not in BY_VALUE:
            seen.leave("table", _LATER, count=len(waiting))
            titles = listed([shown(each.title) for each in waiting])
            seen.note(f"rows of {titles} come out of the trash with it: plan again to compare")
        return tuple(each for each in tables if held.things[each].parent_id not in buried)

    @staticmethod
    def _sort(thing: Thing, request: Request, seen: Seen, *, trashed: bool | None) -> None:
        """A database or a page of its own: to be unearthed, gone, or there."""
        if trashed and request.scope in BY_VALUE:
            seen.leave(thing.kind, "in the trash: out of it with into=original, without scope")
            seen.note(f"{thing.kind} {shown(thing.title)} is in the trash")
        elif trashed:
            seen.untrashed.append(_unearth(thing))
        elif thing.kind == "page" and trashed is None:
            seen.leave("page", "gone: it is made again below a new page, without into")
            seen.note(f"page {shown(thing.title)} is gone")
        elif thing.kind == "page":
            seen.pages[thing.id] = False

    async def _table(
        self, snapshot_id: str, held: Holdings, request: Request, table_id: str, seen: Seen
    ) -> None:
        wanted = await self._wanted(snapshot_id, table_id, request)
        if request.rows and not wanted:
            return
        record = await self.backups.record(snapshot_id, _TABLE, table_id)
        database, now = await self.exporter.table(table_id)
        old, new = (self.maker.essence(_TABLE, each) for each in (record, now))
        columns = paired(old, new)
        if request.scope not in BY_VALUE:
            await self._database(snapshot_id, (old, new), database, seen)
        seen.names |= {name for place in old.keys for name in columns.names(place)}
        back = await self._columns(request, table_id, old, columns, seen)
        there = {row["id"]: row async for row in self.exporter.rows(table_id)}
        if not request.rows:
            seen.leave("row", "newer than it", count=len(there.keys() - wanted.keys()))
        for row_id, row in wanted.items():
            if row_id not in there:
                await self._bring_back(held.things[row_id], seen)
                continue
            seen.rows.add(row_id)
            seen.pages[row_id] = row == there[row_id]
            then, today = (self.maker.essence("page", each) for each in (row, there[row_id]))
            if request.scope != "properties" and has_other_looks(then, today):
                seen.leave("row", "with another icon or cover, left so")
            compare_row(request, Pair(row_id, then, today), columns, seen)
            refilled = (value_back(row_id, place, then, back[place]) for place in back)
            seen.cells += [change for change in refilled if change is not None]

    async def _database(
        self, snapshot_id: str, tables: tuple[Essence, Essence], database: Json, seen: Seen
    ) -> None:
        """Whether it and its table are called and look as they did."""
        record = await self.backups.record(snapshot_id, "database", tables[0].parent_id or "")
        then, today = (self.maker.essence("database", each) for each in (record, database))
        if has_other_looks(*tables) or has_other_looks(then, today):
            seen.leave("database", "with another name or look, left so")
            seen.note(f"database {shown(then.title)} has another name or look by now")

    async def _pages(self, snapshot_id: str, seen: Seen) -> None:
        """Pages of their own that are there: whether they are called and look as they did."""
        apart = {each for each in seen.pages if each not in seen.rows}
        there = {page["id"]: page async for page in self.exporter.pages() if page["id"] in apart}
        seen.leave("page", "that Notion did not list", count=len(apart - there.keys()))
        for page_id, page in there.items():
            record = await self.backups.record(snapshot_id, "page", page_id)
            seen.pages[page_id] = record == page
            then, today = (self.maker.essence("page", each) for each in (record, page))
            if has_other_looks(then, today, but_columns=False):
                seen.leave("page", "edited since, left alone")
                seen.note(f"page {shown(then.title)} has another title or look by now: left alone")

    async def _wanted(
        self, snapshot_id: str, table_id: str, request: Request
    ) -> Mapping[str, Json]:
        """The rows asked for that the snapshot has of the table."""
        return {
            row_id: record
            async for _, row_id, record in self.backups.records(snapshot_id, "page", table_id)
            if not request.rows or row_id in request.rows
        }

    async def _require_known(
        self, snapshot_id: str, request: Request, tables: Sequence[str], seen: Seen
    ) -> None:
        """Also of tables that could not be compared the names are known."""
        if set(request.properties) <= seen.names:
            return
        for table_id in tables:
            record = await self.backups.record(snapshot_id, _TABLE, table_id)
            seen.names |= set(map(name_of, self.maker.essence(_TABLE, record).keys))
        unknown = [shown(name) for name in request.properties if name not in seen.names]
        if unknown:
            known = listed([shown(name) for name in sorted(seen.names)], _NAMES_COUNT)
            told = f"The snapshot has no property {listed(unknown)} there."
            raise PlanUnusable(told, remedy=f"It has: {known}.")

    async def _bring_back(self, row: Thing, seen: Seen) -> None:
        trashed = await self.editor.in_trash(row.id)
        if trashed is None:
            seen.counts["missing"] += 1
            seen.made.append(row)
        elif trashed:
            seen.counts["in_trash"] += 1
            seen.leave("row", _LATER)
            seen.untrashed.append(_unearth(row))
        else:
            seen.counts["moved"] += 1
            seen.leave("row", "somewhere else by now")
            seen.note(f"row {shown(row.title)} stands somewhere else by now: left there")

    async def _columns(
        self, request: Request, table_id: str, old: Essence, columns: Columns, seen: Seen
    ) -> Mapping[str, Json]:
        """Tell what differs, and plan the columns that come back: these by their places."""
        asked = {
            place for place in (*old.keys, *columns.added) if is_asked(request, columns, place)
        }
        for what, places in told_columns(columns).items():
            for place in asked.intersection(places):
                seen.leave("column", what)
                seen.note(f"column {shown(name_of(place))}: {what}")
        back: dict[str, Json] = {}
        for place in columns.gone:
            if place not in asked:
                continue
            if request.scope == "rows" and not request.properties:
                seen.leave("column", "gone: back with scope=properties")
                seen.note(f"column {shown(name_of(place))} is gone")
            elif column := await self._sided(old.values[place], seen):
                back[place] = column
                seen.columns.append(column_back(table_id, place, column))
                seen.sides.add((table_id, name_of(place)))
        return back

    async def _sided(self, column: Json, seen: Seen) -> Json:
        """The column that can come back: both sides of a two-way relation are made as one.

        None for the second of two sides, and for a relation to a table that is gone.
        """
        other = other_side(column)
        if other is None:
            return column
        if other in seen.sides:
            return None
        try:
            is_free = await self.editor.column(*other) is None
        except NotFoundOrNotShared:
            seen.leave("column", "that leads to a table which is gone")
            return None
        if not is_free:
            seen.leave("column", "back as a one-way relation: its other side stands by itself")
        return column if is_free else one_way(column)

    async def _contents(self, snapshot: Snapshot, held: Holdings, seen: Seen) -> None:
        """Compare the blocks of pages, those first that were edited since; within bounds."""
        if not snapshot.manifest.content:
            seen.leave("page", "without its content in the snapshot", count=len(seen.pages))
            return
        contents = Contents(self.backups, self.exporter, self.maker)
        known = seen.pages.keys() - set(snapshot.manifest.unread_content)
        unread_count = len(seen.pages) - len(known)
        seen.leave("page", "without its content in the snapshot", count=unread_count)
        ordered = sorted(known, key=lambda page_id: (seen.pages[page_id], page_id))
        compared = ordered[:MOST_COMPARED_COUNT]
        seen.contents_compared_count = len(compared)
        seen.leave("page", "whose content was not compared", count=len(ordered) - len(compared))
        for page_id in compared:
            page = held.things[page_id]
            standing = await contents.standing(snapshot.id, page_id, {})
            if standing == "empty":
                seen.contents.append(await contents.refill(snapshot.id, page))
            elif standing != "same":
                seen.leave("page", "with another content, left alone")
                seen.note(f"content of {shown(page.title)} is another by now: left alone")


_NAMES_COUNT: Final = 40
_LATER: Final = "compared once out of the trash: plan again"


def _tops(held: Holdings, request: Request, databases: set[str | None]) -> tuple[str, ...]:
    """Below which databases and pages are looked for."""
    if request.scope == "everything":
        return roots_of(held)
    return tuple(each for each in databases if each is not None)


def _tell_unknown(held: Holdings, request: Request, tables: Sequence[str], seen: Seen) -> None:
    """Rows asked for that the snapshot has not, or has elsewhere."""
    for row_id in request.rows:
        row = held.things.get(row_id)
        if row is None:
            seen.leave("row", "unknown to the snapshot")
            seen.note(f"the snapshot holds no row {shown(row_id)}")
        elif row.parent_id not in tables:
            seen.leave("row", "in no table that is asked for")
            seen.note(f"{shown(row.title)} is in no table that is asked for")


def _is_apart(held: Holdings, thing: Thing) -> bool:
    """Whether it is a page and no row."""
    holder = held.things.get(thing.parent_id or "")
    return thing.kind == "page" and (holder is None or holder.kind != _TABLE)


def _unearth(thing: Thing) -> Change:
    target = Target("trash", (thing.id,))
    return Change(target=str(target), before=True, after=False, shown=shown(thing.title))
