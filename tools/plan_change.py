"""The tool `plan_change`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import AwareDatetime, Field

from playbooks.databases import DatabaseKey
from playbooks.lazy import LazyModule
from playbooks.plan import PlanKind, RestoreScope
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


async def plan_change(  # noqa: PLR0913, PLR0917 - each kind reads its own part
    ctx: Context[OpenDesk, Any],
    kind: Annotated[PlanKind, Field(description="optimize: cache lifetimes.")],
    of: Annotated[str | None, Field(description="undo: plan id.")] = None,
    database: Annotated[DatabaseKey | None, Field(description="Only this one.")] = None,
    review: Annotated[bool | None, Field(description="repair: doubtful ones, too.")] = None,
    older_than_days: Annotated[float | None, Field(ge=1, description="clean_up.")] = None,
    snapshot: Annotated[str | None, Field(description="restore: its id.")] = None,
    scope: Annotated[RestoreScope | None, Field(description="restore.")] = None,
    rows: Annotated[tuple[str, ...], Field(description="restore: row ids.")] = (),
    properties: Annotated[tuple[str, ...], Field(description="restore.")] = (),
    as_of: Annotated[AwareDatetime | None, Field(description="restore.")] = None,
    into: Annotated[str | None, Field(description="restore: parent page.")] = None,
    window_days: Annotated[float | None, Field(gt=0, le=30, description="optimize.")] = None,
    detail: Annotated[Detail, Field(description="full: with all evidence.")] = "compact",
) -> Annotated[CallToolResult, Report]:
    """Preview a change and get its plan_id; changes nothing until apply_plan.

    Says what would change, what it costs and what stands in the way.
    """
    with actionable():
        desk = await desk_of(ctx)
        request = plan_kind.Request(
            of=of,
            database=database,
            review=review,
            older_than_days=older_than_days,
            snapshot=snapshot,
            scope=scope,
            rows=rows,
            properties=properties,
            as_of=as_of,
            into=into,
            window_days=window_days,
        )
        report = await procedure.plan_change(desk, kind, request, actor=actor_of(ctx))
        return answer(report, detail)
