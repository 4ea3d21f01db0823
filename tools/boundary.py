"""The one place where our errors become tool errors and our reports become tool results."""

import base64
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import (
    CallToolResult,
    ContentBlock,
    ImageContent,
    ResourceLink,
    TextContent,
    ToolAnnotations,
)

from playbooks.desk import Desk
from playbooks.errors import PlaybookError
from playbooks.lazy import LazyModule
from playbooks.report import Report

# The server answers before it has a report to shorten or a picture to draw.
if TYPE_CHECKING:
    from playbooks import fitting, kept_picture
else:
    fitting = LazyModule("playbooks.fitting")
    kept_picture = LazyModule("playbooks.kept_picture")

OpenDesk: TypeAlias = Callable[[], Awaitable[Desk]]
"""Gives the desk, opened at the first call: start-up waits for no adapter."""

Detail: TypeAlias = Literal["compact", "full"]

READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)
"""Reads the workspace and changes nothing."""

READS_OURS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
"""Reads what we keep and calls nobody."""

PLANS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True
)
"""Reads the workspace and adds to what we keep; changes nothing of Notion."""

RECORDS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True
)
"""Adds to what we keep, and to databases that are marked as ours; changes nothing else."""

SAVES = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)
"""Writes a page of our own to a database that is marked as ours; again, the same page."""

CHANGES = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)
"""Changes what exists, once a person has approved."""

COMPACT_EVIDENCE_COUNT = 10
"""Evidence shown of each finding unless all is asked for; what is left out is counted."""


NO_PICTURE: Final = "No picture: "
"""How the last paragraph of a summary begins, where a picture was asked for in vain."""


@contextmanager
def actionable() -> Generator[None]:
    """Show a PlaybookError's sentences to the model; a bug stays masked and is logged."""
    try:
        yield
    except PlaybookError as error:
        raise ToolError(str(error)) from error


async def desk_of(ctx: "Context[OpenDesk, Any]") -> Desk:
    """The desk of this server."""
    open_desk: OpenDesk = ctx.request_context.lifespan_context
    return await open_desk()


def actor_of(ctx: "Context[OpenDesk, Any]") -> str:
    """Who calls, for the journal: the client's own name and version, which are foreign text."""
    params = ctx.session.client_params
    if params is None:
        return "an unknown client"
    return f"{params.client_info.name} {params.client_info.version}"[:80]


def answer(report: Report, detail: Detail, picture: ContentBlock | None = None) -> CallToolResult:
    """Text that suffices alone, the structure beside it, which holds the same text; a picture."""
    shown = report if detail == "full" else _compact(report)
    text = TextContent(type="text", text=shown.summary)
    return CallToolResult(
        content=[text] if picture is None else [text, picture],
        structured_content=shown.model_dump(mode="json"),
    )


async def pictured(
    ctx: "Context[OpenDesk, Any]",
    report: Report,
    detail: Detail,
    *,
    wanted: bool,
    undrawn: str | None = None,
) -> CallToolResult:
    """The answer, and where it is `wanted` the picture that its procedure kept with the run.

    Where there is none to show, the text says why: the answer arrives all the same. `undrawn` is
    that reason where the procedure draws none of what was asked.
    """
    if not wanted:
        return answer(report, detail)
    if undrawn is not None:
        return answer(_noted(report, undrawn), detail)
    try:
        picture = await _picture(ctx, report.run_id)
    except PlaybookError as error:
        return answer(_noted(report, str(error)), detail)
    return answer(report, detail, picture)


def _noted(report: Report, why: str) -> Report:
    return report.model_copy(update={"summary": f"{report.summary}\n\n{NO_PICTURE}{why}"})


async def _picture(ctx: "Context[OpenDesk, Any]", run_id: str) -> ContentBlock:
    drawn = await kept_picture.png_of(await desk_of(ctx), run_id)
    if _turns_images_into_text(ctx):
        uri = kept_picture.address(run_id)
        return ResourceLink(type="resource_link", uri=uri, name=uri, mime_type="image/svg+xml")
    data = base64.b64encode(drawn).decode()
    return ImageContent(type="image", data=data, mime_type="image/png")


def _turns_images_into_text(ctx: "Context[OpenDesk, Any]") -> bool:
    """Continue gives its model the base64: `continue-client` (IDE), `continue-cli-client`."""
    params = ctx.session.client_params
    return params is not None and params.client_info.name.lower().startswith("continue")


def _compact(report: Report) -> Report:
    findings = tuple(
        finding.model_copy(update={"evidence": _cut(finding.evidence)})
        for finding in report.findings
    )
    return fitting.shortened(report.model_copy(update={"findings": findings}))


def _cut(evidence: tuple[str, ...]) -> tuple[str, ...]:
    hidden = len(evidence) - COMPACT_EVIDENCE_COUNT
    if hidden <= 0:
        return evidence
    return (*evidence[:COMPACT_EVIDENCE_COUNT], f"and {hidden} more: ask with detail='full'")
