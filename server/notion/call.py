"""What travels with one call through the wire: what it is, what it took, how long it may take."""

import math
import random
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias, cast

import anyio
import httpx

from playbooks.clock import Clock

Monotonic: TypeAlias = Callable[[], float]
"""Seconds that never jump; only differences mean anything."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits that many seconds."""

Random: TypeAlias = Callable[[], float]
"""An even draw from [0, 1)."""

MS_PER_S: Final = 1000.0

_CALL: Final = "notion_call"
_TIMING: Final = "notion_timing"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TimeAndChance:
    """Whatever makes two runs of the wire differ; a test gives its own."""

    clock: Clock = _utc_now
    monotonic: Monotonic = time.monotonic
    sleep: Sleep = anyio.sleep
    random: Random = random.random


@dataclass(frozen=True, slots=True)
class Call:
    """What the caller knows of its call; `endpoint` is the path without its ids.

    `reads` tells a POST that changes nothing. `background` calls let others go first.
    `deadline_s` None means that the call may take as long as it takes. What is None of a query's
    traits is unknown or of no meaning to the call.
    """

    endpoint: str
    reads: bool = False
    probe: bool = False
    background: bool = False
    data_source_id: str | None = None
    object_id: str | None = None
    page_size: int | None = None
    filtered: bool | None = None
    narrowed: bool | None = None
    procedure: str | None = None
    run_id: str | None = None
    deadline_s: float | None = None


@dataclass(slots=True)
class Timing:
    """What the layers add as the call passes; `ends_at_s` is on the monotonic clock.

    `unanswered_since_s` is when the request was last given to the network, as long as no whole
    answer has come: whether it was performed is then unknown. None: never sent, or answered.
    `rate_limit_reason` is that of the last 429 on the way.
    """

    queue_wait_ms: float = 0.0
    network_ms: float = 0.0
    connect_ms: float = 0.0
    server_ms: float = 0.0
    retry_wait_ms: float = 0.0
    attempts_count: int = 0
    ends_at_s: float = math.inf
    unanswered_since_s: float | None = None
    rate_limit_reason: str | None = None


class DeadlinePassed(httpx.TimeoutException):
    """The call's own deadline passed, or a wait that it needs would end beyond it."""

    def __init__(self, why: str, *, deadline_s: float | None, request: httpx.Request) -> None:
        super().__init__(why, request=request)
        self.why = why
        self.deadline_s = deadline_s


class UnreadableAnswer(httpx.RemoteProtocolError):
    """The answer says that all went well, but holds no JSON object."""


class Layer(httpx.AsyncBaseTransport):
    """One layer of the wire: it knows what is below it and nothing else."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


def extensions(call: Call, timing: Timing) -> dict[str, object]:
    """The call as extensions of the request that makes it; the layers add to `timing`."""
    return {_CALL: call, _TIMING: timing}


def call_of(request: httpx.Request) -> Call:
    """What the caller said of this request; its bare path where it said nothing."""
    call = request.extensions.get(_CALL)
    return call if isinstance(call, Call) else Call(endpoint=request.url.path)


def timing_of(request: httpx.Request) -> Timing:
    """The one record of this request to which every layer adds."""
    return cast("Timing", request.extensions.setdefault(_TIMING, Timing()))


def reads(request: httpx.Request) -> bool:
    """Whether the request changes nothing."""
    return request.method == "GET" or call_of(request).reads


@contextmanager
def queueing(request: httpx.Request, monotonic: Monotonic) -> Generator[None]:
    """Count what happens meanwhile as the request's wait in our own queue."""
    arrived_s = monotonic()
    try:
        yield
    finally:
        timing_of(request).queue_wait_ms += (monotonic() - arrived_s) * MS_PER_S
