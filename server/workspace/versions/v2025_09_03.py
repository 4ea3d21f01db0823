"""Version 2025-09-03: it says `archived` beside `in_trash`, `after`, and `transcription`."""

from dataclasses import replace
from typing import Any, Final

from server.workspace import routes
from server.workspace.call import Call
from server.workspace.inputs import Input
from server.workspace.versions.version import Version

_BLOCK_TYPES: Final = {"meeting_notes": "transcription"}


def _archived(call: Call) -> Call:
    """`archived` means `in_trash`, which wins where both are sent."""
    sent = call.body.get("archived")
    if not sent.given:
        return call
    body = {key: value for key, value in call.body.object().items() if key != "archived"}
    if not sent.absent:
        body.setdefault("in_trash", sent.boolean())
    return replace(call, body=Input(body, "body"))


def _after(call: Call) -> Call:
    """`after` names the block that `position` would."""
    sent = call.body.get("after")
    if not sent.given:
        return call
    body = {key: value for key, value in call.body.object().items() if key != "after"}
    position = {"type": "after_block", "after_block": {"id": sent.id()}}
    return replace(call, body=Input(body | {"position": position}, "body"))


def _outward(_call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    if "in_trash" in shown:
        shown = shown | {"archived": shown["in_trash"]}
    kind = shown.get("type")
    if shown.get("object") == "block" and kind in _BLOCK_TYPES:
        renamed = {_BLOCK_TYPES.get(key, key): value for key, value in shown.items()}
        return renamed | {"type": _BLOCK_TYPES[kind]}
    return shown


V2025_09_03: Final = Version(
    "2025-09-03",
    routes.NATIVE,
    inward={
        "PATCH /v1/pages/{page_id}": _archived,
        "PATCH /v1/blocks/{block_id}": _archived,
        "PATCH /v1/databases/{database_id}": _archived,
        "PATCH /v1/data_sources/{data_source_id}": _archived,
        "POST /v1/data_sources/{data_source_id}/query": _archived,
        "PATCH /v1/blocks/{block_id}/children": _after,
    },
    outward=_outward,
)
