"""Plans of kind `undo`: what another plan has changed becomes what it was before.

What somebody has changed since is left alone, as with every plan. An undo can itself be undone.
"""

from typing import Any, Final

from playbooks.aspects import ORIGIN, requests_of
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.plan import Change, Plan, PlanState
from playbooks.plan_kind import Draft, Request
from playbooks.plan_steps import done, steps_of
from playbooks.planning import find_plan
from playbooks.targets import Target

UNDOABLE: Final[tuple[PlanState, ...]] = ("applied", "failed")


async def propose(desk: Desk, request: Request) -> Draft:
    """The changes that the plan `request.of` has made, the last first, before and after exchanged.

    Raises PlanUnusable when there is no such plan, or nothing of it stands.
    """
    if request.of is None:
        raise PlanUnusable("Which plan is to be undone?", remedy="Name it: of=PLAN_ID.")
    plan = await find_plan(desk, request.of)
    made = done(plan, await steps_of(desk, plan))
    if plan.state not in UNDOABLE or plan.outcome.get("ended") == "canary failed" or not made:
        told = f"Nothing of the plan {plan.id} stands: it is {plan.state.replace('_', ' ')}."
        raise PlanUnusable(told, remedy="Only what was applied can be undone.")
    changes = tuple(sorted((_reversed(plan, each) for each in reversed(made)), key=_links_last))
    return Draft(
        headline=f"Takes back {len(changes)} of {len(plan.changes)} changes of {plan.id}"
        f" ({plan.kind}).",
        changes=changes,
        requests_count=sum(map(requests_of, changes)),
        looked_at_count=0,
        undoes=plan.id,
    )


def _reversed(plan: Plan, change: Change) -> Change:
    return Change(
        target=_whenever_edited(change.target),
        before=_placed(plan, change, change.after),
        after=_placed(plan, change, change.before),
        shown=change.shown,
    )


def _whenever_edited(target: str) -> str:
    """A page's way out of the trash, and back, counts as an edit."""
    taken = Target.of(target)
    return str(Target("trash", taken.parts[:1])) if taken.aspect == "trash" else target


def _placed(plan: Plan, change: Change, value: Any) -> Any:
    """Of an object made again the value says which plan made it: that one knows its new id."""
    if Target.of(change.target).aspect not in {"made", "linked", "content"} or value is None:
        return value
    return {ORIGIN: plan.id, **value}


def _links_last(change: Change) -> bool:
    """Links need what they lead to, and go with it."""
    return Target.of(change.target).aspect == "linked"
