"""The tool `periodic_report`."""

from datetime import date
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks import periodic_report as procedure
from playbooks.periodic_answer import in_short
from playbooks.report import Report
from playbooks.report_period import PeriodKind
from tools.boundary import READS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare


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
    detail: Annotated[Detail, Field(description="full: with all evidence.")] = "compact",
) -> Annotated[CallToolResult, Report]:
    """What was completed, started, blocked, overdue; log, AI usage and cost; what is unusual?

    With links, beside like periods; catches up days since the last report. Changes nothing.
    """
    with actionable():
        report = await procedure.periodic_report(
            await desk_of(ctx),
            period,
            day=day,
            refresh=refresh,
            progress=ctx.report_progress,
        )
        return answer(in_short(report) if detail == "compact" else report, detail)
