"""How a row that breaks a rule is put right: what is certain, what a person has to look at.

Nothing is invented: a value comes from the row itself, from another that holds all of it, or from
a change of status that two readings saw on one day. Where there is none, nobody but the team knows.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from playbooks.databases import StatusRole, normal
from playbooks.errors import NotFoundOrNotShared
from playbooks.objects import Property
from playbooks.plan import Change
from playbooks.repair_bench import Bench, Mend, change_of, mend_of
from playbooks.repair_links import both_sides, merged, without_trashed
from playbooks.repair_values import (
    chosen,
    has_time,
    is_same_day,
    on_day,
    trimmed,
    without_times,
)
from playbooks.row_rules import Failure
from playbooks.row_rules_values import property_of
from playbooks.rows import Span

Mender: TypeAlias = Callable[[Bench, Failure], Awaitable[Mend | None]]
"""None: nobody but the team knows what is right."""


async def mend(bench: Bench, name: str, failure: Failure) -> Mend | None:
    """The repair of a row that breaks the rule of that name; None where there is none.

    May raise a NotionError.
    """
    mender = mender_of(name)
    try:
        return None if mender is None else await mender(bench, failure)
    except NotFoundOrNotShared:
        return Mend("safe")


def mender_of(name: str) -> Mender | None:
    """The function that repairs rows which break the rule of that name."""
    if name.startswith("unknown_"):
        return lambda bench, failure: _respelled(bench, failure, name.removeprefix("unknown_"))
    if name.startswith("duplicate_"):
        return merged
    return _MENDERS.get(name)


async def _trimmed(bench: Bench, failure: Failure) -> Mend | None:
    prop = bench.prop("title")
    if prop is None or (before := await bench.cell(failure.row.id, prop)) is None:
        return Mend("safe")
    after = trimmed(before)
    if after is None:
        return None
    return mend_of("safe", [change_of(failure, prop, before, after, "spaces around it removed")])


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
    return mend_of(
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
    return mend_of("safe" if sure else "review", changes)


async def _finished(bench: Bench, failure: Failure) -> Mend | None:
    """The status says what the completed date does, where one option means it."""
    prop = bench.prop("status")
    done = [name for name, means in bench.meanings.items() if means == "done"]
    if prop is None or (prop.type != "checkbox" and len(done) != 1):
        return None
    after = {"checkbox": True} if prop.type == "checkbox" else chosen(prop.type, done)
    before = await bench.cell(failure.row.id, prop)
    return mend_of("review", [change_of(failure, prop, before, after, "it has a completed date")])


async def _without_zero(bench: Bench, failure: Failure) -> Mend | None:
    """An hour that nobody entered is no 0; the estimate first."""
    for role in ("estimated_hours", "actual_hours"):
        prop = bench.prop(role)
        if prop is not None and bench.plain(failure, role) == 0:
            before = await bench.cell(failure.row.id, prop)
            after = None if before == {"number": 0} else before
            return mend_of("review", [change_of(failure, prop, before, after, "0 is no hours")])
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
    return mend_of("review", [change_of(failure, prop, before, after, "the option as agreed")])


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
    return mend_of("review", [change_of(failure, prop, before, on_day(days.pop()), why)])


async def _completed_then(bench: Bench, failure: Failure) -> Mend | None:
    return await _observed(bench, failure, "completed", "done")


async def _started_then(bench: Bench, failure: Failure) -> Mend | None:
    return await _observed(bench, failure, "started", "in_progress")


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
    "similar_title": merged,
    "orphan_relation": without_trashed,
    "one_sided_relation": both_sides,
}
