"""The tool `plan_change`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import AwareDatetime, Field

from playbooks.arguments import OLDEST_DAYS, PlanKind, RestoreScope
from playbooks.databases import DatabaseKey
from playbooks.lazy import LazyModule
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
    kind: PlanKind,
    of: str | None = None,
    database: DatabaseKey | None = None,
    review: bool | None = None,
    older_than_days: Annotated[float | None, Field(ge=1, le=OLDEST_DAYS)] = None,
    snapshot: str | None = None,
    scope: RestoreScope | None = None,
    rows: tuple[str, ...] = (),
    properties: tuple[str, ...] = (),
    as_of: AwareDatetime | None = None,
    into: str | None = None,
    window_days: Annotated[float | None, Field(gt=0, le=30)] = None,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Preview a change and get its plan_id; changes nothing until apply_plan.

    optimize: cache lifetimes. repair: data; review: doubtful ones only. clean_up: old log entries.
    restore: a snapshot; rows: ids; into: a page, or original. baseline: approve access. undo: of.
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
