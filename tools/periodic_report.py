"""The tool `periodic_report`."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import PeriodKind
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import periodic_answer
    from playbooks import periodic_report as procedure
else:
    periodic_answer = LazyModule("playbooks.periodic_answer")
    procedure = LazyModule("playbooks.periodic_report")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(periodic_report, title="Periodic report", annotations=READS)


async def periodic_report(
    ctx: Context[OpenDesk, Any],
    period: PeriodKind = "daily",
    *,
    day: Annotated[
        date | None, Field(description="In it. Else today, the last whole week or month.")
    ] = None,
    refresh: Annotated[bool, Field(description="Make a kept report anew.")] = False,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """What was completed, started, blocked, overdue; log, AI usage and cost; what is unusual?

    With links, beside like periods; catches up days since the last report.
    """
    with actionable():
        report = await procedure.periodic_report(
            await desk_of(ctx),
            period,
            day=day,
            refresh=refresh,
            progress=ctx.report_progress,
        )
        return answer(periodic_answer.in_short(report) if detail == "compact" else report, detail)
