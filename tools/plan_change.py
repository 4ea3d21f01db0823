"""The tool `plan_change`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.lazy import LazyModule
from playbooks.plan import PlanKind
from playbooks.report import Report
from tools.boundary import PLANS, Detail, OpenDesk, actionable, actor_of, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import plan_change as procedure
    from playbooks import plan_kind
else:
    procedure = LazyModule("playbooks.plan_change")
    plan_kind = LazyModule("playbooks.plan_kind")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(plan_change, title="Plan a change", annotations=PLANS)


async def plan_change(
    ctx: Context[OpenDesk, Any],
    kind: Annotated[PlanKind, Field(description="optimize: better cache lifetimes.")],
    window_days: Annotated[
        float, Field(gt=0, le=30, description="How far back recorded traffic is replayed.")
    ] = 7,
    detail: Annotated[Detail, Field(description="full: with all evidence.")] = "compact",
) -> Annotated[CallToolResult, Report]:
    """Preview a change and get its plan_id; changes nothing until apply_plan.

    Says what would change, what it saves, what it costs and what stands in the way.
    """
    with actionable():
        desk = await desk_of(ctx)
        request = plan_kind.Request(window_days=window_days)
        report = await procedure.plan_change(desk, kind, request, actor=actor_of(ctx))
        return answer(report, detail)
