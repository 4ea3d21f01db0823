"""Comments: the checks before them; keeping comments comes later."""

from typing import Any

from server.workspace import errors
from server.workspace.call import Call


def list_all(call: Call) -> dict[str, Any]:
    """GET /v1/comments: refuses clearly, after the checks that a probe relies on."""
    call.query.need("block_id").id()
    raise errors.not_built("GET", "/v1/comments")


def create(call: Call) -> dict[str, Any]:
    """POST /v1/comments: refuses clearly, after the checks that a probe relies on."""
    call.body.key(("parent", "discussion_id"))
    raise errors.not_built("POST", "/v1/comments")
