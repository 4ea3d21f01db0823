"""The tool `save_report`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import LATEST
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import SAVES, OpenDesk, actionable, actor_of, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import save_report as procedure
else:
    procedure = LazyModule("playbooks.save_report")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(save_report, title="Save report", annotations=SAVES)


async def save_report(
    ctx: Context[OpenDesk, Any],
    run_id: Annotated[
        str, Field(max_length=64, description="Of a report; latest: the newest periodic one.")
    ] = LATEST,
) -> Annotated[CallToolResult, Report]:
    """Add a kept report as a page to the operations log in Notion, which is marked as ours.

    Saved again, its page is updated, never doubled.
    """
    with actionable():
        desk = await desk_of(ctx)
        report = await procedure.save_report(
            desk, run_id, actor=actor_of(ctx), progress=ctx.report_progress
        )
        return answer(report, "compact")
