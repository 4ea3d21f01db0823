"""The workspace over HTTP: headers, JSON, request ids and faults around the core."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.workspace import errors
from server.workspace.core import Workspace
from server.workspace.errors import ApiError
from server.workspace.faults import RateLimited

MAX_BODY_BYTES = 500 * 1024
_LOG = logging.getLogger(__name__)


def create_app(workspace: Workspace) -> ASGIApp:
    """The API of Notion as an ASGI application; it never closes the workspace."""
    return Starlette(routes=[Route("/{path:path}", _Endpoint(workspace))])


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any]
    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay_ms: int = 0


class _Endpoint:
    """One for all paths and methods, since Notion answers unknown ones in its own words."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        answer = await anyio.to_thread.run_sync(self._answer, request, raw)
        if answer.delay_ms:
            await anyio.sleep(answer.delay_ms / 1000)
        await _response(answer)(scope, receive, send)

    def _answer(self, request: Request, raw: bytes) -> _Answer:
        request_id = str(uuid4())
        try:
            effect = self._workspace.faults.take(request.method, _path(request))
            if isinstance(effect, RateLimited):
                return _refused(effect.error(), request_id)
            answer = self._served(request, raw, request_id)
        except Exception as error:  # noqa: BLE001 - a bug, too, answers in Notion's shape
            return _refused(_failure(error), request_id)
        return replace(answer, delay_ms=effect.latency_ms if effect else 0)

    def _served(self, request: Request, raw: bytes, request_id: str) -> _Answer:
        try:
            body = self._perform(request, raw)
        except ApiError as error:
            return _refused(error, request_id)
        # Notion names the request in objects and lists; a list of templates is neither.
        named = {"request_id": request_id} if "object" in body else {}
        return _Answer(200, body | named, request_id)

    def _perform(self, request: Request, raw: bytes) -> dict[str, Any]:
        if len(raw) > MAX_BODY_BYTES:
            raise errors.invalid(
                f"body failed validation: body.length should be ≤ `{MAX_BODY_BYTES}`,"
                f" instead was `{len(raw)}`."
            )
        return self._workspace.request(
            request.method,
            _path(request),
            {key: request.query_params.getlist(key) for key in request.query_params},
            token=_token(request),
            version=request.headers.get("notion-version"),
            read_body=lambda: _parsed(raw),
        )


def _refused(error: ApiError, request_id: str) -> _Answer:
    return _Answer(error.status, error.body(request_id), request_id, error.headers)


def _path(request: Request) -> str:
    # Not request.url: a property id may hold a question mark, which would end the path there.
    path: str = request.scope["path"]
    return path


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _parsed(raw: bytes) -> Any:
    """The JSON of a body; what SQLite or JSON itself could not give back is no JSON either."""
    if not raw.strip():
        return None
    try:
        value = json.loads(raw, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        raise errors.invalid_json() from None
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _failure(error: Exception) -> ApiError:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return errors.conflict()
    if isinstance(error, RecursionError):
        return errors.invalid_json()
    _LOG.exception("The embedded workspace failed to answer.")
    return ApiError(500, "internal_server_error", "Unexpected error.")


def _response(answer: _Answer) -> Response:
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        content.encode(),
        status_code=answer.status,
        media_type="application/json; charset=utf-8",
        headers={
            "x-notion-request-id": answer.request_id,
            "cf-ray": f"{uuid4().hex[:16]}-AMS",
            **answer.headers,
        },
    )
