"""A plan whole, for programs and for people who want to see all of it."""

from typing import Any

from playbooks.desk import Desk
from playbooks.plan_steps import steps_of
from playbooks.planning import find_plan


async def plan_view(desk: Desk, plan_id: str) -> dict[str, Any]:
    """The plan as JSON, each change with the `step` that came of it (None: not reached yet).

    Raises as `find_plan`.
    """
    plan = await find_plan(desk, plan_id)
    steps = await steps_of(desk, plan)
    shown = plan.model_dump(mode="json")
    for number, change in enumerate(shown["changes"]):
        change["step"] = steps[number] if number < len(steps) else None
    return shown
