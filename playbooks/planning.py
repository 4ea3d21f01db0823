"""How a plan comes to be, is found again, and is shown to a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from playbooks.arguments import PlanKind
from playbooks.bands import Bands
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.plan import Change, JournalEntry, Plan, PlanState, digest_of
from playbooks.plan_kind import Draft
from playbooks.plan_values import about, from_to
from playbooks.rate_limits import WINDOW_CALLS_COUNT
from playbooks.text import listed

UNDECIDED: Final[tuple[PlanState, ...]] = ("planned", "approved")
"""A plan in these states expires."""

CHANGES_SHOWN_COUNT: Final = 20
"""A person reads no more of a diff than this; the resource holds all of it."""

CHANGES_TOLD_COUNT: Final = 200
"""A full report tells no more."""


async def make_plan(desk: Desk, kind: PlanKind, draft: Draft, *, run_id: str, actor: str) -> Plan:
    """Keep the draft as a plan, and journal it; its id sorts by time, as that of its run does.

    Raises StoreUnusable.
    """
    now, connection = desk.clock(), desk.connection.key
    draft_plan = Plan(
        id=f"plan_{run_id.removeprefix('run_')}",
        kind=kind,
        connection=connection,
        created_at=now,
        expires_at=now + timedelta(hours=desk.bands.plan_valid_hours),
        changes=draft.changes,
        requests_count=draft.requests_count,
        undoes=draft.undoes,
        blockers=tuple(finding.what for finding in draft.blockers),
        evidence=draft.evidence,
        digest="",
        outcome={"baseline": dict(draft.baseline)},
    )
    plan = draft_plan.model_copy(update={"digest": digest_of(draft_plan)})
    await desk.store.keep_plan(plan)
    about = {"kind": kind, "digest": plan.digest, "changes_count": len(plan.changes)}
    entry = JournalEntry(at=now, kind="plan", actor=actor, subject=plan.id, after=about)
    await desk.store.append_journal([entry])
    return plan


def attributed(desk: Desk, procedure: str, run_id: str) -> Desk:
    """The desk, every call of Notion recorded under that procedure and run."""
    return replace(
        desk,
        notion=desk.notion and desk.notion.attributed(procedure, run_id),
        mirror=desk.mirror and desk.mirror.attributed(procedure, run_id),
        editor=desk.editor and desk.editor.attributed(procedure, run_id),
        exporter=desk.exporter and desk.exporter.attributed(procedure, run_id),
        maker=desk.maker and desk.maker.attributed(procedure, run_id),
        access=desk.access and desk.access.attributed(procedure, run_id),
    )


def cut_to_size(draft: Draft, kind: PlanKind, bands: Bands) -> Draft:
    """The draft with no more changes than a plan may have; it says how many wait."""
    most = bands.plan_most_restored if kind in {"restore", "undo"} else bands.plan_most_changes
    waiting_count = len(draft.changes) - most
    if waiting_count <= 0:
        return draft
    return replace(
        draft,
        headline=f"{draft.headline} {waiting_count} more wait: apply these, then plan again.",
        changes=draft.changes[:most],
        requests_count=ceil(draft.requests_count * most / len(draft.changes)),
    )


async def find_plan(desk: Desk, plan_id: str) -> Plan:
    """The plan as it stands; one that was not decided upon in time has expired by now.

    Raises:
        PlanUnusable: there is none of that id, it belongs to another workspace, or it is not what
            its digest was made of.
        StoreUnusable: the store cannot be read.
    """
    plan = await desk.store.plan(plan_id)
    if plan is None:
        raise await _unknown(desk, plan_id)
    if plan.connection != desk.connection.key:
        raise PlanUnusable(f"The plan {plan.id} was made for another workspace.", remedy=_ANEW)
    if digest_of(plan) != plan.digest:
        raise PlanUnusable(f"The plan {plan.id} was altered after it was made.", remedy=_ANEW)
    if has_expired(plan, desk.clock()):
        await desk.store.move_plan(plan.id, from_states=UNDECIDED, to="expired")
        return plan.model_copy(update={"state": "expired"})
    return plan


def has_expired(plan: Plan, now: datetime) -> bool:
    """Whether it was not decided upon, or not used, in time."""
    return plan.state in UNDECIDED and now >= plan.expires_at


_ANEW: Final = "Make a new one with plan_change."


async def _unknown(desk: Desk, plan_id: str) -> PlanUnusable:
    known = [plan.id for plan in await desk.store.plans()]
    remedy = f"Known ones, newest first: {listed(known)}." if known else _ANEW
    return PlanUnusable(f"There is no plan {plan_id[:64]!r}.", remedy=remedy)


def unfit(plan: Plan) -> PlanUnusable:
    """Why a plan in its state cannot be approved or applied, and what to do."""
    remedies = {
        "planned": "Approve it first.",
        "approved": "Apply it with apply_plan.",
        "applying": "Call apply_plan to see how far it is.",
        "applied": "Call apply_plan to see what it has brought.",
    }
    told = f"The plan {plan.id} is {plan.state.replace('_', ' ')}."
    return PlanUnusable(told, remedy=remedies.get(plan.state, _ANEW))


def shown_plan(plan: Plan) -> str:
    """The plan for the person who decides: what changes, why, what it costs, its digest."""
    undoing = f", undoes {plan.undoes}" if plan.undoes else ""
    lines = [
        f"Plan {plan.id} ({plan.kind}{undoing}), digest {plan.short_digest}: {cost(plan)}.",
        *diff_lines(plan.changes, plan.id, limit=CHANGES_SHOWN_COUNT),
        *(f"Stands in the way: {blocker}" for blocker in plan.blockers),
    ]
    return "\n".join(lines)


def cost(plan: Plan) -> str:
    """How many changes, how many calls of Notion and minutes they take, and until when."""
    changes = counted(len(plan.changes), "change")
    requests = counted(plan.requests_count, "request")
    minutes = ceil(plan.requests_count / WINDOW_CALLS_COUNT)
    lasting = f" (about {counted(minutes, 'minute')})" if minutes > 1 else ""
    until = f"valid until {plan.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"{changes}, {requests} of Notion{lasting}, {until}"


def diff_lines(
    changes: Sequence[Change], plan_id: str, *, limit: int = CHANGES_TOLD_COUNT
) -> list[str]:
    """The first changes, one a line, and where the others are."""
    lines = [diff_line(change) for change in changes[:limit]]
    hidden = len(changes) - limit
    return [*lines, f"and {hidden} more: playbooks://plans/{plan_id}"] if hidden > 0 else lines


def diff_line(change: Change) -> str:
    """One change: what it is about, from what to what, and what for."""
    purpose = f"  ({change.expected})" if change.expected else ""
    return f"- {about(change)}: {from_to(change)}{purpose}"


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
