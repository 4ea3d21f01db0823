"""How far a plan is, as a report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from playbooks.desk import Desk
from playbooks.plan import Plan, Step
from playbooks.plan_kind import Measurements, Trial
from playbooks.plan_steps import came_to
from playbooks.planning import counted, diff_lines
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Gate, Report, judge

PROCEDURE = "apply_plan"


def report_on(
    desk: Desk, run_id: str, plan: Plan, steps: Sequence[Step], trial: Trial | None
) -> Report:
    """The report on a plan that was begun; `trial` is what it has brought so far, if that counts.

    `measurements` hold the plan's state and the figures of the trial, settled or not.
    """
    gates = (_steps_gate(plan, steps), *_trial_gates(plan, trial))
    findings = _findings(plan, steps)
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge(gates, findings),
        headline=_headline(plan, steps, trial),
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=desk.clock(),
        age_s=0,
        source="live",
        coverage=Coverage(
            scanned=len(steps),
            total=len(plan.changes),
            complete=len(steps) == len(plan.changes),
        ),
        gates=gates,
        measurements={
            "plan_id": plan.id,
            "state": plan.state,
            "changes_count": len(plan.changes),
            "changes_applied_count": steps.count("applied"),
            "changes_found_count": steps.count("found"),
            "changes_skipped_count": steps.count("skipped"),
            "changes_failed_count": steps.count("failed"),
            "measured_until": _until(trial),
            **_measured(plan, trial),
        },
        findings=findings,
        next_actions=_next(plan, steps, trial),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


def _headline(plan: Plan, steps: Sequence[Step], trial: Trial | None) -> str:
    match plan.state:
        case "applied" if trial is not None and trial.until is not None:
            return f"Applied; what it brings is measured until {_instant(trial.until)}."
        case "applied" if "applied" not in steps:
            return "Nothing was changed: what could be applied was so already."
        case "applied":
            return "Applied, and it stays."
        case "rolled_back":
            return "It was worse than before and is taken back."
        case "failed":
            return _failed(plan)
        case _:
            return "Interrupted; what is done stays, and it goes on once Notion answers."


def _failed(plan: Plan) -> str:
    match plan.outcome.get("ended"):
        case "too many failed":
            return "Stopped: too many changes failed; what was applied stays."
        case "not prepared":
            return f"Nothing was changed: {plan.outcome['why']}"
        case _:
            return "It could not be applied; what had been done is taken back."


_WORDS: Final[dict[Step, str]] = {
    "applied": "applied",
    "found": "already so",
    "skipped": "skipped",
    "failed": "failed",
}


def _steps_gate(plan: Plan, steps: Sequence[Step]) -> Gate:
    told = [
        f"{counted(steps.count(step), 'change')} {word}"
        for step, word in _WORDS.items()
        if step in steps
    ]
    reason = ", ".join(told) or "no change made"
    match plan.state:
        case "failed":
            return Gate(name="changes", status="critical", reason=reason)
        case "applying":
            interrupted = plan.outcome.get("interrupted") or "it was cut short"
            return Gate(name="changes", status="warning", reason=f"{reason}; {interrupted}")
        case _:
            whole = not {"skipped", "failed"} & set(steps)
            return Gate(name="changes", status="ok" if whole else "warning", reason=reason)


def _trial_gates(plan: Plan, trial: Trial | None) -> tuple[Gate, ...]:
    if trial is not None:
        return (Gate(name="effect so far", status="not_measured", reason=trial.says),)
    if "verdict" not in plan.outcome:
        return ()
    status = "warning" if plan.state == "rolled_back" else "ok"
    return (Gate(name="effect", status=status, reason=plan.outcome["verdict"]),)


def _findings(plan: Plan, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """What was left alone comes before what the plan is about; neither is anything to do."""
    lists: dict[str, tuple[str, Step]] = {
        "conflicts": ("left alone: it has changed since it was planned", "skipped"),
        "failures": ("failed and taken back", "failed"),
        "found": ("already so, and no part of an undo", "found"),
    }
    apart = {key: (what, came_to(plan, steps, step)) for key, (what, step) in lists.items()}
    about = {**apart, "changes": ("what the plan is about", plan.changes)}
    return tuple(
        Finding(
            id=f"{PROCEDURE}.{key}",
            severity="info",
            what=what,
            evidence=tuple(diff_lines(changes, plan.id)),
        )
        for key, (what, changes) in about.items()
        if changes
    )


def _measured(plan: Plan, trial: Trial | None) -> Measurements:
    return plan.outcome.get("measured", {}) if trial is None else trial.measurements


def _next(plan: Plan, steps: Sequence[Step], trial: Trial | None) -> tuple[str, ...]:
    undo = f"plan_change with kind=undo, of={plan.id}: takes back what was applied"
    anew = f"plan_change with kind={plan.kind}: a new plan from what is now"
    match plan.state:
        case "applied" if trial is not None and trial.until is not None:
            return (f"apply_plan with plan_id={plan.id} after that: settles whether it stays", undo)
        case "applying":
            return (f"apply_plan with plan_id={plan.id}: goes on",)
        case "failed" if plan.outcome.get("ended") == "too many failed":
            return (anew, undo)
        case "rolled_back" | "failed":
            return (anew,)
        case "applied" if "applied" in steps:
            return (undo,)
        case _:
            return ()


def _until(trial: Trial | None) -> str | None:
    return None if trial is None or trial.until is None else trial.until.isoformat()


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
