"""Apply an approved plan, verify it, watch what it brings, and take it back if that is worse.

Called again, it goes on: an interrupted plan is finished, an applied one judged. An approval is
used once; two that apply the same plan at once never both do. A step costs the same however many
there are.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from playbooks.approval import approve_by_policy
from playbooks.desk import Desk, silent
from playbooks.errors import PlanUnusable, PlaybookError
from playbooks.plan import JournalEntry, Plan, PlanState, Step
from playbooks.plan_kind import Prepared, Trial, Tried, Unprepared
from playbooks.plan_kinds import module_of
from playbooks.plan_report import report_on
from playbooks.plan_steps import Walk, done, steps_of, verdict
from playbooks.planning import attributed, counted, find_plan, unfit
from playbooks.ports import Progress
from playbooks.report import Report
from playbooks.runs import keep

PROCEDURE: Final = "apply_plan"


async def apply_plan(
    desk: Desk,
    plan_id: str,
    *,
    actor: str = "unknown",
    by_hand: bool = True,
    progress: Progress = silent,
) -> Report:
    """How far the plan is, after all was done that can be done now.

    `progress` is told of each step. Cancelled `by_hand`, it goes on at the next call alone.

    Raises:
        ConfigurationInvalid: the configuration has mistakes.
        ApprovalMissing: nobody has approved it.
        PlanUnusable: it is not there, decided against, expired, or being applied by another.
        StoreUnusable: the store cannot be read or written.
    """
    desk.require_configuration()
    if desk.connection.read_only:
        raise PlanUnusable("This server is read-only.", remedy="Unset read_only to apply plans.")
    run_id, found = desk.new_run_id(), await find_plan(desk, plan_id)
    at_work = attributed(desk, PROCEDURE, run_id)
    plan, trial = await _moved_on(Walk(at_work, found, actor, by_hand, progress))
    report = report_on(desk, run_id, plan, await steps_of(desk, plan), trial)
    await keep(desk, report)
    return report


async def _moved_on(walk: Walk) -> tuple[Plan, Trial | None]:
    """Whatever comes next for a plan in its state."""
    plan = walk.plan
    match plan.state:
        case "planned":
            approved = await approve_by_policy(walk.desk, plan)
            return await _moved_on(replace(walk, plan=approved))
        case "approved" | "applying":
            return await _watched(replace(walk, plan=await _worked_off(walk)))
        case "applied":
            return await _watched(walk)
        case "rolled_back" | "failed":
            return plan, None
        case "refused" | "expired":
            raise unfit(plan)


async def _worked_off(walk: Walk) -> Plan:
    """Taken, applied, and given back at once when that is cut short: nobody waits for us then."""
    plan = walk.plan
    async with walk.desk.store.turn(plan.id, by_hand=walk.by_hand) as turn:
        if turn is None:
            raise _busy(plan)
        begun = await _moved(walk.desk, plan, "applying", {"interrupted": None})
        return await _applied(replace(walk, plan=begun), turn)


def _busy(plan: Plan) -> PlanUnusable:
    return PlanUnusable(
        f"The plan {plan.id} is being applied by another process.",
        remedy="Call apply_plan again in a minute; a process that died is replaced.",
    )


async def _applied(walk: Walk, turn: str) -> Plan:
    """Every step that is still to do, and the state that this comes to."""
    desk, plan = walk.desk, walk.plan
    try:
        walk = replace(walk, plan=await _prepared(walk))
        plan = walk.plan
        steps = await _stepped(walk, turn)
        judged = verdict(steps, len(plan.changes))
        if judged == "canary failed":
            await walk.back(done(plan, steps))
    except PlanUnusable:
        raise
    except Unprepared as error:
        return await _moved(desk, plan, "failed", {"ended": "not prepared", "why": error.problem})
    except PlaybookError as error:
        # The approval stands: the outbox or the next call goes on, and nobody is waited for.
        return await _moved(desk, plan, "applying", {"interrupted": error.problem})
    ended = {"ended": judged, "applied_at": desk.clock().isoformat()}
    return await _moved(desk, plan, "applied" if judged == "done" else "failed", ended)


async def _prepared(walk: Walk) -> Plan:
    """The plan after what its kind has to do before the first change; done once, and journalled."""
    desk, plan, kind = walk.desk, walk.plan, module_of(walk.plan.kind)
    if not isinstance(kind, Prepared) or "prepared" in plan.outcome:
        return plan
    told = dict(await kind.prepare(desk, plan))
    entry = JournalEntry(
        at=desk.clock(), kind="plan", actor=walk.actor, subject=f"{plan.id} prepared", after=told
    )
    await desk.store.append_journal([entry])
    return await _moved(desk, plan, "applying", {"prepared": told})


async def _stepped(walk: Walk, turn: str) -> list[Step]:
    """The steps, done until they are all done or must not go on."""
    store, plan = walk.desk.store, walk.plan
    steps, count = list(await steps_of(walk.desk, plan)), len(plan.changes)
    while verdict(steps, count) == "go on":
        change, number = plan.changes[len(steps)], len(steps)
        step = await walk.forward(change)
        if not await store.add_step(plan.id, number, step, turn=turn):
            raise _busy(plan)
        steps.append(step)
        await walk.progress(len(steps), count, f"{plan.kind}: {counted(len(steps), 'change')}")
    return steps


async def _watched(walk: Walk) -> tuple[Plan, Trial | None]:
    """What an applied plan brings: so far, or settled; taken back when it is worse."""
    desk, plan = walk.desk, walk.plan
    kind = module_of(plan.kind)
    if plan.state != "applied" or "verdict" in plan.outcome or not isinstance(kind, Tried):
        return plan, None
    kept_changes = done(plan, await steps_of(desk, plan))
    if not kept_changes:
        return plan, None
    since = datetime.fromisoformat(plan.outcome["applied_at"])
    as_applied = plan.model_copy(update={"changes": kept_changes})
    trial = await kind.judge(desk, as_applied, since)
    if trial.until is not None:
        return plan, trial
    if trial.worse:
        await walk.back(kept_changes)
    settled = {"verdict": trial.says, "measured": dict(trial.measurements)}
    state: PlanState = "rolled_back" if trial.worse else "applied"
    return await _moved(desk, plan, state, settled), None


async def _moved(desk: Desk, plan: Plan, to: PlanState, changes: Mapping[str, Any]) -> Plan:
    """The plan in that state; PlanUnusable when another process has moved it meanwhile."""
    outcome = {**plan.outcome, **changes}
    if not await desk.store.move_plan(
        plan.id, from_states=(plan.state,), to=to, as_seen=plan, outcome=outcome
    ):
        raise _busy(plan)
    return await find_plan(desk, plan.id)
