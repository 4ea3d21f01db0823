"""The workspace over HTTP: headers, JSON, request ids and faults around the core."""

import json
import logging
import sqlite3
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.workspace import answers, connection, control, errors
from server.workspace.core import Workspace
from server.workspace.effects import (
    REFUSALS,
    Blocked,
    Committed,
    CommittedLate,
    Delayed,
    Effect,
    Reset,
    ResetInBody,
    Stalled,
    committed_error,
)
from server.workspace.errors import ApiError
from server.workspace.late import LateWrites

MAX_BODY_BYTES: Final = 500 * 1024
_BODILESS: Final = frozenset(("GET", "HEAD", "DELETE"))
_MS_PER_S: Final = 1000
_TOO_MUCH: Final = ("too many", "too large", "too big", "stack overflow")
"""SQLite's words for what is beyond one of its limits, which differ by how it was built."""
_LOG = logging.getLogger(__name__)


def create_app(workspace: Workspace) -> ASGIApp:
    """The API of Notion as an ASGI application; it never closes the workspace."""
    return _Endpoint(workspace)


class _Endpoint:
    """One for all paths and methods, since Notion answers unknown ones in its own words."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._late = LateWrites()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            raw = await _body(request)
        except ClientDisconnect:
            return
        effect, answer = await anyio.to_thread.run_sync(self._answer, request, raw)
        match effect:
            case Reset():
                await connection.reset(scope, receive)
            case ResetInBody():
                await _send_half(answer, send)
                await connection.reset(scope, receive)
            case _:
                duration_s = _held_s(effect)
                if not duration_s or await connection.hold(scope, receive, duration_s):
                    await answer(scope, receive, send)

    def _answer(self, request: Request, raw: bytes) -> tuple[Effect | None, Response]:
        """What is answered, and the fault that decides how."""
        request_id = str(uuid4())
        effect: Effect | None = None
        try:
            if _path(request) == control.PATH:
                shown = partial(control.answer, self._workspace, request)
                body = shown(token=_token(request), read_body=lambda: _parsed(request, raw))
                return None, answers.performed(body, request_id)
            self._late.catch_up(self._workspace.now())
            effect = self._workspace.fault(
                request.method,
                _path(request),
                token=_token(request),
                version=request.headers.get("notion-version"),
            )
            answer = self._under(effect, request, raw, request_id)
        except Exception as error:  # noqa: BLE001 - a bug, too, answers in Notion's shape
            answer = answers.refused(_refusal(error), request_id)
        return effect, answers.spoilt(answer, effect)

    def _under(
        self, effect: Effect | None, request: Request, raw: bytes, request_id: str
    ) -> Response:
        if isinstance(effect, REFUSALS):
            raise effect.error()
        match effect:
            case Blocked():
                return answers.blocked()
            case Stalled() | Reset():
                raise errors.unavailable()
            case Committed():
                raise self._committed(request, raw)
            case CommittedLate(_, late_s):
                self._commit_in(late_s, request, raw)
                raise effect.error()
            case _:
                return answers.performed(self._perform(request, raw), request_id)

    def _committed(self, request: Request, raw: bytes) -> ApiError:
        version = request.headers.get("notion-version")
        if not self._workspace.writes(request.method, _path(request), version):
            return errors.unavailable()
        body = self._perform(request, raw)
        # A list of children names no resource: it is that of the path.
        return committed_error(body, body.get("id") or _path(request).split("/")[3])

    def _commit_in(self, late_s: float, request: Request, raw: bytes) -> None:
        version = request.headers.get("notion-version")
        if self._workspace.writes(request.method, _path(request), version):
            due_at = self._workspace.now() + timedelta(seconds=late_s)
            self._late.add(due_at, lambda at: self._perform(request, raw, at=at))

    def _perform(
        self, request: Request, raw: bytes, *, at: datetime | None = None
    ) -> dict[str, Any]:
        return self._workspace.request(
            request.method,
            _path(request),
            {key: request.query_params.getlist(key) for key in request.query_params},
            token=_token(request),
            version=request.headers.get("notion-version"),
            read_body=lambda: _parsed(request, raw),
            at=at,
        )


async def _body(request: Request) -> bytes:
    """The body, of one that is too large only so much that this can be told."""
    kept = bytearray()
    async for part in request.stream():
        if len(kept) <= MAX_BODY_BYTES:
            kept += part
    return bytes(kept)


async def _send_half(answer: Response, send: Send) -> None:
    """The head of an answer and half of its body."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status_code,
            "headers": answer.raw_headers,
        }
    )
    half = bytes(answer.body[: len(answer.body) // 2])
    await send({"type": "http.response.body", "body": half, "more_body": True})


def _held_s(effect: Effect | None) -> float:
    match effect:
        case Stalled(duration_s):
            return duration_s
        case Delayed(latency_ms):
            return latency_ms / _MS_PER_S
        case _:
            return 0


def _path(request: Request) -> str:
    # Not request.url: a property id may hold a question mark, which would end the path there.
    path: str = request.scope["path"]
    return path


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _parsed(request: Request, raw: bytes) -> Any:
    """The JSON of a body; what SQLite or JSON itself could not give back is no JSON either."""
    if request.method not in _BODILESS and len(raw) > MAX_BODY_BYTES:
        raise errors.too_large()
    if not raw.strip() or request.method in _BODILESS or not _says_json(request):
        return None
    try:
        value = json.loads(raw, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        raise errors.invalid_json() from None
    return value


def _says_json(request: Request) -> bool:
    """Notion does not look at bodies of another type; one of no type is taken for JSON."""
    return "json" in request.headers.get("content-type", "json").lower()


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _refusal(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return errors.conflict()
    if isinstance(error, sqlite3.Error) and any(words in str(error) for words in _TOO_MUCH):
        return errors.too_complex()
    if isinstance(error, RecursionError):
        return errors.invalid_json()
    _LOG.error("The embedded workspace failed to answer.", exc_info=error)
    return ApiError(500, "internal_server_error", "Unexpected error.")
