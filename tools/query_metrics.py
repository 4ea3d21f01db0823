"""The tool `query_metrics`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import MOST_METRIC_DAYS, USUAL_METRIC_DAYS, MetricGroup
from playbooks.lazy import LazyModule
from playbooks.metric_names import METRICS
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, desk_of, pictured
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import query_metrics as procedure
else:
    procedure = LazyModule("playbooks.query_metrics")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(query_metrics, title="Query metrics", annotations=READS)


async def query_metrics(  # noqa: PLR0913, PLR0917 - the tool's arguments
    ctx: Context[OpenDesk, Any],
    metric: Annotated[
        str, Field(max_length=120, description=f"{', '.join(METRICS)}; or words for one.")
    ],
    group: Annotated[MetricGroup, Field(description="tool: or by database.")] = "tool",
    days: Annotated[
        int, Field(ge=1, le=MOST_METRIC_DAYS, description="The last days, today included.")
    ] = USUAL_METRIC_DAYS,
    since: Annotated[str | None, Field(max_length=40, description="ISO day or instant.")] = None,
    until: Annotated[str | None, Field(max_length=40, description="A day is included.")] = None,
    compare: Annotated[bool, Field(description="With the period before.")] = False,
    picture: Annotated[bool, Field(description="Add a picture.")] = False,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """How fast, reliable, used and costly is each AI tool, this server (mcp_server), or Notion?

    Figures with intervals, judged by the playbook's bands, with likely causes.
    """
    with actionable():
        report = await procedure.query_metrics(
            await desk_of(ctx),
            metric,
            group=group,
            days=days,
            since=since,
            until=until,
            compare=compare,
            progress=ctx.report_progress,
        )
        shown = procedure.in_short(report) if detail == "compact" else report
        undrawn = procedure.undrawn(report)
        return await pictured(ctx, shown, detail, wanted=picture, undrawn=undrawn)
