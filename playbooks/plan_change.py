"""Plan a change and preview it: nothing is done before a person approves (P20, P21)."""

from datetime import datetime
from typing import Final

from playbooks.arguments import PlanKind
from playbooks.desk import Desk
from playbooks.plan import Plan
from playbooks.plan_kind import Draft, Request
from playbooks.plan_kinds import module_of, require_fitting
from playbooks.planning import attributed, cost, cut_to_size, diff_line, diff_lines, make_plan
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report, judge
from playbooks.runs import keep

PROCEDURE: Final = "plan_change"

SAMPLE_COUNT: Final = 8
"""Changes that a preview shows; the plan's resource holds all of them."""


async def plan_change(
    desk: Desk, kind: PlanKind, request: Request | None = None, *, actor: str = "unknown"
) -> Report:
    """What would change, why, and the plan's id; writes to our own store alone.

    Nothing to propose is an answer, with the numbers. `actor` goes to the journal.

    Raises:
        ConfigurationInvalid: the configuration has mistakes.
        PlanUnusable: the kind does not know what it is asked for, or there is nothing to undo.
        StoreUnusable: the store cannot be read or written.
        NotionError: what the kind has to read cannot be read.
    """
    desk.require_configuration()
    started, run_id = desk.clock(), desk.new_run_id()
    wanted = request or Request()
    require_fitting(kind, wanted)
    asking = attributed(desk, PROCEDURE, run_id)
    proposed = await module_of(kind).propose(asking, wanted)
    draft = cut_to_size(proposed, kind, desk.bands)
    plan = None
    if draft.changes:
        plan = await make_plan(desk, kind, draft, run_id=run_id, actor=actor)
    report = _report(desk, run_id, started, draft, plan)
    await keep(desk, report)
    return report


def _report(desk: Desk, run_id: str, as_of: datetime, draft: Draft, plan: Plan | None) -> Report:
    judged_count = sum(gate.status != "not_measured" for gate in draft.gates)
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge(draft.gates, draft.blockers),
        headline=draft.headline if plan is None else f"{draft.headline} {cost(plan)}.",
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=as_of,
        age_s=0,
        source="cache",
        coverage=Coverage(
            scanned=judged_count,
            total=draft.looked_at_count,
            complete=judged_count == draft.looked_at_count,
        ),
        gates=draft.gates,
        measurements={**draft.measurements, **_counts(draft, plan)},
        findings=(*draft.blockers, *_evidence(draft, plan)),
        next_actions=_next(plan),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report, _sample(draft, plan))})


def _sample(draft: Draft, plan: Plan | None) -> list[str]:
    """The first changes as the person who decides will see them; foreign text stays fenced."""
    if plan is None:
        return []
    hidden = len(draft.changes) - SAMPLE_COUNT
    more = [f"and {hidden} more: playbooks://plans/{plan.id}"] if hidden > 0 else []
    lines = [diff_line(change) for change in draft.changes[:SAMPLE_COUNT]]
    return ["\n".join(["```diff", *lines, *more, "```"])]


def _counts(draft: Draft, plan: Plan | None) -> dict[str, float | int | str | None]:
    return {
        "changes_count": len(draft.changes),
        "requests_count": draft.requests_count,
        "plan_id": None if plan is None else plan.id,
        "expires_at": None if plan is None else plan.expires_at.isoformat(),
    }


def _evidence(draft: Draft, plan: Plan | None) -> tuple[Finding, ...]:
    """What changes line by line, and what the draft rests on; neither is anything wrong."""
    changing = [] if plan is None else diff_lines(plan.changes, plan.id)
    about = {
        "changes": ("what would change", changing),
        "evidence": ("what it rests on", draft.evidence),
    }
    return tuple(
        Finding(id=f"{PROCEDURE}.{key}", severity="info", what=what, evidence=tuple(lines))
        for key, (what, lines) in about.items()
        if lines
    )


def _next(plan: Plan | None) -> tuple[str, ...]:
    if plan is None or plan.blockers:
        return ()
    return (f"apply_plan with plan_id={plan.id}: asks the user, then applies",)
