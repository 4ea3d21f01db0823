"""What the procedures ask of the world; `server/` holds the adapters."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeVar

from playbooks.errors import PlaybookError
from playbooks.plan import JournalEntry, Plan, PlanState
from playbooks.report import Report, Source, Status
from playbooks.rows import Row

T = TypeVar("T")

Capability = Literal[
    "read_content",
    "insert_content",
    "update_content",
    "read_comments",
    "insert_comments",
    "read_users",
]

ObjectKind = Literal["page", "block", "database", "data_source"]


@dataclass(frozen=True, slots=True)
class Bot:
    """Who answered: the integration behind the token. Names are foreign text."""

    id: str
    name: str
    workspace_id: str | None
    workspace_name: str | None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, multi_select or status; `group` only for a status."""

    name: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """One column of a data source. `id` is stable, `name` is foreign text."""

    id: str
    name: str
    type: str
    options: tuple[Option, ...] = ()
    target_data_source_id: str | None = None


@dataclass(frozen=True, slots=True)
class DataSource:
    """The schema of one table. `title` is foreign text."""

    id: str
    title: str
    database_id: str | None
    in_trash: bool
    url: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A data source that search returned; `title` is foreign text."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class PageMeasure:
    """What one page of rows took: its own time, apart from waiting for the budget.

    `server_ms` is the time to the first byte less the time to connect; `tries_count` counts the
    first try too. `rate_limit_reason` is that of the last 429 on the way, also when a later try
    was answered. `compressed` None: not told.
    """

    total_ms: float
    queue_wait_ms: float
    retry_wait_ms: float
    network_ms: float
    server_ms: float
    client_ms: float
    tries_count: int
    rows_count: int
    has_more: bool
    response_bytes: int
    connect_ms: float = 0.0
    rate_limit_reason: str | None = None
    compressed: bool | None = None


class Notion(Protocol):
    """The Notion API as the procedures need it; every method may raise a NotionError."""

    def attributed(self, procedure: str, run_id: str) -> "Notion":
        """The same API, its calls recorded under that procedure and run."""
        ...

    def in_background(self) -> "Notion":
        """The same API, its calls let go only while no interactive call waits for the budget."""
        ...

    async def measure_page(
        self, data_source_id: str, *, page_size: int = 100, property_ids: Sequence[str] = ()
    ) -> PageMeasure:
        """Read the first page of rows, past every cache, and say what it took."""
        ...

    async def who_am_i(self) -> Bot:
        """GET /v1/users/me."""
        ...

    async def has_capability(self, capability: Capability) -> bool:
        """Ask without side effects; the call is recorded as a probe and never as an error."""
        ...

    async def data_source(self, data_source_id: str, *, probe: bool = False) -> DataSource:
        """The schema; NotFoundOrNotShared when it is of another kind, missing or not shared.

        Recorded as a probe when the id may well be of another kind.
        """
        ...

    async def count_first_rows(self, data_source_id: str) -> int:
        """Read one page of one row: 0 or 1. Shows that rows, not only the schema, can be read."""
        ...

    async def kinds_of(self, object_id: str) -> tuple[ObjectKind, ...]:
        """What kinds the id answers to, asked as probes; empty when it answers to none."""
        ...

    async def data_sources_of(self, database_id: str) -> tuple[Found, ...]:
        """The tables of a database."""
        ...

    async def find_data_sources(self, title: str) -> tuple[Found, ...]:
        """Search by title; the index of Notion lags and is not exhaustive."""
        ...


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


class View(Protocol):
    """The rows of one data source as they were at `reading.as_of`."""

    @property
    def schema(self) -> DataSource:
        """The schema that the rows have."""
        ...

    @property
    def reading(self) -> Reading:
        """Where they come from."""
        ...

    def rows(self, properties: Sequence[str] = ()) -> AsyncIterator[Row]:
        """Every row out of the trash, oldest first; of these properties (names), all if none.

        Read in bounded portions: memory does not grow with the rows.
        """
        ...

    def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        """The recorded changes of status, oldest first."""
        ...


