"""The tool `get_record`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import LATEST, RecordKind
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS_OURS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import get_record as procedure
else:
    procedure = LazyModule("playbooks.get_record")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(get_record, title="Kept record", annotations=READS_OURS)


async def get_record(
    ctx: Context[OpenDesk, Any],
    kind: RecordKind,
    id: Annotated[  # noqa: A002 - the name a caller expects
        str, Field(max_length=64, description="From a report, or latest.")
    ] = LATEST,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Read a kept report, or what a backup holds, with its true age, without calling Notion."""
    with actionable():
        return answer(await procedure.get_record(await desk_of(ctx), kind, id), detail)
