"""Calls of AI tools as we keep them, and what a day of them comes to."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from playbooks.arguments import KEPT_FOR, ErrorClass
from playbooks.databases import normal
from playbooks.errors import (
    CapabilityMissing,
    ConfigurationInvalid,
    FirewallRefused,
    NoAnswer,
    NotFoundOrNotShared,
    NotionError,
    PlaybookError,
    RateLimited,
    RequestRefused,
    StoreUnusable,
    TokenRefused,
    WriteUnconfirmed,
)

Ending = Literal["succeeded", "failed", "unknown"]

OWN_TOOL: Final = "mcp_server"
"""The name under which calls of our own tools are kept."""

_CLOCKS_APART: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One thing that is known of calls of an AI tool; the same `id` is kept once.

    `tool` is a key as `tool_key` makes it, `day` the day of `at` in the team's zone.
    `response_time_ms` is that of one call. `calls_count` 0: a time or tokens of calls that
    another record counts. `success` None: not told. `task_id` is the page of a task.
    """

    id: str
    tool: str
    at: datetime
    day: date
    calls_count: int = 1
    response_time_ms: float | None = None
    success: bool | None = None
    tokens: int | None = None
    cost: float | None = None
    task_id: str | None = None
    error_class: ErrorClass | None = None

    @property
    def ending(self) -> Ending:
        """How the calls ended."""
        if self.success is None:
            return "unknown"
        return "succeeded" if self.success else "failed"

    @property
    def bucket(self) -> "Bucket":
        """Where it is rolled up."""
        return Bucket(self.tool, self.day, self.ending)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one row of Notion stands for: the calls of a tool on a day that ended alike."""

    tool: str
    day: date
    ending: Ending


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What the records of a bucket come to; None where none of them tells.

    `response_time_ms` is the mean of those told. `page_id` is the row that holds it already.
    """

    bucket: Bucket
    records_count: int
    calls_count: int
    response_time_ms: float | None = None
    tokens: int | None = None
    cost: float | None = None
    task_ids: tuple[str, ...] = ()
    page_id: str | None = None


def untimely(at: datetime, now: datetime) -> str | None:
    """Why calls of that instant are not kept: they lie ahead, or too far back; a predicate."""
    if at > now + _CLOCKS_APART:
        return "lies in the future"
    if at < now - KEPT_FOR:
        return f"is older than {KEPT_FOR.days} days, and nothing is kept longer"
    return None


def record_id(source: str, tool: str, own_id: str) -> str:
    """The id of what `source` tells under an id of its own, which each tool counts for itself."""
    digest = hashlib.sha256(json.dumps([tool, own_id]).encode()).hexdigest()
    return f"{source}_{digest[:32]}"


def tool_key(name: str) -> str:
    """One key for the ways people write a tool's name; empty for a name without letters."""
    return normal(name).replace(" ", "_")[:_LONGEST_KEY]


_LONGEST_KEY: Final = 64


_KINDS: Final[tuple[tuple[ErrorClass, tuple[type[PlaybookError], ...]], ...]] = (
    ("rate_limit", (RateLimited,)),
    ("authentication", (TokenRefused, CapabilityMissing, NotFoundOrNotShared)),
    ("configuration", (RequestRefused, FirewallRefused, ConfigurationInvalid, StoreUnusable)),
    ("network", (NoAnswer, WriteUnconfirmed)),
    ("service", (NotionError,)),
)


def error_class_of(failure: BaseException) -> ErrorClass | None:
    """What kind of failure an exception is; None for a refusal that is an answer."""
    for known, kinds in _KINDS:
        if isinstance(failure, kinds):
            return known
    return None if isinstance(failure, PlaybookError) else "service"


_WORDS: Final[dict[ErrorClass, tuple[str, ...]]] = {
    "network": ("timeout", "timed out", "network", "dns", "tls", "connection"),
    "rate_limit": ("rate limit", "rate limited", "429", "529", "overload", "quota"),
    "authentication": ("401", "403", "unauthorized", "forbidden", "authentication", "auth"),
    "configuration": ("400", "bad request", "configuration", "invalid"),
    "service": ("500", "502", "503", "504", "server error", "service"),
}


def error_class_named(text: str) -> ErrorClass | None:
    """The class that words of a team's own speak of, `Rate limited` for instance."""
    padded = f" {normal(text)} "
    for known in get_args(ErrorClass):
        if any(f" {word} " in padded for word in _WORDS[known]):
            found: ErrorClass = known
            return found
    return None
