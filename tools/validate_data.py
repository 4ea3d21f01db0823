"""The tool `validate_data`."""

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from playbooks.arguments import MOST_EXAMPLES
from playbooks.databases import DatabaseKey
from playbooks.lazy import LazyModule
from playbooks.report import Report
from tools.boundary import READS, Detail, OpenDesk, actionable, answer, desk_of
from tools.declaration import StrictTool, declare

# Procedures come when they are called: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import validate_data as procedure
    from playbooks import validation_text
else:
    procedure = LazyModule("playbooks.validate_data")
    validation_text = LazyModule("playbooks.validation_text")


def tool() -> StrictTool:
    """The tool's declaration."""
    return declare(validate_data, title="Validate data", annotations=READS)


async def validate_data(  # noqa: PLR0913 - what a person may ask
    ctx: Context[OpenDesk, Any],
    database: DatabaseKey | None = None,
    *,
    rules: Annotated[list[str], Field(description="Only these.")] = [],  # noqa: B006 - never changed
    rows: Annotated[list[str], Field(max_length=100, description="Only these page ids.")] = [],  # noqa: B006 - as above
    examples: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = MOST_EXAMPLES,
    detail: Detail = "compact",
) -> Annotated[CallToolResult, Report]:
    """Can the data be trusted? Schema against its contract, drift, and rules for each row.

    Says which rows, what is new, how to repair, and which figures they distort.
    """
    with actionable():
        report = await procedure.validate_data(
            await desk_of(ctx),
            database=database,
            rules=rules,
            row_ids=rows,
            examples=examples,
            progress=ctx.report_progress,
        )
        return answer(validation_text.in_short(report) if detail == "compact" else report, detail)
