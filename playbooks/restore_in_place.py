"""What of a snapshot is put back where it was: rows, values, columns and contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.data_ports import Backups, Editor, Exporter, Maker
from playbooks.errors import NotFoundOrNotShared, PlanUnusable
from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.plan_kind import Request
from playbooks.plan_values import short
from playbooks.restore_columns import (
    PROPERTY,
    Columns,
    column_back,
    name_of,
    one_way,
    other_side,
    paired,
    value_back,
)
from playbooks.restore_contents import MOST_COMPARED_COUNT, Contents
from playbooks.restore_order import Holdings, Thing, below, linked_changes, made_change, roots_of
from playbooks.restore_seen import Seen
from playbooks.restore_told import RestorePlan
from playbooks.semantic_diff import comparable, is_too_long
from playbooks.snapshot import Json, Snapshot
from playbooks.targets import Target
from playbooks.text import listed, shown

_TABLE: Final = "data_source"
_BY_VALUE: Final = frozenset({"rows", "properties"})
"""The scopes that put values back over what is there; the others leave edits alone."""


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
        for row_id in request.rows:
            if row_id not in seen.rows:
                seen.leave("row", "unknown to the snapshot")
                seen.note(f"the snapshot holds no row {shown(row_id)}")
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
        if waiting and request.scope not in _BY_VALUE:
            titles = listed([shown(each.title) for each in waiting])
            seen.note(f"rows of {titles} come out of the trash with it: plan again to compare")
        return tuple(each for each in tables if held.things[each].parent_id not in buried)

    @staticmethod
    def _sort(thing: Thing, request: Request, seen: Seen, *, trashed: bool | None) -> None:
        """A database or a page of its own: to be unearthed, gone, or there."""
        if trashed and request.scope in _BY_VALUE:
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
        seen.rows |= wanted.keys()
        if request.rows and not wanted:
            return
        record = await self.backups.record(snapshot_id, _TABLE, table_id)
        _, now = await self.exporter.table(table_id)
        old, new = (self.maker.essence(_TABLE, each) for each in (record, now))
        columns = paired(old, new)
        seen.names |= {name for place in old.keys for name in columns.names(place)}
        back = await self._columns(request, table_id, old, columns, seen)
        there = {row["id"]: row async for row in self.exporter.rows(table_id)}
        if not request.rows:
            seen.leave("row", "newer than it", count=len(there.keys() - wanted.keys()))
        for row_id, row in wanted.items():
            if row_id not in there:
                await self._bring_back(held.things[row_id], seen)
                continue
            seen.pages[row_id] = row == there[row_id]
            then, today = (self.maker.essence("page", each) for each in (row, there[row_id]))
            _compare(request, _Pair(row_id, then, today), columns, seen)
            refilled = (value_back(row_id, place, then, back[place]) for place in back)
            seen.cells += [change for change in refilled if change is not None]

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
            seen.untrashed.append(_unearth(row))
        else:
            seen.counts["moved"] += 1
            seen.leave("row", "somewhere else by now")
            seen.note(f"row {shown(row.title)} stands somewhere else by now: left there")

    async def _columns(
        self, request: Request, table_id: str, old: Essence, columns: Columns, seen: Seen
    ) -> Mapping[str, Json]:
        """Tell what differs, and plan the columns that come back: these by their places."""
        asked = {place for place in old.keys if _is_asked(request, columns, place)}
        for what, places in _told(columns).items():
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
        ordered = sorted(seen.pages, key=lambda page_id: seen.pages[page_id])
        compared = ordered[:MOST_COMPARED_COUNT]
        seen.counts["contents_compared"] = len(compared)
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


def _tops(held: Holdings, request: Request, databases: set[str | None]) -> tuple[str, ...]:
    """Below which databases and pages are looked for."""
    if request.scope == "everything":
        return roots_of(held)
    return tuple(each for each in databases if each is not None)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A row as it was, and as it is."""

    row_id: str
    old: Essence
    new: Essence


def _compare(request: Request, pair: _Pair, columns: Columns, seen: Seen) -> None:
    """One row that is there: values to put back, or to leave alone and tell."""
    asked = [place for place in columns.there if _is_asked(request, columns, place)]
    found = [_cell(pair, place, columns.there[place]) for place in asked]
    changes = [change for change in found if change is not None]
    puts_back = request.scope in _BY_VALUE
    if not changes:
        seen.counts["equal"] += 1
    else:
        seen.counts["changed" if puts_back else "newer"] += 1
        seen.leave("row", "edited since, left alone", count=0 if puts_back else 1)
    for change in changes:
        if puts_back and is_too_long(change.after):
            seen.leave("value", "longer than one request may be")
        elif puts_back:
            seen.cells.append(change)
        told = f"{short(change.after)} in the snapshot, {short(change.before)} now"
        seen.note(f"{change.shown}: {told}" + ("" if puts_back else ": edited since, left alone"))


def _told(columns: Columns) -> Mapping[str, Sequence[str]]:
    """What is left as it is of columns, and why."""
    return {
        "of another type by now, left alone": columns.retyped,
        "gone, and not to be made again here": columns.unmade,
        "renamed since, left so": columns.renamed,
        "with other options or another format, left so": columns.changed,
    }


def _is_apart(held: Holdings, thing: Thing) -> bool:
    """Whether it is a page and no row."""
    holder = held.things.get(thing.parent_id or "")
    return thing.kind == "page" and (holder is None or holder.kind != _TABLE)


def _unearth(thing: Thing) -> Change:
    target = Target("trash", (thing.id,))
    return Change(target=str(target), before=True, after=False, shown=shown(thing.title))


def _is_asked(request: Request, columns: Columns, place: str) -> bool:
    if not place.startswith(PROPERTY):
        return False
    return not request.properties or not columns.names(place).isdisjoint(request.properties)


def _cell(pair: _Pair, place: str, now: str) -> Change | None:
    old, new = pair.old, pair.new
    before, after = new.values.get(now), old.values.get(place)
    is_beyond = place in old.beyond or now in new.beyond
    if is_beyond or now not in new.keys or comparable(before, {}) == comparable(after, {}):
        return None
    return Change(
        target=str(Target("cell", (pair.row_id, new.keys[now]))),
        before=before,
        after=after,
        shown=f"{shown(old.title)} {name_of(place)}",
    )
