"""Calls of our own tools are remembered, so that the server itself can be measured."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import UnexpectedToolError

from playbooks.desk import Desk
from playbooks.errors import PlaybookError
from playbooks.lazy import LazyModule

# What a call is noted as comes with the first call: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import usage
    from playbooks.arguments import ErrorClass
else:
    usage = LazyModule("playbooks.usage")

_MS_PER_S = 1000


async def watched(call: Awaitable[Any], context: "Context[Any, Any]") -> Any:
    """What the call gives or raises; the desk, where the server has one, notes how it went."""
    started_s = perf_counter()
    failure: Exception | None = None
    try:
        return await call
    except Exception as error:
        failure = error
        raise
    finally:
        await _note(context, (perf_counter() - started_s) * _MS_PER_S, failure)


async def _note(
    context: "Context[Any, Any]", response_time_ms: float, failure: Exception | None
) -> None:
    open_desk: object = context.request_context.lifespan_context
    if not callable(open_desk):
        return
    desk = await cast("Callable[[], Awaitable[Desk]]", open_desk)()
    at, error_class = desk.clock(), None if failure is None else _class_of(failure)
    record = usage.UsageRecord(
        id=f"own_{desk.new_run_id()}",
        tool=usage.OWN_TOOL,
        at=at,
        day=desk.work.days.local_day(at),
        response_time_ms=round(response_time_ms, 3),
        success=error_class is None,
        error_class=error_class,
    )
    desk.note_usage(record)


def _class_of(failure: BaseException) -> "ErrorClass | None":
    """None for a refusal that answers the caller, of a wrong id for instance."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, PlaybookError):
            return usage.error_class_of(cause)
        cause = cause.__cause__
    return "service" if isinstance(failure, UnexpectedToolError) else None
