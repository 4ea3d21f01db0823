"""The tool `security_scan`."""

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
    from playbooks import security_ports
    from playbooks import security_scan as procedure
else:
    security_ports = LazyModule("playbooks.security_ports")
    procedure = LazyModule("playbooks.security_scan")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(security_scan, title="Security scan", annotations=READS)


async def security_scan(  # noqa: PLR0913 - what a person may ask
    ctx: Context[OpenDesk, Any],
    path: Annotated[str | None, Field(description="Else: working directory.")] = None,
    *,
    history: bool = True,
    notion: Annotated[bool, Field(description="Read its pages, too.")] = False,
    generic: bool = False,
    archives: bool = False,
    gitignore: bool = False,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Exposed keys in files, git history and Notion; access against the approved baseline; leaks.

    Never shows a key.
    """
    with actionable():
        wish = security_ports.Wish(
            path=path, history=history, archives=archives, generic=generic, gitignore=gitignore
        )
        report = await procedure.security_scan(
            await desk_of(ctx), wish, notion=notion, progress=ctx.report_progress
        )
        return answer(report, detail)
