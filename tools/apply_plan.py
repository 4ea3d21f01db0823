"""The tool `apply_plan`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import Field

from playbooks.errors import ApprovalMissing, PlanUnusable
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.asking import ask
from tools.boundary import CHANGES, Detail, OpenDesk, actionable, actor_of, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import apply_plan as procedure
    from playbooks import approval, planning
    from playbooks.desk import Desk
    from playbooks.plan import Plan
else:
    procedure = LazyModule("playbooks.apply_plan")
    approval = LazyModule("playbooks.approval")
    planning = LazyModule("playbooks.planning")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(apply_plan, title="Apply a plan", annotations=CHANGES)


async def apply_plan(
    ctx: Context[OpenDesk, Any],
    plan_id: Annotated[str, Field(max_length=64, description="From plan_change.")],
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report] | InputRequiredResult:
    """Apply a plan once the user approves it; asks the user.

    Call again to go on after an interruption, or to see what it has brought.
    """
    with actionable():
        desk = await desk_of(ctx)
        desk.require_configuration()
        plan = await approval.waiting_for_approval(desk, plan_id)
        if plan is not None:
            question = await _approved(ctx, desk, plan)
            if question is not None:
                return question
        report = await procedure.apply_plan(
            desk, plan_id, actor=actor_of(ctx), progress=ctx.report_progress
        )
        return answer(report, detail)


async def _approved(
    ctx: "Context[OpenDesk, Any]", desk: "Desk", plan: "Plan"
) -> InputRequiredResult | None:
    """None once the user has said yes; otherwise the question, or an error that says what now."""
    question = f"{planning.shown_plan(plan)}\nApply it?"
    match await ask(ctx, question, about=plan.digest):
        case "yes":
            actor = f"the user of {actor_of(ctx)}"
            await approval.approve(desk, plan.id, digest=plan.digest, by="elicitation", actor=actor)
            return None
        case "no":
            await approval.refuse(desk, plan.id, actor=f"the user of {actor_of(ctx)}")
            raise PlanUnusable(
                f"The user refused the plan {plan.id}; nothing was changed.",
                remedy="Ask them what to plan instead.",
            )
        case "undecided":
            raise PlanUnusable(
                f"The user has not decided on the plan {plan.id}; nothing was changed.",
                remedy="Call apply_plan again when they want to be asked.",
            )
        case "cannot ask":
            raise ApprovalMissing(plan.id)
        case asking:
            return asking
