"""Asking the person behind the client, in both eras of the protocol."""

from typing import Any, Final, Literal, TypeAlias

from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult

from tools.boundary import OpenDesk

Answer: TypeAlias = Literal["yes", "no", "undecided", "cannot ask"]

_MODERN: Final = "2026-07-28"
"""From this version on a question is a result, and the client calls again with the answer."""

_KEY: Final = "approval"


_FIELD: Final = "approve"

_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        _FIELD: {"type": "boolean", "title": "Approve", "description": "Yes: do exactly this."}
    },
    "required": [_FIELD],
}


async def ask(
    ctx: "Context[OpenDesk, Any]", question: str, *, about: str
) -> Answer | InputRequiredResult:
    """The person's answer, or the question on its way to them.

    `about` is sealed into the question: an answer to another one is `undecided`.
    """
    capabilities = ctx.client_capabilities
    wanted = None if capabilities is None else capabilities.elicitation
    if wanted is None or (wanted.form is None and wanted.url is not None):
        return "cannot ask"
    if (ctx.protocol_version or "") < _MODERN:
        asked = ctx.session.elicit_form(question, _FORM, related_request_id=ctx.request_id)
        return _answer(await asked)
    if not ctx.input_responses:
        form = ElicitRequestFormParams(message=question, requested_schema=_FORM)
        return InputRequiredResult(
            input_requests={_KEY: ElicitRequest(params=form)}, request_state=about
        )
    given = ctx.input_responses.get(_KEY)
    if ctx.request_state != about or not isinstance(given, ElicitResult):
        return "undecided"
    return _answer(given)


def _answer(given: ElicitResult) -> Answer:
    """Only an explicit yes is one; who closes the question has decided nothing."""
    match given.action, (given.content or {}).get(_FIELD):
        case "accept", True:
            return "yes"
        case ("accept", False) | ("decline", _):
            return "no"
        case _:
            return "undecided"
