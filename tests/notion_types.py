"""The oracle of answers: what the types of @notionhq/client say of every answer of ours.

`checked_app(workspace)` serves a workspace and notes what is wrong with its answers, in whatever
thread it serves; a test in which something was noted fails at its end (tests/conftest.py).
Failures that a test asks for are declared in the fault plan. Without the files beside the
checkout only what all answers have in common is checked.
"""

import csv
import json
import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from jsonschema import Draft202012Validator, validators  # type: ignore[import-untyped]  # no types
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.workspace.asgi import create_app
from server.workspace.core import JSON, Workspace

DATA = Path(__file__).parents[2] / "shared/data/notion"  # beside the checkout
TYPES_FILE = DATA / "notion-sdk-5.26.0.types.schema.json"
ENDPOINTS_FILE = DATA / "endpoints-5.26.0.tsv"
IS_HERE: Final = TYPES_FILE.exists() and ENDPOINTS_FILE.exists()

STRICT: Final = frozenset(("2026-03-11", "2025-09-03"))
"""Versions that the types describe; of others only the envelope is known."""

_UNNAMED_PROPERTIES: Final = ("verification", "place", "button")
"""Real data sources have properties of these types; the types of the SDK do not."""

_noted: list[str] = []


def checked_app(workspace: Workspace) -> ASGIApp:
    """The API of a workspace, each answer of which is judged."""
    return _Checked(create_app(workspace), workspace)


def note(complaint: str) -> None:
    """Keep a complaint until the test ends."""
    _noted.append(complaint)


def take_complaints() -> list[str]:
    """What was noted since the last call; a test that causes some on purpose takes them itself."""
    taken = list(_noted)
    _noted.clear()
    return taken


def complaints_about(definition: str, body: JSON) -> list[str]:
    """What one of the SDK's definitions has against a body."""
    return [
        f"{definition}{error.json_path[1:]}: {error.message[:300]}"
        for error in _validator(definition).iter_errors(body)
    ]


def definition_of(method: str, path: str) -> str | None:
    """The definition of what an endpoint answers."""
    fitting = (name for pattern, name in _endpoints()[method] if pattern.fullmatch(path))
    return next(fitting, None)


class _Checked:
    """Passes requests and answers on as they are, and judges each answer before it leaves."""

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self._app = app
        self._workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_declared = any(state.left_count != 0 for state in self._workspace.faults.states())
        answer = _Answer()

        async def judge_and_send(message: Message) -> None:
            if answer.complete(message):
                for complaint in _judged(scope, answer, is_declared=is_declared):
                    note(f"{scope['method']} {scope['path']} {answer.status} {complaint}")
            await send(message)

        await self._app(scope, receive, judge_and_send)


@dataclass
class _Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""

    def complete(self, message: Message) -> bool:
        """Takes one more part; whether it was the last."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return False
        self.content += message.get("body", b"")
        return not message.get("more_body", False)

    @property
    def body(self) -> JSON | None:
        """Its JSON; None when it has none."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return None
        with suppress(ValueError):
            return cast("JSON", json.loads(self.content))
        return None


def _judged(scope: Scope, answer: _Answer, *, is_declared: bool) -> Generator[str]:
    body = answer.body
    if answer.status >= 500 or body is None:
        if not is_declared:
            yield f"a failure that nobody asked for: {answer.content[:200]!r}"
        return
    yield from _envelope_complaints(answer, body)
    if answer.status != 200:
        yield from _error_complaints(answer, body)
    elif _version(scope) in STRICT and IS_HERE:
        yield from _type_complaints(scope, body)


def _envelope_complaints(answer: _Answer, body: JSON) -> Iterator[str]:
    # A list of templates, which is no object, does not name its request either.
    if "object" in body and body.get("request_id") != answer.headers.get("x-notion-request-id"):
        yield "request_id is not that of the header"
    if not answer.headers.get("cf-ray"):
        yield "has no cf-ray"
    if answer.headers["content-type"] != "application/json; charset=utf-8":
        yield f"is {answer.headers['content-type']}"
    if body.get("object") == "list" and body["has_more"] != (body["next_cursor"] is not None):
        yield "has more without a cursor, or a cursor without more"


