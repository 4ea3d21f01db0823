"""How a row that breaks a rule is put right: what is certain, what a person has to look at.

Nothing is invented: a value comes from the row itself, from another that holds all of it, or from
a change of status that two readings saw on one day. Where there is none, nobody but the team knows.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Final, TypeAlias

from playbooks.contract import Contract
from playbooks.data_ports import Editor, Exporter
from playbooks.databases import StatusRole, normal
from playbooks.days import WorkDays
from playbooks.errors import NotFoundOrNotShared
from playbooks.objects import Property
from playbooks.opened import Opened
from playbooks.plan import Change
from playbooks.records import Transition
from playbooks.repair_values import (
    chosen,
    has_time,
    is_same_day,
    on_day,
    related,
    related_ids,
    trimmed,
    without_times,
)
from playbooks.row_rules import Failure, RepairClass
from playbooks.row_rules_values import is_empty, property_of
from playbooks.rows import Plain, Row, Span, Unreadable, Value
from playbooks.targets import Target
from playbooks.text import shown


@dataclass(frozen=True, slots=True)
class Mend:
    """How sure a repair is, and its changes; none when the row has been put right meanwhile."""

    sure: RepairClass
    changes: tuple[Change, ...] = ()


Mender: TypeAlias = Callable[["Bench", Failure], Awaitable[Mend | None]]
"""None: nobody but the team knows what is right."""


@dataclass(slots=True)
class Bench:
    """What repairs of one database's rows need; may raise a NotionError.

    `others` are rows by id that failing rows repeat, `moved` the newest changes of status by row.
    """

    opened: Opened
    contract: Contract
    meanings: Mapping[str, StatusRole]
    days: WorkDays
    today: date
    editor: Editor
    exporter: Exporter | None
    others: Mapping[str, Row] = field(default_factory=dict[str, Row])
    moved: Mapping[str, Transition] = field(default_factory=dict[str, Transition])
    _in_trash: dict[str, bool | None] = field(default_factory=dict[str, bool | None])

    def prop(self, role: str) -> Property | None:
        """The property that plays the role."""
        return self.opened.roles.filled.get(role)

    def plain(self, failure: Failure, role: str) -> Plain:
        """What the row had there when it was checked."""
        prop = self.prop(role)
        return None if prop is None else failure.row.plain(prop.name)

    async def cell(self, page_id: str, prop: Property) -> Any:
        """The value as it is now."""
        return await self.editor.cell(page_id, prop.id)

    async def is_in_trash(self, page_id: str) -> bool | None:
        """Whether a page is in the trash; asked once."""
        if page_id not in self._in_trash:
            self._in_trash[page_id] = await self.editor.in_trash(page_id)
        return self._in_trash[page_id]

    async def mend(self, name: str, failure: Failure) -> Mend | None:
        """The repair of a row that breaks the rule of that name; None where there is none."""
        mender = mender_of(name)
        try:
            return None if mender is None else await mender(self, failure)
        except NotFoundOrNotShared:
            return Mend("safe")


def mender_of(name: str) -> Mender | None:
    """The function that repairs rows which break the rule of that name."""
    if name.startswith("unknown_"):
        return lambda bench, failure: _respelled(bench, failure, name.removeprefix("unknown_"))
    if name.startswith("duplicate_"):
        return _merged
    return _MENDERS.get(name)


def change_of(failure: Failure, prop: Property, before: Any, after: Any, why: str) -> Change:
    """One value of the row."""
    return Change(
        target=str(Target("cell", (failure.row.id, prop.id))),
        before=before,
        after=after,
        expected=why,
        shown=f"{shown(failure.title)} {shown(prop.name)}",
    )


def _mend(sure: RepairClass, changes: Iterable[Change]) -> Mend:
    return Mend(sure, tuple(each for each in changes if each.before != each.after))


async def _trimmed(bench: Bench, failure: Failure) -> Mend | None:
    prop = bench.prop("title")
    if prop is None or (before := await bench.cell(failure.row.id, prop)) is None:
        return Mend("safe")
    after = trimmed(before)
    if after is None:
        return None
    return _mend("safe", [change_of(failure, prop, before, after, "spaces around it removed")])


async def _swapped(bench: Bench, failure: Failure) -> Mend | None:
    """Certain where the two days are plausible the other way round."""
    first, last = bench.prop("started"), bench.prop("completed")
    started, completed = bench.plain(failure, "started"), bench.plain(failure, "completed")
    if first is None or last is None:
        return None
    if not (isinstance(started, Span) and isinstance(completed, Span)):
        return None
    if started.end is not None or completed.end is not None:
        return None
    day = bench.days.local_day
    made = bench.plain(failure, "created")
    created = day(made.start if isinstance(made, Span) else failure.row.created_at)
    plausible = created <= day(completed.start) and day(started.start) <= bench.today
    before = [await bench.cell(failure.row.id, prop) for prop in (first, last)]
    if before != [_as_read(started, before[0]), _as_read(completed, before[1])]:
        return Mend("safe")
    why = "the two dates exchanged"
    return _mend(
        "safe" if plausible else "review",
        [
            change_of(failure, first, before[0], before[1], why),
            change_of(failure, last, before[1], before[0], why),
        ],
    )


def _as_read(plain: Span, value: Any) -> Any:
    """The value when it is still the date that was checked, else nothing that it could be."""
    start = None if value is None else value["date"]["start"]
    return value if start is not None and start[:10] == plain.start.isoformat()[:10] else ()


async def _without_times(bench: Bench, failure: Failure) -> Mend | None:
    """Certain where the day that people read is the one that counts in the zone."""
    changes, sure = list[Change](), True
    for role in ("started", "completed", "due", "created"):
        prop, plain = bench.prop(role), bench.plain(failure, role)
        if prop is None or prop.type != "date" or not isinstance(plain, Span):
            continue
        if has_time(plain) and (before := await bench.cell(failure.row.id, prop)) is not None:
            sure = sure and is_same_day(before, plain, bench.days)
            after = without_times(plain, bench.days)
            changes.append(change_of(failure, prop, before, after, "the day alone"))
    return _mend("safe" if sure else "review", changes)


async def _finished(bench: Bench, failure: Failure) -> Mend | None:
    """The status says what the completed date does, where one option means it."""
    prop = bench.prop("status")
    done = [name for name, means in bench.meanings.items() if means == "done"]
    if prop is None or (prop.type != "checkbox" and len(done) != 1):
        return None
    after = {"checkbox": True} if prop.type == "checkbox" else chosen(prop.type, done)
    before = await bench.cell(failure.row.id, prop)
    return _mend("review", [change_of(failure, prop, before, after, "it has a completed date")])


async def _without_zero(bench: Bench, failure: Failure) -> Mend | None:
    """An hour that nobody entered is no 0; the estimate first."""
    for role in ("estimated_hours", "actual_hours"):
        prop = bench.prop(role)
        if prop is not None and bench.plain(failure, role) == 0:
            before = await bench.cell(failure.row.id, prop)
            after = None if before == {"number": 0} else before
            return _mend("review", [change_of(failure, prop, before, after, "0 is no hours")])
    return None


async def _mapped(bench: Bench, failure: Failure) -> Mend | None:
    expected = bench.contract.properties.get("status")
    known = {*bench.meanings, *(expected.options if expected else ())}
    return await _options_as(bench, failure, bench.prop("status"), known)


async def _respelled(bench: Bench, failure: Failure, word: str) -> Mend | None:
    for expected in bench.contract.expected():
        if expected.word == word:
            schema, roles = bench.opened.view.schema, bench.opened.roles.filled
            prop = property_of(schema, roles, expected)
            return await _options_as(bench, failure, prop, expected.wanted.options)
    return None


async def _options_as(
    bench: Bench, failure: Failure, prop: Property | None, known: Iterable[str]
) -> Mend | None:
    """Options that differ from one known one alone by case, spacing or punctuation."""
    if prop is None or prop.type not in {"select", "status", "multi_select"}:
        return None
    plain = failure.row.plain(prop.name)
    names = (plain,) if isinstance(plain, str) else plain if isinstance(plain, tuple) else ()
    meant = [_only_like(name, known) for name in names]
    right = [name for name in meant if name is not None]
    if not right or len(right) < len(names):
        return None
    before = await bench.cell(failure.row.id, prop)
    if before != chosen(prop.type, names):
        return Mend("review")
    after = chosen(prop.type, list(dict.fromkeys(right)))
    return _mend("review", [change_of(failure, prop, before, after, "the option as agreed")])


def _only_like(name: str, known: Iterable[str]) -> str | None:
    like = [each for each in known if normal(each) == normal(name)]
    return name if name in like else like[0] if len(like) == 1 else None


async def _observed(bench: Bench, failure: Failure, role: str, means: StatusRole) -> Mend | None:
    """The day on which two readings saw the status change to what it is."""
    prop, moved = bench.prop(role), bench.moved.get(failure.row.id)
    if prop is None or moved is None or bench.meanings.get(moved.after or "") != means:
        return None
    days = {bench.days.local_day(each) for each in (moved.not_before, moved.not_after)}
    if len(days) > 1:
        return None
    before = await bench.cell(failure.row.id, prop)
    why = "the status was seen to change that day"
    return _mend("review", [change_of(failure, prop, before, on_day(days.pop()), why)])


async def _completed_then(bench: Bench, failure: Failure) -> Mend | None:
    return await _observed(bench, failure, "completed", "done")


async def _started_then(bench: Bench, failure: Failure) -> Mend | None:
    return await _observed(bench, failure, "started", "in_progress")


async def _merged(bench: Bench, failure: Failure) -> Mend | None:
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


async def _without_trashed(bench: Bench, failure: Failure) -> Mend | None:
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
    mend = _mend("review", changes)
    return None if is_unknown and not mend.changes else mend


async def _both_sides(bench: Bench, failure: Failure) -> Mend | None:
    changes = [
        change
        for prop in _relations(bench)
        if prop.synced_property_id is not None and not is_empty(failure.row.plain(prop.name))
        async for change in _backs(bench, failure, prop, prop.synced_property_id)
    ]
    return _mend("review", changes)


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


_MENDERS: Final[Mapping[str, Mender]] = {
    "spaced_title": _trimmed,
    "completed_before_started": _swapped,
    "clock_time": _without_times,
    "completed_but_open": _finished,
    "zero_hours": _without_zero,
    "unmapped_status": _mapped,
    "done_without_completed": _completed_then,
    "reopened_after_completed": _completed_then,
    "in_progress_without_started": _started_then,
    "similar_title": _merged,
    "orphan_relation": _without_trashed,
    "one_sided_relation": _both_sides,
}
