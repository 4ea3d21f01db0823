"""Answers as they go out: Notion's JSON and headers, a firewall's page, and JSON that is spoilt."""

import json
from typing import Any, Final
from uuid import uuid4

from starlette.responses import Response

from server.workspace.effects import Effect, InvalidJson, Truncated
from server.workspace.errors import ApiError

_BLOCKED: Final = """<!DOCTYPE html>
<html lang="en-US">
<head><title>Attention Required! | Cloudflare</title></head>
<body>
<h1>Sorry, you have been blocked</h1>
<h2>You are unable to access api.notion.com</h2>
<p>Cloudflare Ray ID: {ray}</p>
</body>
</html>
"""


def performed(body: dict[str, Any], request_id: str) -> Response:
    """200 with what was asked for."""
    # Notion names the request in objects and lists; a list of templates is neither.
    named = {"request_id": request_id} if "object" in body else {}
    return _json(200, body | named, request_id)


def refused(error: ApiError, request_id: str) -> Response:
    """An error in Notion's shape."""
    return _json(error.status, error.body(request_id), request_id, error.headers)


def blocked() -> Response:
    """403 by the firewall before Notion: a page, and no id of a request."""
    ray = _ray()
    return Response(
        _BLOCKED.format(ray=ray.partition("-")[0]),
        status_code=403,
        media_type="text/html",
        headers={"cf-ray": ray, "server": "cloudflare"},
    )


def spoilt(answer: Response, effect: Effect | None) -> Response:
    """The answer with its JSON broken, if that is the fault; its length fits what is sent."""
    match effect:
        case Truncated():
            return _with_content(answer, answer.body[: len(answer.body) // 2])
        case InvalidJson():
            return _with_content(answer, bytes(answer.body[:-1]) + b",}")
        case _:
            return answer


def _with_content(answer: Response, content: bytes | memoryview) -> Response:
    headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
    return Response(bytes(content), status_code=answer.status_code, headers=headers)


def _json(
    status: int, body: dict[str, Any], request_id: str, headers: dict[str, str] | None = None
) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        content.encode(),
        status_code=status,
        media_type="application/json; charset=utf-8",
        headers={"x-notion-request-id": request_id, "cf-ray": _ray(), **(headers or {})},
    )


def _ray() -> str:
    return f"{uuid4().hex[:16]}-AMS"
