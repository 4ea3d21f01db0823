"""The one place where answers and failures of the wire become errors in our own words."""

from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import httpx

from playbooks.errors import (
    BreakerOpen,
    CapabilityMissing,
    FirewallRefused,
    NoAnswer,
    NotFoundOrNotShared,
    NotionError,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    TokenRefused,
)
from server.notion.answers import Said, body_of, said_by
from server.notion.breaker import LeftAlone
from server.notion.call import DeadlinePassed, UnreadableAnswer

_LIMITED: Final = (HTTPStatus.TOO_MANY_REQUESTS, 529)


def error_of(response: httpx.Response, object_id: str | None) -> NotionError:
    """The error that an unsuccessful answer means; `object_id` is what a 404 is about."""
    status, said = response.status_code, said_by(response)
    if status in _LIMITED:
        return RateLimited(
            status,
            retry_after_s=said.retry_after_s,
            reason=said.rate_limit_reason,
            request_id=said.request_id,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServiceFailed(status, said.code, said.request_id)
    if status >= HTTPStatus.BAD_REQUEST:
        return _refusal(response, said, object_id)
    return NoAnswer("it points to another address, where the token must not go")


def _refusal(response: httpx.Response, said: Said, object_id: str | None) -> NotionError:
    match response.status_code:
        case HTTPStatus.UNAUTHORIZED:
            return TokenRefused(said.request_id)
        case HTTPStatus.FORBIDDEN if body_of(response) is None:
            return FirewallRefused()
        case HTTPStatus.FORBIDDEN if not said.is_workspace_full:
            return CapabilityMissing(said.request_id)
        case HTTPStatus.NOT_FOUND if said.code == "object_not_found":
            return NotFoundOrNotShared(object_id, said.request_id)
        case status:
            return RequestRefused(status, said.code, said.request_id)


@contextmanager
def in_our_words() -> Generator[None]:
    """Turn failures of the wire into NoAnswer; their own words may quote headers or hosts."""
    try:
        yield
    except DeadlinePassed as late:
        raise NoAnswer(late.why, deadline_s=late.deadline_s) from None
    except LeftAlone as left:
        raise BreakerOpen(left.group, retry_in_s=left.retry_in_s) from None
    except UnreadableAnswer:
        raise NoAnswer("its answer is not a JSON object") from None
    except httpx.TimeoutException:
        raise NoAnswer("the connection stood still") from None
    except (httpx.ConnectError, httpx.ProxyError):
        raise NoAnswer("no connection could be made") from None
    except (httpx.RequestError, httpx.InvalidURL):
        raise NoAnswer("the connection broke") from None
