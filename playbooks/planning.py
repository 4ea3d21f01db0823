"""How a plan comes to be, is found again, and is shown to a person."""

from datetime import datetime, timedelta
from typing import Final

from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.plan import Change, JournalEntry, Plan, PlanKind, PlanState, digest_of
from playbooks.plan_kind import Draft
from playbooks.text import listed

UNDECIDED: Final[tuple[PlanState, ...]] = ("planned", "approved")
"""A plan in these states expires."""

CHANGES_SHOWN_COUNT: Final = 20
"""A person reads no more of a diff than this; the resource holds all of it."""


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
    hidden = len(plan.changes) - CHANGES_SHOWN_COUNT
    more = [f"and {hidden} more: playbooks://plans/{plan.id}"] if hidden > 0 else []
    lines = [
        f"Plan {plan.id} ({plan.kind}), digest {plan.short_digest}: {cost(plan)}.",
        *(diff_line(change) for change in plan.changes[:CHANGES_SHOWN_COUNT]),
        *more,
        *(f"Stands in the way: {blocker}" for blocker in plan.blockers),
    ]
    return "\n".join(lines)


def cost(plan: Plan) -> str:
    """How many changes, how many calls of Notion they take, and until when."""
    changes = counted(len(plan.changes), "change")
    requests = counted(plan.requests_count, "request")
    return f"{changes}, {requests} of Notion, valid until {plan.expires_at:%Y-%m-%d %H:%M} UTC"


def diff_line(change: Change) -> str:
    """One change: the target, from what to what, and what for."""
    before = "(unset)" if change.before is None else _plain(change.before)
    purpose = f"  ({change.expected})" if change.expected else ""
    return f"- {change.target}: {before} -> {_plain(change.after)}{purpose}"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
