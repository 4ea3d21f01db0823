"""What an answer says, as far as our own sentences and records may repeat it.

Codes, reasons and request ids are kept only in the shape that Notion gives them, so that no
foreign text passes into an error or the telemetry.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias, TypeVar, cast

import httpx

from playbooks.errors import NoAnswer
from playbooks.rate import LONGEST_PAUSE_S

JSON: TypeAlias = dict[str, Any]
T = TypeVar("T")

_BODY: Final = "notion_body"
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID: Final = re.compile(r"[0-9a-fA-F-]{8,64}")
_OTHER_SHAPE: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Said:
    """What an unsuccessful answer says of itself; None for each thing that it does not say."""

    code: str | None
    request_id: str | None
    retry_after_s: float | None
    rate_limit_reason: str | None
    committed_id: str | None
    committed_child_ids: tuple[str, ...]
    is_workspace_full: bool
    is_too_heavy: bool


def body_of(response: httpx.Response) -> JSON | None:
    """The body where it is a JSON object, else None; each answer is parsed once."""
    if _BODY not in response.extensions:
        response.extensions[_BODY] = _parsed(response)
    return cast("JSON | None", response.extensions[_BODY])


def _parsed(response: httpx.Response) -> JSON | None:
    try:
        body: object = response.json()
    except (ValueError, RecursionError):
        return None
    return cast("JSON", body) if isinstance(body, dict) else None


def said_by(response: httpx.Response) -> Said:
    """Read an unsuccessful answer; never fails, whatever came."""
    body = body_of(response) or {}
    more = _object(body.get("additional_data"))
    children = more.get("committed_child_ids")
    return Said(
        code=_matching(_WORD, body.get("code")),
        request_id=_matching(_ID, body.get("request_id")) or request_id_of(response),
        retry_after_s=retry_after_s_of(response, more),
        rate_limit_reason=_matching(_WORD, more.get("rate_limit_reason")),
        committed_id=_matching(_ID, more.get("committed_resource_id")),
        committed_child_ids=_ids(children),
        is_workspace_full="block_limit" in more,
        is_too_heavy=more.get("notion_error_name") == "PgPoolWaitConnectionTimeout",
    )


def request_id_of(response: httpx.Response) -> str | None:
    """Notion's id of the request, from the header."""
    return _matching(_ID, response.headers.get("x-notion-request-id"))


def date_of(response: httpx.Response) -> datetime | None:
    """The server's clock when it answered; None when it does not tell, or no instant."""
    try:
        told = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else None


def retry_after_s_of(response: httpx.Response, more: JSON) -> float | None:
    """Seconds to wait, from the header or else the body; None for none or nonsense.

    Never more than LONGEST_PAUSE_S: who asks then is told again.
    """
    for candidate in (response.headers.get("retry-after"), more.get("retry_after")):
        try:
            wait_s = float(cast("Any", candidate))
        except (TypeError, ValueError):
            continue
        if math.isfinite(wait_s) and wait_s >= 0:
            return min(wait_s, LONGEST_PAUSE_S)
    return None


def read_as(parse: Callable[[JSON], T], answer: JSON) -> T:
    """Parse an answer; NoAnswer when it has another shape than the documented one."""
    try:
        return parse(answer)
    except _OTHER_SHAPE:
        # The cause would quote the answer, which is foreign text.
        raise NoAnswer("its answer has another shape than the documented one") from None


def _object(value: object) -> JSON:
    return cast("JSON", value) if isinstance(value, dict) else {}


def _ids(value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(found for item in items if (found := _matching(_ID, item)) is not None)


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
