"""What of an answer its caller may read: of what it may only write, it learns the id."""

from collections.abc import Mapping
from typing import Any, Final

from playbooks.objects import Capability
from server.workspace.call import Call

_NEEDED: Final[Mapping[str, Capability]] = {
    **dict.fromkeys(("page", "database", "data_source", "block"), "read_content"),
    "comment": "read_comments",
}
"""The right to read each kind of object."""


def readable(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with every object in part that the caller may not read."""
    if answer.get("object") == "list":
        return answer | {"results": [_object(call, each) for each in answer["results"]]}
    return _object(call, answer)


def _object(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    needed = _NEEDED.get(shown.get("object", ""))
    if needed is None or needed in call.caller.capabilities:
        return shown
    part: dict[str, Any] = {"object": shown["object"], "id": shown["id"]}
    # A table in part has a schema, too.
    return (
        part
        if shown["object"] == "page" or "properties" not in shown
        else part | {"properties": {}}
    )
