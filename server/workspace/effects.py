"""The faults: what each does to a request it acts on, with the bodies that Notion documents.

* Refusal, Blocked, Stalled, Reset   instead of the request, which is not performed
* Committed, Delayed, Spoilt          after it was performed
* CommittedLate                       before it is performed
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field

from server.workspace.errors import ApiError, conflict, unauthorized, unavailable

RateLimitReason = Literal[
    "public_api_request_rate_limit",
    "public_api_space_request_rate_limit",
    "public_api_endpoint_rate_limit",
    "mcp_tool_rate_limit",
    "collection_router_upstream_429",
    "public_api_request_blocked",
]
Milliseconds: TypeAlias = Annotated[int, Field(ge=0, le=3_600_000)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=3600)]
RetryAfter: TypeAlias = Annotated[int, Field(ge=0, le=86_400)]

NOTION_TIMEOUT_S: Final = 60
_P95: Final = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""


class _Strict:
    """What every fault shares when it is read from a plan: no unknown option, no coercion."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class RateLimited(_Strict):
    """429; nothing is performed."""

    retry_after_s: RetryAfter = 1
    reason: RateLimitReason = "public_api_request_rate_limit"

    def error(self) -> ApiError:
        """The answer."""
        return ApiError(
            429,
            "rate_limited",
            "You have been rate limited. Please try again in a few minutes.",
            additional_data={
                "rate_limit_reason": self.reason,
                "retry_after": self.retry_after_s,
            },
            headers={"Retry-After": str(self.retry_after_s)},
        )


@dataclass(frozen=True, slots=True)
class Overloaded(_Strict):
    """529; nothing is performed."""

    retry_after_s: RetryAfter = 1

    def error(self) -> ApiError:
        """The answer."""
        return ApiError(
            529,
            "service_overload",
            "Notion is overloaded. Please try again later.",
            additional_data={"retry_after": self.retry_after_s},
            headers={"Retry-After": str(self.retry_after_s)},
        )


FailureStatus = Literal[500, 502, 503, 504]
_FAILURES: Final[dict[FailureStatus, tuple[str, str]]] = {
    500: ("internal_server_error", "Unexpected error occurred."),
    502: ("bad_gateway", "Bad gateway. Please try again later."),
    504: ("gateway_timeout", "Notion timed out while completing this request."),
}


@dataclass(frozen=True, slots=True)
class Failed(_Strict):
    """500, 502, 503 or 504; nothing is performed."""

    status: FailureStatus = 500

    def error(self) -> ApiError:
        """The answer."""
        if self.status not in _FAILURES:
            return unavailable()
        return ApiError(self.status, *_FAILURES[self.status])


@dataclass(frozen=True, slots=True)
class DatabaseUnavailable(_Strict):
    """503: Notion does not reach its own database; nothing is performed."""

    def error(self) -> ApiError:
        """The answer."""
        return ApiError(
            503,
            "database_connection_unavailable",
            "Notion's database is unavailable or is not in a state that can be queried."
            " Please try again later.",
        )


@dataclass(frozen=True, slots=True)
class PoolExhausted(_Strict):
    """503 with the advice to ask for less, as queries of big tables get it."""

    def error(self) -> ApiError:
        """The answer."""
        return unavailable(
            endpoint_name="public_queryDataSource",
            notion_error_name="PgPoolWaitConnectionTimeout",
            retry_guidance=[
                "Retry with exponential backoff.",
                "Reduce page_size.",
                "Use narrower filters.",
            ],
        )


@dataclass(frozen=True, slots=True)
class Conflict(_Strict):
    """409: somebody else writes at the same time; nothing is performed."""

    def error(self) -> ApiError:
        """The answer."""
        return conflict()


@dataclass(frozen=True, slots=True)
class Revoked(_Strict):
    """401, as if the token were revoked."""

    def error(self) -> ApiError:
        """The answer."""
        return unauthorized()


