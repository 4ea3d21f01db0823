"""The routes: what Notion has, what is served here, and which capability each needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from playbooks.objects import Capability
from server.workspace import (
    blocks,
    comments,
    data_sources,
    databases,
    errors,
    moving,
    pages,
    query,
    search,
    users,
)
from server.workspace.call import Call

Handler: TypeAlias = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; `writes` says whether it needs a transaction of its own."""

    method: str
    pattern: str
    handler: Handler
    needs: Capability | None = None
    writes: bool = False

    @property
    def segments(self) -> list[str]:
        """The parts of the pattern."""
        return self.pattern.split("/")


class Router:
    """The routes of one version of the API."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = {f"{each.method} {each.pattern}": each for each in routes}
        self._by_shape: dict[tuple[str, int], list[tuple[Route, list[str]]]] = {}
        # Those with literal segments come before those with arguments.
        for route in sorted(self._routes.values(), key=lambda each: each.pattern.count("{")):
            shape = route.method, len(route.segments)
            self._by_shape.setdefault(shape, []).append((route, route.segments))

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route of a request and what stands in its path; 400 for any other."""
        segments = path.split("/")
        for route, pattern in self._by_shape.get((method, len(segments)), ()):
            arguments = _arguments(pattern, segments)
            if arguments is not None:
                return route, arguments
        raise errors.invalid_url()

    def changed(self, *routes: Route, without: str) -> "Router":
        """The same with these routes, and with none whose pattern begins with `without`."""
        kept = (each for each in self._routes.values() if not each.pattern.startswith(without))
        return Router((*kept, *routes))


def _arguments(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    arguments: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{") and given:
            arguments[expected[1:-1]] = given
        elif expected != given:
            return None
    return arguments


def _refusing(line: str) -> Route:
    method, pattern = line.split()
    return Route(method, pattern, partial(_refuse, method, pattern))


def _refuse(method: str, pattern: str, _call: Call) -> dict[str, Any]:
    raise errors.not_built(method, pattern)


SERVED: Final = (
    Route("GET", "/v1/users/me", users.me),
    Route("GET", "/v1/users", users.list_all, "read_users"),
    Route("GET", "/v1/users/{user_id}", users.retrieve, "read_users"),
    Route("POST", "/v1/search", search.search, "read_content"),
    Route("POST", "/v1/databases", databases.create, "insert_content", writes=True),
    Route("GET", "/v1/databases/{database_id}", databases.retrieve, "read_content"),
    Route("PATCH", "/v1/databases/{database_id}", databases.update, "update_content", writes=True),
    Route("POST", "/v1/data_sources", data_sources.create, "insert_content", writes=True),
    Route("GET", "/v1/data_sources/{data_source_id}", data_sources.retrieve, "read_content"),
    Route(
        "PATCH",
        "/v1/data_sources/{data_source_id}",
        data_sources.update,
        "update_content",
        writes=True,
    ),
    Route("POST", "/v1/data_sources/{data_source_id}/query", query.query, "read_content"),
    Route(
        "GET", "/v1/data_sources/{data_source_id}/templates", data_sources.templates, "read_content"
    ),
    Route("POST", "/v1/pages", pages.create, "insert_content", writes=True),
    Route("GET", "/v1/pages/{page_id}", pages.retrieve, "read_content"),
    Route("PATCH", "/v1/pages/{page_id}", pages.update, "update_content", writes=True),
    Route("POST", "/v1/pages/{page_id}/move", moving.move, "update_content", writes=True),
    Route("GET", "/v1/pages/{page_id}/properties/{property_id}", pages.property_item,
          "read_content"),
    Route("GET", "/v1/blocks/{block_id}", blocks.retrieve, "read_content"),
    Route("PATCH", "/v1/blocks/{block_id}", blocks.update, "update_content", writes=True),
    Route("DELETE", "/v1/blocks/{block_id}", blocks.delete, "update_content", writes=True),
    Route("GET", "/v1/blocks/{block_id}/children", blocks.list_children, "read_content"),
    Route("PATCH", "/v1/blocks/{block_id}/children", blocks.append, "insert_content", writes=True),
    Route("GET", "/v1/comments", comments.list_all, "read_comments"),
    Route("POST", "/v1/comments", comments.create, "insert_comments", writes=True),
    Route("GET", "/v1/comments/{comment_id}", comments.retrieve, "read_comments"),
    Route("PATCH", "/v1/comments/{comment_id}", comments.update, "insert_comments", writes=True),
    Route("DELETE", "/v1/comments/{comment_id}", comments.delete, "insert_comments", writes=True),
)  # fmt: skip

NOT_BUILT: Final = tuple(
    _refusing(line)
    for line in """
        GET /v1/pages/{page_id}/markdown
        PATCH /v1/pages/{page_id}/markdown
        POST /v1/blocks/meeting_notes
        POST /v1/blocks/meeting_notes/query
        GET /v1/custom_emojis
        GET /v1/async_tasks/{task_id}
        GET /v1/file_uploads
        POST /v1/file_uploads
        GET /v1/file_uploads/{file_upload_id}
        POST /v1/file_uploads/{file_upload_id}/complete
        POST /v1/file_uploads/{file_upload_id}/send
        GET /v1/views
        POST /v1/views
        GET /v1/views/{view_id}
        PATCH /v1/views/{view_id}
        DELETE /v1/views/{view_id}
        POST /v1/views/{view_id}/queries
        GET /v1/views/{view_id}/queries/{query_id}
        DELETE /v1/views/{view_id}/queries/{query_id}
        POST /v1/oauth/token
        POST /v1/oauth/revoke
        POST /v1/oauth/introspect
        GET /v1/agents
        POST /v1/agents/batch
        POST /v1/agents/query
        GET /v1/agents/{agent_id}
        DELETE /v1/agents/{agent_id}
        POST /v1/agents/{agent_id}/chat
        PATCH /v1/agents/{agent_id}/credit_limit
        GET /v1/agents/{agent_id}/insights
        PATCH /v1/agents/{agent_id}/status
        GET /v1/agents/{agent_id}/threads
        POST /v1/agents/{agent_id}/threads/query
        POST /v1/external_agent_stub/{agent_id}/sessions
        GET /v1/external_agent_stub/{agent_id}/sessions/{session_id}/events
        POST /v1/external_agent_stub/{agent_id}/sessions/{session_id}/messages
        POST /v1/external_agent_stub/{agent_id}/vaults
        PATCH /v1/external_agent_stub/{agent_id}/vaults/{vault_id}
        DELETE /v1/external_agent_stub/{agent_id}/vaults/{vault_id}
        POST /v1/sessions
        POST /v1/sessions/query
        GET /v1/sessions/{session_id}
        POST /v1/sessions/{session_id}/cancel
        POST /v1/sessions/{session_id}/events/query
        POST /v1/threads/{thread_id}/continue
        GET /v1/threads/{thread_id}/messages
        POST /v1/threads/{thread_id}/messages
        POST /v1/threads/{thread_id}/messages/query
    """.strip().splitlines()
)
"""Endpoints of Notion that answer one clear refusal."""


NATIVE: Final = Router((*SERVED, *NOT_BUILT))
