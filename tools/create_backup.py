"""The tool `create_backup`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import LONGEST_BACKUP_MINUTES, BackupMode
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import PLANS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import create_backup as procedure
else:
    procedure = LazyModule("playbooks.create_backup")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(create_backup, title="Create backup", annotations=PLANS)


async def create_backup(
    ctx: Context[OpenDesk, Any],
    mode: Annotated[
        BackupMode, Field(description="auto: what changed, all when the last full is old.")
    ] = "auto",
    within_minutes: Annotated[
        float, Field(ge=1, le=LONGEST_BACKUP_MINUTES, description="Then call again to go on.")
    ] = 10,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Back up schemas, rows, page content, comments and settings to this machine, verified.

    Secrets are left out. Old backups are removed by the retention rule.
    """
    with actionable():
        report = await procedure.create_backup(
            await desk_of(ctx),
            mode=mode,
            within_minutes=within_minutes,
            progress=ctx.report_progress,
        )
        return answer(report, detail)
