"""How far a plan is, as a report."""

from collections.abc import Sequence
from datetime import datetime

from playbooks.desk import Desk
from playbooks.plan import Plan
from playbooks.plan_kind import Measurements, Trial
from playbooks.planning import counted, diff_line
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Gate, Report, judge


def report_on(desk: Desk, procedure: str, plan: Plan, trial: Trial | None) -> Report:
    """The report on a plan that was begun; `trial` is what it has brought so far, if that counts.

    `measurements` hold the plan's state and the figures of the trial, settled or not.
    """
    steps: Sequence[str] = plan.outcome.get("steps", [])
    applied_count = steps.count("applied")
    gates = (_steps_gate(plan, steps), *_trial_gates(plan, trial))
    findings = _findings(plan)
    report = Report(
        procedure=procedure,
        run_id=desk.new_run_id(),
        status=judge(gates, findings),
        headline=_headline(plan, trial),
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
            "changes_applied_count": applied_count,
            "changes_skipped_count": steps.count("skipped"),
            "measured_until": _until(trial),
            **_measured(plan, trial),
        },
        findings=findings,
        next_actions=_next(plan, trial),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


def _headline(plan: Plan, trial: Trial | None) -> str:
    match plan.state:
        case "applied" if trial is not None and trial.until is not None:
            return f"Applied; what it brings is measured until {_instant(trial.until)}."
        case "applied":
            return "Applied, and it stays."
        case "rolled_back":
            return "It was worse than before and is taken back."
        case "failed":
            return "It could not be applied; what had been done is taken back."
        case _:
            return "Interrupted; what is done stays, and the next call goes on."


def _steps_gate(plan: Plan, steps: Sequence[str]) -> Gate:
    told = [
        f"{counted(steps.count(word), 'change')} {word}"
        for word in ("applied", "skipped", "failed")
        if word in steps
    ]
    reason = ", ".join(told) or "no change made"
    match plan.state:
        case "failed":
            return Gate(name="changes", status="critical", reason=reason)
        case "applying":
            interrupted = plan.outcome.get("interrupted")
            return Gate(name="changes", status="warning", reason=f"{reason}; {interrupted}")
        case _:
            status = "warning" if "skipped" in steps else "ok"
            return Gate(name="changes", status=status, reason=reason)


def _trial_gates(plan: Plan, trial: Trial | None) -> tuple[Gate, ...]:
    if trial is not None:
        return (Gate(name="effect so far", status="not_measured", reason=trial.says),)
    if "verdict" not in plan.outcome:
        return ()
    status = "warning" if plan.state == "rolled_back" else "ok"
    return (Gate(name="effect", status=status, reason=plan.outcome["verdict"]),)


def _findings(plan: Plan) -> tuple[Finding, ...]:
    changes = Finding(
        id="apply_plan.changes",
        severity="info",
        what="what the plan is about",
        evidence=tuple(diff_line(change) for change in plan.changes),
    )
    return (changes,)


def _measured(plan: Plan, trial: Trial | None) -> Measurements:
    return plan.outcome.get("measured", {}) if trial is None else trial.measurements


def _next(plan: Plan, trial: Trial | None) -> tuple[str, ...]:
    if trial is not None and trial.until is not None:
        return (f"apply_plan with plan_id={plan.id} after that: settles whether it stays",)
    match plan.state:
        case "applying":
            return (f"apply_plan with plan_id={plan.id}: goes on",)
        case "rolled_back" | "failed":
            return (f"plan_change with kind={plan.kind}: a new plan from what is now",)
        case _:
            return ()


def _until(trial: Trial | None) -> str | None:
    return None if trial is None or trial.until is None else trial.until.isoformat()


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
