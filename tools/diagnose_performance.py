"""The tool `diagnose_performance`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import FEWEST_SAMPLES, LONGEST_WINDOW_HOURS, MOST_SAMPLES
from playbooks.databases import DatabaseKey
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import diagnose_performance as procedure
    from playbooks import diagnosis
else:
    procedure = LazyModule("playbooks.diagnose_performance")
    diagnosis = LazyModule("playbooks.diagnosis")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(diagnose_performance, title="Diagnose performance", annotations=READS)


async def diagnose_performance(
    ctx: Context[OpenDesk, Any],
    database: Annotated[DatabaseKey | None, Field(description="Only this one.")] = None,
    window_hours: Annotated[
        float,
        Field(gt=0, le=LONGEST_WINDOW_HOURS, description="Recorded calls explained."),
    ] = 24,
    samples: Annotated[
        int,
        Field(
            ge=FEWEST_SAMPLES,
            le=MOST_SAMPLES,
            description="Pages timed of each database.",
        ),
    ] = FEWEST_SAMPLES,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Why is Notion slow? Times each database uncached and names the causes with their savings.

    Finds slow or heavy databases, rate limits, wasteful queries, a poor cache.
    """
    with actionable():
        report = await procedure.diagnose_performance(
            await desk_of(ctx),
            database=database,
            window_hours=window_hours,
            samples_count=samples,
            progress=ctx.report_progress,
        )
        return answer(diagnosis.in_short(report) if detail == "compact" else report, detail)
