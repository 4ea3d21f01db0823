"""A server without some of the tools never sends one to them: the one place that sees to it."""

from collections.abc import Awaitable, Collection
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent

from playbooks.read_only import report_without, without_mention
from playbooks.report import Report


async def unmentioned(call: Awaitable[Any], names: Collection[str]) -> Any:
    """What the call gives or raises, without the sentences that name an absent tool."""
    if not names:
        return await call
    try:
        result = await call
    except ToolError as error:
        told = without_mention(str(error), names)
        if told == str(error):
            raise
        raise ToolError(told) from error
    return _result_without(result, names) if isinstance(result, CallToolResult) else result


def _result_without(result: CallToolResult, names: Collection[str]) -> CallToolResult:
    if result.structured_content is None:
        return result
    report = report_without(Report.model_validate(result.structured_content), names)
    text = TextContent(type="text", text=report.summary)
    changes = {
        "content": [text, *result.content[1:]],
        "structured_content": report.model_dump(mode="json"),
    }
    return result.model_copy(update=changes)
