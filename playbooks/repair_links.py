"""How rows that repeat others, or lead to what is not there, are put right."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from typing import Final

from playbooks.databases import normal
from playbooks.objects import Property
from playbooks.plan import Change
from playbooks.repair_bench import Bench, Mend, change_of, mend_of
from playbooks.repair_values import related, related_ids
from playbooks.row_rules import Failure
from playbooks.row_rules_values import is_empty
from playbooks.rows import Row, Unreadable, Value
from playbooks.targets import Target
from playbooks.text import shown


async def merged(bench: Bench, failure: Failure) -> Mend | None:
    """The later row goes, where the earlier one holds all of it and no page is written in it."""
    earlier, row = bench.others.get(failure.other or ""), failure.row
    if earlier is None or bench.exporter is None or not _is_held(row, earlier):
        return None
    if await bench.exporter.content(row.id) or await bench.exporter.comments(row.id):
        return None
    edited_at = row.last_edited_at.astimezone(UTC).isoformat()
    if await bench.editor.in_trash(row.id, as_edited_at=row.last_edited_at) is not False:
        return Mend("review")
    change = Change(
        target=str(Target("trash", (row.id, edited_at))),
        before=False,
        after=True,
        expected=f"all of it is in https://www.notion.so/{earlier.id.replace('-', '')}",
        shown=shown(failure.title),
    )
    return Mend("review", (change,))


_COMPUTED: Final = frozenset(
    {"created_time", "created_by", "last_edited_time", "last_edited_by", "unique_id"}
    | {"formula", "rollup", "button"}
)


def _is_held(later: Row, earlier: Row) -> bool:
    """Whether every value of the one is in the other."""
    return all(
        value.type in _COMPUTED or _holds(earlier.values.get(name), value)
        for name, value in later.values.items()
    )


def _holds(earlier: Value | None, later: Value) -> bool:
    if is_empty(later.plain):
        return True
    if earlier is None or later.type == "files" or isinstance(later.plain, Unreadable):
        return False
    match later.plain, earlier.plain:
        case str(one), str(other) if later.type == "title":
            return normal(one) == normal(other)
        case tuple() as some, tuple() as others:
            return later.complete and set(some) <= set(others)
        case one, other:
            return one == other


def _relations(bench: Bench) -> Sequence[Property]:
    return [each for each in bench.opened.view.schema.properties if each.type == "relation"]


async def without_trashed(bench: Bench, failure: Failure) -> Mend | None:
    """Rows that are in the trash leave the relation; one that is not shared may well be there."""
    changes, is_unknown = list[Change](), False
    for prop in _relations(bench):
        if is_empty(failure.row.plain(prop.name)):
            continue
        before = await bench.cell(failure.row.id, prop)
        fates = {each: await bench.is_in_trash(each) for each in related_ids(before)}
        kept = [each for each, trashed in fates.items() if not trashed]
        is_unknown = is_unknown or None in fates.values()
        why = f"in the trash: {len(fates) - len(kept)} of the related rows"
        changes.append(change_of(failure, prop, before, related(kept), why))
    mend = mend_of("review", changes)
    return None if is_unknown and not mend.changes else mend


async def both_sides(bench: Bench, failure: Failure) -> Mend | None:
    """The rows that it names are given it in turn."""
    changes = [
        change
        for prop in _relations(bench)
        if prop.synced_property_id is not None and not is_empty(failure.row.plain(prop.name))
        async for change in _backs(bench, failure, prop, prop.synced_property_id)
    ]
    return mend_of("review", changes)


async def _backs(
    bench: Bench, failure: Failure, prop: Property, back_id: str
) -> AsyncIterator[Change]:
    """The rows named that do not name this one in turn."""
    for other_id in related_ids(await bench.cell(failure.row.id, prop)):
        before = await bench.editor.cell(other_id, back_id)
        named = related_ids(before)
        if failure.row.id not in named:
            yield Change(
                target=str(Target("cell", (other_id, back_id))),
                before=before,
                after=related([*named, failure.row.id]),
                expected="the other side of a relation",
                shown=f"{shown(failure.title)} {shown(prop.name)}",
            )
