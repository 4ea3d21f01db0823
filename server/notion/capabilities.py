"""Asking what a token may do, by calls that change nothing whatever the answer."""

from collections.abc import Mapping
from typing import Final

from playbooks.errors import CapabilityMissing, NotFoundOrNotShared, NotionError, RequestRefused
from playbooks.objects import Capability, ObjectKind
from server.notion.api import Api, Ask

_NO_ID: Final = {"page_id": "no-such-page"}

_PROBES: Final[Mapping[Capability, Ask]] = {
    "read_content": Ask("GET", "/v1/pages/{page_id}", _NO_ID),
    "insert_content": Ask("POST", "/v1/pages", body={}),
    "update_content": Ask("PATCH", "/v1/pages/{page_id}", _NO_ID, body={}),
    "read_comments": Ask("GET", "/v1/comments"),
    "insert_comments": Ask("POST", "/v1/comments", body={}),
    "read_users": Ask("GET", "/v1/users", query={"page_size": 1}),
}
"""Each asks for something invalid: Notion looks at the capability before it looks at the request,
so 403 means that it is missing and 400 that it is there. Only the users are really read."""

_KINDS: Final[Mapping[ObjectKind, str]] = {
    "page": "/v1/pages/{id}",
    "block": "/v1/blocks/{id}",
    "database": "/v1/databases/{id}",
    "data_source": "/v1/data_sources/{id}",
}


async def has_capability(api: Api, capability: Capability) -> bool:
    """Whether the token has it; raises what says neither yes nor no."""
    refusal = await api.probe(_PROBES[capability])
    if isinstance(refusal, CapabilityMissing):
        return False
    _raise_unless_about_the_object(refusal)
    return True


async def kinds_of(api: Api, object_id: str) -> tuple[ObjectKind, ...]:
    """What kinds the id answers to; a page, for instance, is a block, too."""
    found: list[ObjectKind] = []
    for kind, endpoint in _KINDS.items():
        refusal = await api.probe(Ask("GET", endpoint, {"id": object_id}))
        _raise_unless_about_the_object(refusal)
        if refusal is None:
            found.append(kind)
    return tuple(found)


def _raise_unless_about_the_object(refusal: NotionError | None) -> None:
    if refusal is not None and not isinstance(refusal, RequestRefused | NotFoundOrNotShared):
        raise refusal
