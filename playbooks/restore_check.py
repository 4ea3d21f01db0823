"""What was made again, read back from Notion and compared with the snapshot."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass

from playbooks.block_ids import block_ids
from playbooks.data_ports import Backups, Exporter, Maker
from playbooks.essence import Essence
from playbooks.plan import Change, Plan
from playbooks.restore_order import PLACE
from playbooks.semantic_diff import Comparison, compare, together
from playbooks.snapshot import Json, RecordKind
from playbooks.targets import Target


@dataclass(frozen=True, slots=True)
class Made:
    """What a plan has made again: from which snapshot, original ids, and new ids by these."""

    snapshot_id: str
    original_ids: frozenset[str]
    ids: Mapping[str, str]


def made_targets(changes: Sequence[Change]) -> tuple[Target, ...]:
    """What the changes make again."""
    targets = (Target.of(change.target) for change in changes)
    return tuple(target for target in targets if target.aspect == "made")


async def what_was_made(maker: Maker, plan: Plan) -> Made | None:
    """Of an applied plan; None when it made nothing."""
    targets = made_targets(plan.changes)
    if not targets:
        return None
    snapshot_id = targets[0].parts[0]
    planned = frozenset(target.parts[1] for target in targets) - {PLACE}
    ids = await maker.new_ids(plan.id)
    return Made(snapshot_id, planned | (ids.keys() - {PLACE}), ids)


class Check:
    """Compares all that was made, one kind of object after the other."""

    def __init__(self, backups: Backups, exporter: Exporter, maker: Maker, made: Made) -> None:
        self._backups = backups
        self._exporter = exporter
        self._maker = maker
        self._made = made
        self._old_ids = {new: old for old, new in made.ids.items()}

    async def compared(self) -> Comparison:
        """All of it. May raise a NotionError or BackupUnusable."""
        tables = [part async for part in self._tables()]
        pages, doubled = await self._pages_there()
        compared = [part async for part in self._pages(pages)]
        return together([*tables, *compared, Comparison(doubled=tuple(doubled))])

    async def _tables(self) -> AsyncIterator[Comparison]:
        async for _, table_id, record in self._records("data_source"):
            new_id = self._made.ids.get(table_id)
            database, table = (None, None) if new_id is None else await self._exporter.table(new_id)
            yield self._compare("data_source", table_id, record, table)
            database_id = self._maker.essence("data_source", record).parent_id
            if database_id in self._made.original_ids:
                old = await self._backups.record(self._made.snapshot_id, "database", database_id)
                yield self._compare("database", database_id, old, database)

    async def _pages_there(self) -> tuple[dict[str, Json], list[str]]:
        """The pages that stand for ours by original id, and new ones that stand for none."""
        there: dict[str, Json] = {}
        doubled: list[str] = []
        new_ids = self._made.ids.values()
        for table_id in await self._tables_with_rows():
            is_new = table_id in new_ids
            async for row in self._exporter.rows(table_id):
                self._sort_in(row, there, doubled if is_new else None)
        async for page in self._exporter.pages():
            is_below = self._maker.essence("page", page).parent_id in new_ids
            self._sort_in(page, there, doubled if is_below else None)
        return there, doubled

    def _sort_in(self, page: Json, there: dict[str, Json], strangers: list[str] | None) -> None:
        original_id = self._old_ids.get(page["id"])
        if original_id is not None:
            there[original_id] = page
        elif strangers is not None:
            strangers.append(page["id"])

    async def _tables_with_rows(self) -> Collection[str]:
        """Where rows were made: new tables, and tables that are still there."""
        places: dict[str, None] = {}
        async for place, page_id, _ in self._backups.records(self._made.snapshot_id, "page"):
            if place and page_id in self._made.original_ids:
                places[self._made.ids.get(place, place)] = None
        return places

    async def _pages(self, there: Mapping[str, Json]) -> AsyncIterator[Comparison]:
        async for _, page_id, record in self._records("page"):
            yield self._compare("page", page_id, record, there.get(page_id))
            if page_id not in there:
                continue
            content = await self._record("content", page_id)
            new_id = self._made.ids[page_id]
            made: Json = await self._exporter.content(new_id) if content else []
            if content:
                yield self._compare("content", page_id, content, made)
            comments = await self._record("comments", page_id)
            if comments:
                on = self._maker.essence("comments", comments).keys.values()
                blocks = list(block_ids(made)) if set(on) - {page_id} else []
                said = await self._exporter.comments(new_id, blocks)
                yield self._compare("comments", page_id, comments, said)

    async def _records(self, kind: RecordKind) -> AsyncIterator[tuple[str, str, Json]]:
        async for place, record_id, record in self._backups.records(self._made.snapshot_id, kind):
            if record_id in self._made.original_ids:
                yield place, record_id, record

    async def _record(self, kind: RecordKind, record_id: str) -> Json:
        return await self._backups.record(self._made.snapshot_id, kind, record_id)

    def _compare(self, kind: RecordKind, original_id: str, old: Json, new: Json) -> Comparison:
        after: Essence | None = None if new is None else self._maker.essence(kind, new)
        before = self._maker.essence(kind, old)
        return compare(original_id, before, after, self._made.ids)
