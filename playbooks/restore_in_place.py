"""What of a snapshot is put back where it was: rows of tables that are still there."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.data_ports import Backups, Editor, Exporter, Maker
from playbooks.errors import NotFoundOrNotShared
from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.plan_kind import Request
from playbooks.plan_values import short
from playbooks.restore_order import (
    Holdings,
    Thing,
    below,
    linked_changes,
    made_change,
    roots_of,
)
from playbooks.restore_told import RestorePlan
from playbooks.semantic_diff import comparable
from playbooks.snapshot import Json, Snapshot
from playbooks.targets import Target
from playbooks.text import shown

_PROPERTY: Final = "property "
_NOTES_COUNT: Final = 40
_TABLE: Final = "data_source"


@dataclass(slots=True)
class _Seen:
    """What was found, and what is to be done about it."""

    counts: Counter[str] = field(default_factory=Counter[str])
    untrashed: list[Change] = field(default_factory=list[Change])
    columns: list[Change] = field(default_factory=list[Change])
    made: list[Thing] = field(default_factory=list[Thing])
    cells: list[Change] = field(default_factory=list[Change])
    notes: list[str] = field(default_factory=list[str])

    def note(self, line: str) -> None:
        if len(self.notes) < _NOTES_COUNT:
            self.notes.append(line)


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
        """Out of the trash, made again, set back; each only where it is not as it was."""
        seen = _Seen()
        if request.scope not in {"rows", "properties"}:
            tables = await self._unearthed(held, tables, seen)
        for table_id in tables:
            try:
                await self._table(snapshot.id, held, request, table_id, seen)
            except NotFoundOrNotShared:
                title = shown(held.things[table_id].title)
                seen.note(f"table {title} is gone: restore it with scope=database")
        for row_id in request.rows:
            if row_id not in held.things:
                seen.note(f"the snapshot holds no row {shown(row_id)}")
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
            ),
            counts=seen.counts,
            notes=tuple(seen.notes),
        )

    async def _unearthed(
        self, held: Holdings, tables: Sequence[str], seen: _Seen
    ) -> tuple[str, ...]:
        """Databases and pages of their own come out of the trash; the tables that lie in none.

        What lies below something in the trash comes with it, and can be compared afterwards.
        """
        databases = {held.things[table].parent_id for table in tables}
        buried: set[str | None] = set()
        for thing in below(held, roots_of(held)):
            is_meant = thing.id in databases or _is_apart(held, thing)
            if is_meant and await self.editor.in_trash(thing.id):
                buried.add(thing.id)
                seen.untrashed.append(_unearth(thing))
        for table in tables:
            if held.things[table].parent_id in buried:
                title = shown(held.things[table].title)
                seen.note(f"rows of {title} come out of the trash with it: plan again to compare")
        return tuple(each for each in tables if held.things[each].parent_id not in buried)

    async def _table(
        self, snapshot_id: str, held: Holdings, request: Request, table_id: str, seen: _Seen
    ) -> None:
        wanted = [row async for row in self._wanted(snapshot_id, table_id, request)]
        if not wanted:
            return
        if request.scope == "properties":
            await self._columns(snapshot_id, request, table_id, seen)
        there = {row["id"]: row async for row in self.exporter.rows(table_id)}
        for row_id, record in wanted:
            if row_id in there:
                self._compare(request, row_id, record, there[row_id], seen)
            else:
                await self._bring_back(held.things[row_id], seen)

    async def _wanted(
        self, snapshot_id: str, table_id: str, request: Request
    ) -> AsyncIterator[tuple[str, Json]]:
        async for _, row_id, record in self.backups.records(snapshot_id, "page", table_id):
            if not request.rows or row_id in request.rows:
                yield row_id, record

    async def _bring_back(self, row: Thing, seen: _Seen) -> None:
        trashed = await self.editor.in_trash(row.id)
        if trashed is None:
            seen.counts["missing"] += 1
            seen.made.append(row)
        elif trashed:
            seen.counts["in_trash"] += 1
            seen.untrashed.append(_unearth(row))
        else:
            seen.counts["moved"] += 1
            seen.note(f"row {shown(row.title)} stands somewhere else by now: left there")

    async def _columns(
        self, snapshot_id: str, request: Request, table_id: str, seen: _Seen
    ) -> None:
        """The columns asked for that are not there any more."""
        record = await self.backups.record(snapshot_id, "data_source", table_id)
        table = self.maker.essence("data_source", record)
        for place, column in table.values.items():
            key = table.keys.get(place)
            if key is None or not _is_asked(request, place):
                continue
            if await self.editor.column(table_id, key) is None:
                name = place.removeprefix(_PROPERTY)
                target = f"column/{table_id}/{name}"
                about = f"column {shown(name)}"
                seen.columns.append(Change(target=target, before=None, after=column, shown=about))

    def _compare(
        self, request: Request, row_id: str, record: Json, there: Json, seen: _Seen
    ) -> None:
        old, new = self.maker.essence("page", record), self.maker.essence("page", there)
        changes = [
            change
            for place in _places(old, new, request)
            if (change := _cell(row_id, place, old, new)) is not None
        ]
        if not changes:
            seen.counts["equal"] += 1
        elif request.scope in {"rows", "properties"}:
            seen.counts["changed"] += 1
            seen.cells += changes
        else:
            seen.counts["newer"] += 1
        for change in changes:
            seen.note(
                f"{change.shown}: {short(change.after)} in the snapshot,"
                f" {short(change.before)} now"
                + ("" if request.scope in {"rows", "properties"} else ": edited since, left alone")
            )


def _is_apart(held: Holdings, thing: Thing) -> bool:
    """Whether it is a page and no row."""
    holder = held.things.get(thing.parent_id or "")
    return thing.kind == "page" and (holder is None or holder.kind != _TABLE)


def _unearth(thing: Thing) -> Change:
    target = Target("trash", (thing.id,))
    return Change(target=str(target), before=True, after=False, shown=shown(thing.title))


def _places(old: Essence, new: Essence, request: Request) -> list[str]:
    """The values that both have a column for, of the properties asked for."""
    return [place for place in old.keys if place in _known(new) and _is_asked(request, place)]


def _known(new: Essence) -> frozenset[str]:
    return frozenset(new.keys)


def _is_asked(request: Request, place: str) -> bool:
    if not place.startswith(_PROPERTY):
        return False
    return not request.properties or place.removeprefix(_PROPERTY) in request.properties


def _cell(row_id: str, place: str, old: Essence, new: Essence) -> Change | None:
    before, after = new.values.get(place), old.values.get(place)
    is_beyond = place in old.beyond or place in new.beyond
    if is_beyond or comparable(before, {}) == comparable(after, {}):
        return None
    return Change(
        target=str(Target("cell", (row_id, new.keys[place]))),
        before=before,
        after=after,
        shown=f"{shown(old.title)} {place.removeprefix(_PROPERTY)}",
    )
