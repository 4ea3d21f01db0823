"""A plan whole, for programs and for people who want to see all of it."""

from collections.abc import Sequence
from typing import Any, Final

from playbooks.desk import Desk
from playbooks.plan import Change, Plan, Step
from playbooks.plan_steps import steps_of
from playbooks.planning import CHANGES_TOLD_COUNT, cost, diff_line, find_plan

_MARKS: Final[dict[Step | None, str]] = {
    "applied": "✓",
    "found": "=",
    "skipped": "!",
    "failed": "✗",
    None: " ",
}


async def plan_view(desk: Desk, plan_id: str) -> dict[str, Any]:
    """The plan as JSON, each change with the `step` that came of it (None: not reached yet).

    Raises as `find_plan`.
    """
    plan = await find_plan(desk, plan_id)
    return as_json(plan, await steps_of(desk, plan))


def as_json(plan: Plan, steps: Sequence[Step]) -> dict[str, Any]:
    """The plan with what came of each change."""
    shown = plan.model_dump(mode="json")
    for change, (_, step) in zip(shown["changes"], _with_steps(plan, steps), strict=True):
        change["step"] = step
    return shown


def as_text(plan: Plan, steps: Sequence[Step], state: str) -> str:
    """The plan for a terminal: what it is, then each change with what came of it.

    Of a long one the first changes, and all that were left alone or failed.
    """
    told = _with_steps(plan, steps)
    apart = [pair for pair in told[CHANGES_TOLD_COUNT:] if pair[1] in {"skipped", "failed"}]
    hidden = len(told) - CHANGES_TOLD_COUNT - len(apart)
    undoing = f", undoes {plan.undoes}" if plan.undoes else ""
    outcome = plan.outcome.get("interrupted") or plan.outcome.get("verdict")
    lines = [
        f"{plan.id} ({plan.kind}{undoing}): {state.replace('_', ' ')}; {cost(plan)}",
        f"digest {plan.digest}",
        *([str(outcome)] if outcome else []),
        *(f"Stands in the way: {blocker}" for blocker in plan.blockers),
        *(_line(*pair) for pair in [*told[:CHANGES_TOLD_COUNT], *apart]),
        *([f"and {hidden} more; --json shows them"] if hidden > 0 else []),
    ]
    return "\n".join(lines)


def _with_steps(plan: Plan, steps: Sequence[Step]) -> list[tuple[Change, Step | None]]:
    left: list[None] = [None] * (len(plan.changes) - len(steps))
    return list(zip(plan.changes, [*steps, *left], strict=True))


def _line(change: Change, step: Step | None) -> str:
    came = f"  [{step}]" if step else ""
    return f"{_MARKS[step]} {diff_line(change)}{came}"
