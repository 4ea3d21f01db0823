"""The tool `health_check`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import health_check as procedure
else:
    procedure = LazyModule("playbooks.health_check")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(health_check, title="Health check", annotations=READS)


async def health_check(
    ctx: Context[OpenDesk, Any],
    max_age_s: Annotated[
        float, Field(ge=0, le=86_400, description="Accept a kept report of at most this age.")
    ] = 0,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Does the Notion workspace work? Start here, and whenever another tool fails.

    Checks configuration, token, API, each database, store, server, cache and error rate; says how
    to fix what fails.
    """
    with actionable():
        desk = await desk_of(ctx)
        report = await procedure.health_check(
            desk, max_age_s=max_age_s, progress=ctx.report_progress
        )
        return answer(report, detail)