@dataclass(frozen=True, slots=True)
class Blocked(_Strict):
    """403 as an HTML page: a firewall before Notion refuses the content."""


@dataclass(frozen=True, slots=True)
class Committed(_Strict):
    """A write is performed and kept, and answered with 503; a read is answered with 503."""


@dataclass(frozen=True, slots=True)
class CommittedLate(_Strict):
    """502 or 504 at once; a write is performed `late_s` seconds later all the same."""

    status: Literal[502, 504] = 504
    late_s: Seconds = 5

    def error(self) -> ApiError:
        """The answer."""
        return Failed(self.status).error()


@dataclass(frozen=True, slots=True)
class Delayed(_Strict):
    """The answer as ever, but so much later.

    With `p95_ms` delays are drawn from a lognormal distribution, whose median is `latency_ms`.
    """

    latency_ms: Milliseconds
    p95_ms: Milliseconds | None = None

    def __post_init__(self) -> None:
        if self.p95_ms is not None and not 0 < self.latency_ms <= self.p95_ms:
            raise ValueError("p95_ms must be no less than latency_ms, and both more than 0")

    def drawn(self, random: Random) -> "Delayed":
        """The delay of one answer."""
        if self.p95_ms is None:
            return self
        sigma = math.log(self.p95_ms / self.latency_ms) / _P95
        return Delayed(round(self.latency_ms * math.exp(random.gauss(0, sigma))))


@dataclass(frozen=True, slots=True)
class Stalled(_Strict):
    """Nothing is performed and nothing answered; after `duration_s` a 503, as Notion gives up."""

    duration_s: Seconds = NOTION_TIMEOUT_S + 1


@dataclass(frozen=True, slots=True)
class Reset(_Strict):
    """The connection is reset before a byte is answered; nothing is performed."""


@dataclass(frozen=True, slots=True)
class ResetInBody(_Strict):
    """The request is performed, and the connection reset in the middle of the answer."""


@dataclass(frozen=True, slots=True)
class Truncated(_Strict):
    """The request is performed; the JSON of its answer ends halfway, its length fitting."""


@dataclass(frozen=True, slots=True)
class InvalidJson(_Strict):
    """The request is performed; its answer says that it is JSON, and is none."""


Refusal: TypeAlias = (
    RateLimited | Overloaded | Failed | DatabaseUnavailable | PoolExhausted | Conflict | Revoked
)
Spoilt: TypeAlias = ResetInBody | Truncated | InvalidJson
Effect: TypeAlias = (
    Refusal | Blocked | Stalled | Reset | Committed | CommittedLate | Delayed | Spoilt
)

REFUSALS: Final[tuple[type[Refusal], ...]] = get_args(Refusal)
BY_NAME: Final[dict[str, type[Effect]]] = {
    "rate_limited": RateLimited,
    "overloaded": Overloaded,
    "failed": Failed,
    "database_unavailable": DatabaseUnavailable,
    "pool_exhausted": PoolExhausted,
    "conflict": Conflict,
    "revoked": Revoked,
    "blocked": Blocked,
    "committed": Committed,
    "committed_late": CommittedLate,
    "delayed": Delayed,
    "stalled": Stalled,
    "reset": Reset,
    "reset_in_body": ResetInBody,
    "truncated": Truncated,
    "invalid_json": InvalidJson,
}
"""Every fault by the name that plans and commands give it."""

NAME_OF: Final = {kind: name for name, kind in BY_NAME.items()}


def committed_error(answer: dict[str, Any], resource_id: str) -> ApiError:
    """The 503 of a write that was kept all the same; `answer` is what it would have answered."""
    is_list = answer.get("object") == "list"
    children = [each["id"] for each in answer["results"]] if is_list else []
    return unavailable(
        retry_guidance=["Read the object again", "Do not repeat the write"],
        committed_resource_id=resource_id,
        committed_child_ids=children,
    )
