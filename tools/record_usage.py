"""The tool `record_usage`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import LONGEST_RESPONSE_MS, MOST_CALLS, MOST_COST, MOST_TOKENS, ErrorClass
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import RECORDS, Detail, OpenDesk, actionable, actor_of, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import record_usage as procedure
else:
    procedure = LazyModule("playbooks.record_usage")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(record_usage, title="Record usage", annotations=RECORDS)


async def record_usage(  # noqa: PLR0913, PLR0917 - the tool's arguments
    ctx: Context[OpenDesk, Any],
    tool: Annotated[str, Field(max_length=64, description="cursor, continue, …")],
    response_time_ms: Annotated[
        float | None, Field(gt=0, le=LONGEST_RESPONSE_MS, description="Of one call.")
    ] = None,
    success: bool | None = None,
    error: Annotated[ErrorClass | None, Field(description="Why it failed.")] = None,
    tokens: Annotated[int | None, Field(ge=0, le=MOST_TOKENS)] = None,
    cost: Annotated[float | None, Field(ge=0, le=MOST_COST)] = None,
    calls: Annotated[int, Field(ge=1, le=MOST_CALLS, description="So many, alike.")] = 1,
    at: Annotated[str | None, Field(max_length=40, description="ISO instant; else now.")] = None,
    task: Annotated[str | None, Field(max_length=300, description="Id or link.")] = None,
    id: Annotated[  # noqa: A002 - the name a caller expects
        str | None, Field(max_length=128, description="The same id is recorded once.")
    ] = None,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Record calls of an AI tool, for query_metrics.

    Kept here; a database marked as ours gets one row a tool, day and outcome, not one a call.
    """
    with actionable():
        told = procedure.Told(
            tool=tool,
            at=at,
            response_time_ms=response_time_ms,
            success=success,
            tokens=tokens,
            cost=cost,
            calls_count=calls,
            task=task,
            error_class=error,
            id=id,
        )
        report = await procedure.record_usage(await desk_of(ctx), told, actor=actor_of(ctx))
        return answer(report, detail)