def _error_complaints(answer: _Answer, body: JSON) -> Iterator[str]:
    allowed = {"object", "status", "code", "message", "request_id", "additional_data"}
    if body.get("object") != "error" or body.get("status") != answer.status:
        yield f"is not the error it says: {body}"
    if not (body.get("code") and body.get("message")) or body.keys() - allowed:
        yield f"is no error of Notion's shape: {body}"
    if "Traceback" in answer.content.decode():
        yield "shows a traceback"


def _type_complaints(scope: Scope, body: JSON) -> Iterator[str]:
    definition = definition_of(scope["method"], scope["path"])
    if definition is None:
        yield "is no endpoint of the SDK"
        return
    yield from complaints_about(definition, {k: v for k, v in body.items() if k != "request_id"})


def _version(scope: Scope) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(b"notion-version", b"").decode("latin-1")


@cache
def _endpoints() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Definitions by method and path, literal paths before those with arguments."""
    with ENDPOINTS_FILE.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file, delimiter="\t"), key=lambda row: row["path"].count("{"))
    known: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for row in rows:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", row["path"]))
        name = row["sdk_name"][0].upper() + row["sdk_name"][1:] + "Response"
        known.setdefault(row["method"], []).append((pattern, name))
    return known


@cache
def _validator(definition: str) -> Any:
    reference = {"$ref": f"#/definitions/{definition}", "definitions": _definitions()}
    return _Validator(reference)


@cache
def _definitions() -> dict[str, Any]:
    document = cast("dict[str, Any]", _without_archived(json.loads(TYPES_FILE.read_text("utf-8"))))
    definitions: dict[str, Any] = document["definitions"]
    for name, schema in definitions.items():
        # Or a broken page would pass for a partial one.
        if name.startswith("Partial"):
            schema["additionalProperties"] = False
    properties = definitions["DataSourceObjectResponse"]["properties"]["properties"]
    properties["additionalProperties"]["anyOf"] += [
        {"properties": {"type": {"const": kind}}, "required": ["id", "name", "type", kind]}
        for kind in _UNNAMED_PROPERTIES
    ]
    return definitions


def _without_archived(node: object) -> object:
    """The types name it required, which the newest version does not answer any more."""
    if isinstance(node, list):
        return [_without_archived(each) for each in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    members = cast("dict[str, object]", node)
    cleaned = {key: _without_archived(value) for key, value in members.items()}
    if isinstance(cleaned.get("required"), list):
        required = cast("list[str]", cleaned["required"])
        cleaned["required"] = [name for name in required if name != "archived"]
    return cleaned


def _any_of(validator: Any, alternatives: list[Any], instance: Any, _schema: Any) -> Iterator[Any]:
    """`anyOf`, but only alternatives of the instance's own type are tried: quicker, and clearer."""
    found: list[list[Any]] = []
    for alternative in alternatives:
        if _is_of_its_type(alternative, instance):
            found.append(list(validator.descend(instance, alternative)))
            if not found[-1]:
                return
    if found:
        yield from min(found, key=len)
    else:
        yield from validator.descend(instance, False)


def _is_of_its_type(alternative: dict[str, Any], instance: Any) -> bool:
    if "$ref" in alternative:
        return _is_of_its_type(_definitions()[alternative["$ref"].rpartition("/")[2]], instance)
    if not isinstance(instance, dict):
        return True
    members = cast("dict[str, Any]", instance)
    return all(
        members[name] == schema["const"]
        for name, schema in alternative.get("properties", {}).items()
        if name in members and "const" in schema
    )


_Validator: Final = cast("Any", validators).extend(Draft202012Validator, {"anyOf": _any_of})
