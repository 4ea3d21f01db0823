"""The tool `velocity_report`."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import (
    MOST_VELOCITY_DAYS,
    USUAL_VELOCITY_DAYS,
    Compare,
    GroupBy,
    Pictured,
)
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, desk_of, pictured
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import velocity_answer, velocity_question
    from playbooks import velocity_report as procedure
else:
    procedure = LazyModule("playbooks.velocity_report")
    velocity_answer = LazyModule("playbooks.velocity_answer")
    velocity_question = LazyModule("playbooks.velocity_question")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(velocity_report, title="Velocity report", annotations=READS)


async def velocity_report(  # noqa: PLR0913 - what a person may ask
    ctx: Context[OpenDesk, Any],
    *,
    period_days: Annotated[
        int, Field(ge=1, le=MOST_VELOCITY_DAYS, description="Up to today, or `until`.")
    ] = USUAL_VELOCITY_DAYS,
    since: date | None = None,
    until: date | None = None,
    assignee: Annotated[str | None, Field(description="A name; `none` or `any`.")] = None,
    project: str | None = None,
    ai_tool: str | None = None,
    group_by: GroupBy | None = None,
    forecast_by: Annotated[date | None, Field(description="How many by that day?")] = None,
    forecast_count: Annotated[
        int | None, Field(ge=1, le=100_000, description="When are so many done? Else: all open.")
    ] = None,
    compare: Compare | None = None,
    picture: Annotated[
        bool | Pictured, Field(description="true: the one that fits the question.")
    ] = False,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """How fast are we, how good are estimates, when will it be done, do AI-assisted tasks differ?

    Throughput, cycle time, open work, accuracy, trend, forecast; with uncertainty.
    """
    with actionable():
        report = await procedure.velocity_report(
            await desk_of(ctx),
            period_days=period_days,
            since=since,
            until=until,
            selection=velocity_question.Selection(assignee, project, ai_tool),
            group_by=group_by,
            forecast_by=forecast_by,
            forecast_count=forecast_count,
            compare=compare,
            picture=None if isinstance(picture, bool) else picture,
            progress=ctx.report_progress,
        )
        shown = velocity_answer.in_short(report) if detail == "compact" else report
        return await pictured(ctx, shown, detail, wanted=picture is not False)
