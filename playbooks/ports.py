"""What the procedures ask of the world; `server/` holds the adapters."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeVar

from playbooks.errors import PlaybookError
from playbooks.report import Report, Status

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


class Notion(Protocol):
    """The Notion API as the procedures need it; every method may raise a NotionError."""

    def attributed(self, procedure: str, run_id: str) -> "Notion":
        """The same API, its calls recorded under that procedure and run."""
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


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the Notion API, its retries included."""

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

    async def record_calls(self, calls: Sequence[CallRecord]) -> None:
        """Add telemetry; old calls beyond the retention are dropped."""
        ...

    async def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the calls of that `CallRecord.connection` recorded since then."""
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
