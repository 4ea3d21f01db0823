"""A restore as a person reads it: before it is approved, and after it was checked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.aspects import requests_of
from playbooks.plan import Change
from playbooks.plan_kind import Draft, Request, Trial
from playbooks.planning import counted
from playbooks.rate_limits import WINDOW_CALLS_COUNT
from playbooks.report import Finding, Gate, GateStatus
from playbooks.restore_order import Holdings, Thing, counts_of
from playbooks.restore_request import is_in_place
from playbooks.semantic_diff import Comparison
from playbooks.snapshot import Snapshot
from playbooks.targets import Aspect, Target
from playbooks.text import listed, shown

NEVER: Final = (
    "ids of pages and blocks, times and authors of creation and edits, authors of comments,"
    " sharing, views, page history, numbers of unique ids, results of formulas and rollups,"
    " the place of pages and databases among blocks, bytes of files that Notion hosts"
)
"""What the API lets nobody make again."""

ENOUGH_PERCENT: Final = 99.0
_NAMED_COUNT: Final = 20


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What is to be done, and what was seen on the way.

    `counts` are rows by what they are: missing, changed, equal, newer, in_trash, moved.
    `left` counts what differs, is gone or was not compared and no change is about, by noun.
    `notes` are lines on what is left alone, and on how values would change.
    """

    held: Holdings
    things: Sequence[Thing] = ()
    changes: Sequence[Change] = ()
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    left: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    contents_compared_count: int = 0
    notes: Sequence[str] = ()
    blockers: Sequence[Finding] = ()


def drafted(plan: RestorePlan, snapshot: Snapshot, request: Request) -> Draft:
    """The draft of the plan."""
    requests_count = sum(map(requests_of, plan.changes))
    return Draft(
        headline=_headline(plan, snapshot, request),
        changes=tuple(plan.changes),
        gates=_gates(plan, snapshot, request),
        evidence=(*_evidence(plan, snapshot, requests_count), *plan.notes),
        blockers=tuple(plan.blockers),
        requests_count=requests_count,
        looked_at_count=len(_gates(plan, snapshot, request)),
        measurements={
            "snapshot_id": snapshot.id,
            "snapshot_at": snapshot.manifest.started_at.isoformat(),
            "blocks_count": _blocks_count(plan),
            "minutes": round(requests_count / WINDOW_CALLS_COUNT, 1),
            "beyond_count": sum(plan.held.beyond.values()),
            "left_count": sum(plan.left.values()),
            "contents_compared_count": plan.contents_compared_count,
            **{f"rows_{name}_count": count for name, count in plan.counts.items()},
        },
    )


def _headline(plan: RestorePlan, snapshot: Snapshot, request: Request) -> str:
    """What is brought back, and where; and whatever differs and is not."""
    from_when = f"the snapshot of {snapshot.manifest.started_at:%Y-%m-%d %H:%M} UTC"
    if plan.blockers:
        return f"Nothing can be restored from {from_when} yet."
    left = listed([f"{counted(n, noun)} {what}" for (noun, what), n in plan.left.items()])
    if not plan.changes and left:
        return f"Nothing is put back from {from_when}, though not all is as it was: {left}."
    if not plan.changes:
        return f"Nothing differs from {from_when}."
    by_aspect = Counter(Target.of(change.target).aspect for change in plan.changes)
    words: dict[Aspect, tuple[str, str]] = {
        "made": ("object", "to make again"),
        "trash": ("object", "to take out of the trash"),
        "cell": ("value", "to put back"),
        "column": ("column", "to put back"),
        "content": ("content", "to put into its emptied page"),
    }
    told = [
        f"{counted(by_aspect[aspect], noun)} {what}"
        for aspect, (noun, what) in words.items()
        if by_aspect.get(aspect)
    ]
    where = "where they were" if is_in_place(request) else "below a new page"
    rest = f" What differs besides: {left}." if left else ""
    return f"From {from_when}, {request.scope}, {where}: {', '.join(told)}.{rest}"


def _gates(plan: RestorePlan, snapshot: Snapshot, request: Request) -> tuple[Gate, ...]:
    verified = Gate(name="snapshot", status="ok", reason=f"{snapshot.id} verifies now")
    if is_in_place(request):
        left = [f"{counted(n, noun)} {what}" for (noun, what), n in plan.left.items()]
        told = (
            listed(left, _NAMED_COUNT)
            or "all that is asked for is as it was or will be; comments are not compared"
        )
        status: GateStatus = "warning" if left else "ok"
        return verified, Gate(name="comparison", status=status, reason=told)
    if snapshot.manifest.content:
        return (verified,)
    told = "the snapshot was made without the content of pages: they come back empty"
    return verified, Gate(name="content", status="warning", reason=told)


def _evidence(plan: RestorePlan, snapshot: Snapshot, requests_count: int) -> tuple[str, ...]:
    minutes = requests_count / WINDOW_CALLS_COUNT
    things = [counted(count, kind.replace("_", " ")) for kind, count in _kinds(plan).items()]
    rows = [f"{count} {name.replace('_', ' ')}" for name, count in plan.counts.items() if count]
    pages = counted(plan.contents_compared_count, "page")
    beyond = [f"{why}: {count}" for why, count in plan.held.beyond.most_common()]
    return (
        *([f"holds {listed(things)}"] if things else []),
        *([f"rows: {', '.join(rows)}"] if rows else []),
        *([f"content compared of {pages}"] if plan.contents_compared_count else []),
        f"{counted(requests_count, 'request')} at least: {minutes:.0f} min of the budget",
        f"{counted(_blocks_count(plan), 'block')}, which count for ever in a free workspace",
        f"cannot be made again by anybody: {NEVER}",
        *beyond,
        *snapshot.manifest.warnings,
    )


def _kinds(plan: RestorePlan) -> Mapping[str, int]:
    return counts_of(plan.things)


def _blocks_count(plan: RestorePlan) -> int:
    targets = [Target.of(change.target) for change in plan.changes]
    made = {each.parts[-1] for each in targets if each.aspect in {"made", "linked", "content"}}
    return sum(plan.held.things[each].blocks_count for each in made if each in plan.held.things)


def told_comparison(compared: Comparison) -> Trial:
    """What the check of what was made has found, every difference under its cause."""
    match = compared.match_percent
    causes = Counter(each.why for each in compared.differences if each.why is not None)
    unexplained = [f"{shown(each.place)} of {each.original_id}" for each in compared.unexplained]
    told = [
        "nothing to compare" if match is None else f"{match:.2f} % of the values are the same",
        f"{len(compared.lost)} lost, {len(compared.doubled)} doubled",
        *([f"not as it was: {listed(unexplained, _NAMED_COUNT)}"] if unexplained else []),
        *([f"beyond everybody: {listed(_counted(causes), _NAMED_COUNT)}"] if causes else []),
    ]
    return Trial("; ".join(told), measurements=measured(compared))


def measured(compared: Comparison) -> dict[str, float | int | str | None]:
    """The figures of a comparison."""
    match = compared.match_percent
    return {
        "match_percent": None if match is None else round(match, 3),
        "values_count": compared.values_count,
        "lost_count": len(compared.lost),
        "doubled_count": len(compared.doubled),
        "unexplained_count": len(compared.unexplained),
        "beyond_count": len(compared.differences) - len(compared.unexplained),
    }


def _counted(causes: Counter[str]) -> list[str]:
    return [f"{why} ({count})" for why, count in causes.most_common()]