class Mirror(Protocol):
    """Our copy of the rows of data sources."""

    async def open(
        self,
        data_source_id: str,
        *,
        strategy: Strategy = "FRESH",
        progress: "Progress | None" = None,
    ) -> View:
        """Bring the copy up to date as the strategy asks, then give its rows.

        Serves what is kept, with its age, where Notion fails. Raises NotionError when nothing is
        kept either, NothingKept when OFFLINE finds nothing.
        """
        ...

    async def ttl_s(self, data_source_id: str) -> float:
        """The TTL in force, in seconds: tuned by a plan, else the configuration's."""
        ...


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
class Traffic:
    """The recorded calls of one connection in a window, probes left out."""

    since: datetime
    calls_count: int
    errors_count: int
    cache_reads_count: int
    cache_hits_count: int


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


class Store(Protocol):
    """What we remember; every method may raise StoreUnusable."""

    async def probe(self) -> StoreState:
        """Open it, write and read back one row in a transaction that is rolled back."""
        ...

    async def keep_run(self, report: Report) -> None:
        """Keep a run under its id; the same id again replaces it."""
        ...

    async def run(self, run_id: str) -> Report | None:
        """The kept report, or None."""
        ...

    async def latest_runs(
        self, *, procedure: str | None = None, connection: str | None = None, limit: int = 5
    ) -> tuple[RunSummary, ...]:
        """The newest runs, newest first: of that procedure and `Report.connection`, or of all."""
        ...

    async def record_calls(self, batch: Sequence[CallRecord]) -> None:
        """Add telemetry; old calls beyond the retention are dropped."""
        ...

    async def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the calls of that `CallRecord.connection` recorded since then."""
        ...

    async def calls_since(self, since: datetime, connection: str) -> tuple[CallRecord, ...]:
        """The recorded calls themselves, oldest first; at most CALLS_READ_COUNT newest ones."""
        ...

    async def edits_since(self, since: datetime, connection: str) -> tuple[Edit, ...]:
        """What refreshes of the mirror saw change, oldest first."""
        ...

    async def breakers(self, connection: str) -> tuple[BreakerState, ...]:
        """Every circuit breaker that any process of this connection has published."""
        ...

    async def keep_plan(self, plan: Plan) -> None:
        """Keep a new plan under its id."""
        ...

    async def plan(self, plan_id: str) -> Plan | None:
        """The kept plan as it stands, or None."""
        ...

    async def plans(self, *, limit: int = 20) -> tuple[Plan, ...]:
        """The newest plans, newest first."""
        ...

    async def move_plan(
        self,
        plan_id: str,
        *,
        from_states: Sequence[PlanState],
        to: PlanState,
        as_seen: Plan | None = None,
        **changes: object,
    ) -> bool:
        """Let the plan go into another state, in one step; False when it is in none of those.

        Also False when it is no longer `as_seen`. Whoever gets True alone may act on it: an
        approval is used once.
        """
        ...

    async def append_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add to the hash-chained journal, which nothing ever changes."""
        ...

    async def tuned(self) -> Mapping[str, float]:
        """Our own settings as plans have tuned them, over the configuration's."""
        ...

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        """Set tuned settings; None takes one back to the configuration's."""
        ...


@dataclass(frozen=True, slots=True)
class ServerState:
    """What our own MCP server answered to a handshake and a tool list."""

    version: str
    protocol: str
    tools_count: int
    latency_ms: float


class OwnServer(Protocol):
    """Our own MCP server, asked as a client would."""

    async def probe(self) -> ServerState:
        """Handshake and list the tools, in memory."""
        ...


# Without slots: `Outcome[T](...)` fails on a frozen class that has them, since `typing` sets an
# attribute and dataclasses (CPython 3.11) answers with TypeError in place of AttributeError.
@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of one probe: a value, an error of ours, or nothing in time.

    `latency_ms` is None exactly when nothing came in time.
    """

    value: T | None = None
    error: PlaybookError | None = None
    latency_ms: float | None = None


class Together(Protocol):
    """Runs probes side by side, so that procedures need no event loop of their own."""

    async def __call__(
        self, probes: Sequence[Callable[[], Awaitable[T]]], *, within_s: float
    ) -> tuple[Outcome[T], ...]:
        """The outcomes in order; those that have not answered when the time is up are cancelled."""
        ...


Progress = Callable[[int, int, str], Awaitable[None]]
"""Told `done, total, what` as a procedure goes on."""
