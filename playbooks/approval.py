"""A person says yes or no to a plan: bound to its digest, once, before it expires."""

from playbooks.desk import Desk
from playbooks.errors import ApprovalMissing, PlanUnusable
from playbooks.plan import ApprovedBy, JournalEntry, Plan
from playbooks.planning import find_plan, unfit


async def approve(desk: Desk, plan_id: str, *, digest: str, by: ApprovedBy, actor: str) -> Plan:
    """The plan, approved; `digest` is that of the plan which the person saw.

    Raises:
        PlanUnusable: it is not there, not of that digest, or no longer waits for a decision.
        StoreUnusable: the store cannot be read or written.
    """
    plan = await _undecided(desk, plan_id)
    _require_unblocked(plan)
    if plan.digest != digest:
        problem = f"The plan {plan.id} is not the one that was shown: its digest differs."
        raise PlanUnusable(problem, remedy="Show it again, then decide.")
    # Journalled first: nothing is ever approved without an entry, whatever fails in between.
    await _journal(desk, plan, actor, {"decided": "approved", "by": by, "digest": digest})
    now = desk.clock()
    moved = await desk.store.move_plan(
        plan.id, from_states=("planned",), to="approved", approved_by=by, approved_at=now
    )
    if not moved:
        raise unfit(await find_plan(desk, plan_id))
    return await find_plan(desk, plan_id)


async def refuse(desk: Desk, plan_id: str, *, actor: str) -> None:
    """The person said no, which is final.

    Raises:
        PlanUnusable: it is not there, or no longer waits for a decision.
        StoreUnusable: the store cannot be read or written.
    """
    plan = await _undecided(desk, plan_id)
    await _journal(desk, plan, actor, {"decided": "refused"})
    if not await desk.store.move_plan(plan.id, from_states=("planned",), to="refused"):
        raise unfit(await find_plan(desk, plan_id))


async def waiting_for_approval(desk: Desk, plan_id: str) -> Plan | None:
    """The plan, if a person has to decide on it now; None when nobody has to be asked.

    Raises:
        PlanUnusable: it is not there, or something stands in its way.
        StoreUnusable: the store cannot be read.
    """
    plan = await find_plan(desk, plan_id)
    if plan.state != "planned":
        return None
    _require_unblocked(plan)
    return None if plan.kind in desk.standing_approvals else plan


async def approve_by_policy(desk: Desk, plan: Plan) -> Plan:
    """The plan, approved because the user's own configuration file approves its kind.

    Raises ApprovalMissing when it does not.
    """
    if plan.kind not in desk.standing_approvals:
        raise ApprovalMissing(plan.id)
    actor = "the user's configuration file"
    return await approve(desk, plan.id, digest=plan.digest, by="policy", actor=actor)


async def _undecided(desk: Desk, plan_id: str) -> Plan:
    plan = await find_plan(desk, plan_id)
    if plan.state != "planned":
        raise unfit(plan)
    return plan


def _require_unblocked(plan: Plan) -> None:
    if plan.blockers:
        told = f"Something stands in the way of the plan {plan.id}: {'; '.join(plan.blockers)}."
        raise PlanUnusable(told, remedy="Remove it, then make a new plan with plan_change.")


async def _journal(desk: Desk, plan: Plan, actor: str, after: dict[str, str]) -> None:
    entry = JournalEntry(
        at=desk.clock(), kind="approval", actor=actor, subject=plan.id, after=after
    )
    await desk.store.append_journal([entry])
