"""Apply an approved plan, verify it, watch what it brings, and take it back if that is worse.

Called again, it goes on: an interrupted plan is finished, an applied one judged. An approval is
used once; two that apply the same plan at once never both do.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from playbooks.approval import approve_by_policy
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable, PlaybookError
from playbooks.plan import Plan, PlanState
from playbooks.plan_kind import Trial
from playbooks.plan_kinds import module_of
from playbooks.plan_report import report_on
from playbooks.plan_steps import SILENT_AFTER_S, Step, Walk, done
from playbooks.planning import find_plan, unfit
from playbooks.report import Report
from playbooks.runs import keep

PROCEDURE: Final = "apply_plan"


async def apply_plan(desk: Desk, plan_id: str, *, actor: str = "unknown") -> Report:
    """How far the plan is, after all was done that can be done now.

    Raises:
        ConfigurationInvalid: the configuration has mistakes.
        ApprovalMissing: nobody has approved it.
        PlanUnusable: it is not there, decided against, expired, or being applied by another.
        StoreUnusable: the store cannot be read or written.
    """
    desk.require_configuration()
    if desk.connection.read_only:
        raise PlanUnusable("This server is read-only.", remedy="Unset read_only to apply plans.")
    plan, trial = await _moved_on(desk, await find_plan(desk, plan_id), actor)
    report = report_on(desk, PROCEDURE, plan, trial)
    await keep(desk, report)
    return report


async def _moved_on(desk: Desk, plan: Plan, actor: str) -> tuple[Plan, Trial | None]:
    """Whatever comes next for a plan in its state."""
    match plan.state:
        case "planned":
            return await _moved_on(desk, await approve_by_policy(desk, plan), actor)
        case "approved" | "applying":
            return await _watched(desk, await _worked_off(desk, plan, actor), actor)
        case "applied":
            return await _watched(desk, plan, actor)
        case "rolled_back" | "failed":
            return plan, None
        case "refused" | "expired":
            raise unfit(plan)


def _walk(desk: Desk, plan: Plan, actor: str) -> Walk:
    return Walk(desk, module_of(plan.kind), plan, actor)


async def _worked_off(desk: Desk, plan: Plan, actor: str) -> Plan:
    """Taken, applied, and given back at once when that is cut short: nobody waits for us then."""
    turn = desk.new_run_id()
    try:
        return await _applied(_walk(desk, await _taken(desk, plan, turn), actor))
    except BaseException:  # a cancellation, too
        give_back = partial(_given_back, desk, plan.id, turn)
        await desk.together([give_back], within_s=_PATIENCE_S, shielded=True)
        raise


_PATIENCE_S: Final = 5
"""How long a store that does not answer keeps somebody who was cancelled."""


async def _given_back(desk: Desk, plan_id: str, turn: str) -> None:
    """The next call may go on at once, provided that it is still we who apply the plan."""
    plan = await desk.store.plan(plan_id)
    if plan is not None and plan.state == "applying" and plan.outcome.get("turn") == turn:
        stopped = {"seen_at": None, "interrupted": "It was stopped."}
        await _moved(desk, plan, "applying", stopped)


async def _taken(desk: Desk, plan: Plan, turn: str) -> Plan:
    """The plan, now ours to apply; PlanUnusable while another one applies it."""
    now = desk.clock()
    seen_at = plan.outcome.get("seen_at")
    if plan.state == "applying" and seen_at is not None:
        silent_s = (now - datetime.fromisoformat(seen_at)).total_seconds()
        if silent_s < SILENT_AFTER_S:
            raise _busy(plan)
    steps: list[Step] = plan.outcome.get("steps", [])
    begun = {"steps": steps, "seen_at": now.isoformat(), "turn": turn, "interrupted": None}
    return await _moved(desk, plan, "applying", begun)


def _busy(plan: Plan) -> PlanUnusable:
    return PlanUnusable(
        f"The plan {plan.id} is being applied by another process.",
        remedy=f"Call apply_plan again in a minute; a process that died is replaced after"
        f" {SILENT_AFTER_S} s.",
    )


async def _applied(walk: Walk) -> Plan:
    """Every step that is still to do, and the state that this comes to."""
    plan, steps = walk.plan, list[Step](walk.plan.outcome["steps"])
    for change in plan.changes[len(steps) :]:
        try:
            steps.append(await walk.forward(change))
        except PlaybookError as error:
            # The approval stands, and the next call goes on: nobody has to be waited for.
            stopped = {"steps": steps, "seen_at": None, "interrupted": error.problem}
            return await _moved(walk.desk, plan, "applying", stopped)
        if steps[-1] == "failed":
            await walk.back(done(plan, steps))
            break
        sign = {"steps": steps, "seen_at": walk.desk.clock().isoformat()}
        plan = await _moved(walk.desk, plan, "applying", sign)
    failed = "failed" in steps or "applied" not in steps
    ended = {"steps": steps, "applied_at": walk.desk.clock().isoformat()}
    return await _moved(walk.desk, plan, "failed" if failed else "applied", ended)


async def _watched(desk: Desk, plan: Plan, actor: str) -> tuple[Plan, Trial | None]:
    """What an applied plan brings: so far, or settled; taken back when it is worse."""
    if plan.state != "applied" or "verdict" in plan.outcome:
        return plan, None
    walk, kept_changes = _walk(desk, plan, actor), done(plan, plan.outcome["steps"])
    since = datetime.fromisoformat(plan.outcome["applied_at"])
    as_applied = plan.model_copy(update={"changes": kept_changes})
    trial = await walk.kind.judge(desk, as_applied, since)
    if trial.until is not None:
        return plan, trial
    if trial.worse:
        await walk.back(kept_changes)
    verdict = {"verdict": trial.says, "measured": dict(trial.measurements)}
    state: PlanState = "rolled_back" if trial.worse else "applied"
    return await _moved(desk, plan, state, verdict), None


async def _moved(desk: Desk, plan: Plan, to: PlanState, changes: Mapping[str, Any]) -> Plan:
    """The plan in that state; PlanUnusable when another process has moved it meanwhile."""
    outcome = {**plan.outcome, **changes}
    if not await desk.store.move_plan(
        plan.id, from_states=(plan.state,), to=to, as_seen=plan, outcome=outcome
    ):
        raise _busy(plan)
    return await find_plan(desk, plan.id)
