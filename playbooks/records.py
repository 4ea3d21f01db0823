"""What we keep: calls, readings of the mirror, runs, and the states that processes share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from playbooks.errors import PlaybookError
from playbooks.report import Source, Status

Strategy = Literal["REALTIME", "FRESH", "OFFLINE"]
"""REALTIME reads every row from Notion now; FRESH refreshes what is older than its TTL; OFFLINE
calls nobody and gives whatever is kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the rows of a view come from.

    `as_of` is the instant whose state of Notion they show, `live` that it is this reading's own.
    `complete` False: rows or references are missing, and `gaps` says which in our own words.
    `stale_because` is why Notion could not be asked although it should have been.
    """

    source: Source
    as_of: datetime
    rows_count: int
    complete: bool
    requests_count: int
    swept_at: datetime | None = None
    gaps: tuple[str, ...] = ()
    stale_because: PlaybookError | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A changed status of a row, as two readings saw it: it happened between the two instants.

    `before` and `after` are names of options, foreign text; None for empty.
    """

    row_id: str
    property_id: str
    before: str | None
    after: str | None
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """The right to write a page of ours; `page_id` where it was written before."""

    page_id: str | None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the Notion API, its retries included; or one reading of the mirror.

    `connect_ms` is part of `network_ms`, `server_ms` the wait for the first byte. A query tells
    `rows_count`, `page_size`, `has_more`, whether it was `filtered`, and `narrowed` by
    filter_properties. `object_id` is the page or block that a read was about.
    `rate_limit_reason` is that of the last 429 on the way, also when a later try was answered.
    """

    at: datetime
    method: str
    endpoint: str
    status: int | None
    total_ms: float
    queue_wait_ms: float = 0.0
    network_ms: float = 0.0
    retry_wait_ms: float = 0.0
    attempts_count: int = 1
    data_source_id: str | None = None
    error_code: str | None = None
    rate_limit_reason: str | None = None
    request_id: str | None = None
    response_bytes: int | None = None
    probe: bool = False
    cache: Literal["hit", "miss"] | None = None
    procedure: str | None = None
    run_id: str | None = None
    connection: str | None = None
    connect_ms: float = 0.0
    server_ms: float = 0.0
    rows_count: int | None = None
    page_size: int | None = None
    has_more: bool | None = None
    filtered: bool | None = None
    narrowed: bool | None = None
    object_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded in a window, oldest first; `cut`: there were more, older ones."""

    calls: tuple[CallRecord, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Traffic:
    """The recorded calls of one connection in a window, probes left out.

    `withheld_count` are those that we ourselves ended, which say nothing of Notion and are no
    calls here: cancelled, kept back by a breaker, or given up while they still waited for us.
    """

    since: datetime
    calls_count: int
    errors_count: int
    cache_reads_count: int
    cache_hits_count: int
    withheld_count: int = 0


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One kept run."""

    run_id: str
    procedure: str
    status: Status
    headline: str
    as_of: datetime
    connection: str


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the store says of itself; `location` holds no password."""

    location: str
    engine: Literal["sqlite", "postgresql"]
    schema_version: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class BreakerState:
    """One circuit breaker: which group of endpoints, and whether calls pass."""

    group: str
    state: Literal["closed", "open", "half_open", "refused"]
    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A refresh of the mirror saw that rows had changed: when, and how many."""

    data_source_id: str
    at: datetime
    rows_count: int
