"""What the procedures ask of the world; `server/` holds the adapters."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from playbooks.errors import NotionError, PlaybookError
from playbooks.objects import (
    Bot,
    Capability,
    DataSource,
    Found,
    ObjectKind,
    PageMeasure,
    Property,
)
from playbooks.picture import Specification, Theme
from playbooks.plan_ports import Plans
from playbooks.rate import Pause
from playbooks.records import (
    BreakerState,
    CallRecord,
    Claimed,
    Edit,
    Reading,
    Recorded,
    RunSummary,
    StoreState,
    Strategy,
    Traffic,
    Transition,
)
from playbooks.report import Report
from playbooks.rows import Plain, Row
from playbooks.snapshot import Json
from playbooks.usage import Bucket, RolledUp, UsageRecord

T = TypeVar("T")


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

    async def in_trash(self, page_id: str) -> bool | None:
        """Whether the page is in the trash; None when it is not shared, or gone for good."""
        ...

    async def data_sources_of(self, database_id: str) -> tuple[Found, ...]:
        """The tables of a database."""
        ...

    async def find_data_sources(self, title: str) -> tuple[Found, ...]:
        """Search by title; the index of Notion lags and is not exhaustive."""
        ...


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

    def rows(
        self,
        properties: Sequence[str] = (),
        *,
        since: datetime | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Row]:
        """Every row out of the trash, oldest first; of these properties (names), all if none.

        With `since` only those that Notion has given, changed or not, at that instant or later;
        `unless` leaves out rows, by id, that are still of that version.
        Read in bounded portions: memory does not grow with the rows.
        """
        ...

    @property
    def record(self) -> Json:
        """The schema as Notion tells it."""
        ...

    def records(self) -> AsyncIterator[Json]:
        """Every row out of the trash as Notion tells it, oldest first, in bounded portions."""
        ...

    def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        """The recorded changes of status, oldest first."""
        ...


class Mirror(Protocol):
    """Our copy of the rows of data sources."""

    def attributed(self, procedure: str, run_id: str) -> "Mirror":
        """The same mirror, its readings and calls recorded under that procedure and run."""
        ...

    async def open(
        self,
        data_source_id: str,
        *,
        strategy: Strategy = "FRESH",
        progress: "Progress | None" = None,
        stale_because: NotionError | None = None,
    ) -> View:
        """Bring the copy up to date as the strategy asks, then give its rows.

        Serves what is kept, with its age, where Notion fails. Raises NotionError when nothing is
        kept either, NothingKept when OFFLINE finds nothing. `stale_because` is why one asks for it
        OFFLINE, where that is a failure of Notion: the reading tells it.
        """
        ...

    async def forget(self, row_id: str) -> None:
        """Drop the row, which was just seen in the trash; no call of Notion.

        A refresh under way does not bring it back; one that begins later and sees it does.
        """
        ...

    async def reread(self, row_id: str) -> None:
        """Keep the row, just seen out of the trash, as Notion shows it; edited or not.

        Nothing happens when it is no row of a data source that is kept. Raises NotionError.
        """
        ...

    async def kept(self) -> tuple[DataSource, ...]:
        """The data sources of which rows are kept, with the schema of the last refresh."""
        ...

    async def ttl_s(self, data_source_id: str) -> float:
        """The TTL in force, in seconds: tuned by a plan, else the configuration's."""
        ...


class Store(Plans, Protocol):
    """What we remember; every method may raise StoreUnusable."""

    async def probe(self) -> StoreState:
        """Open it, write and read back one row in a transaction that is rolled back."""
        ...

    async def keep_run(self, report: Report, picture: Specification | None = None) -> None:
        """Keep a run and its picture under its id; the same id again replaces both."""
        ...

    async def run(self, run_id: str) -> Report | None:
        """The kept report, or None."""
        ...

    async def picture(self, run_id: str) -> Specification | None:
        """The picture kept with that run, or None."""
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

    async def calls_since(self, since: datetime, connection: str) -> Recorded:
        """The recorded calls themselves; of too many the newest."""
        ...

    async def readings(
        self, since: datetime, connection: str, *, until: datetime | None = None
    ) -> Recorded:
        """The recorded readings of the mirror alone, before `until`; of too many the newest."""
        ...

    async def edits_since(self, since: datetime, connection: str) -> tuple[Edit, ...]:
        """What refreshes of the mirror saw change, oldest first."""
        ...

    async def breakers(self, connection: str) -> tuple[BreakerState, ...]:
        """Every circuit breaker that any process of this connection has published."""
        ...

    async def paused(self, connection: str) -> Pause | None:
        """The newest pause that Notion asked of this connection, which may be over."""
        ...

    async def claim_page(self, data_source_id: str, title: str) -> Claimed | None:
        """Take the right to write our page there for a while; None while it is another's."""
        ...

    async def settle_page(
        self, data_source_id: str, title: str, *, page_id: str | None = None
    ) -> None:
        """Give the right back, and remember the page where there is one."""
        ...

    async def tuned(self) -> Mapping[str, float]:
        """Our own settings as plans have tuned them, over the configuration's."""
        ...

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        """Set tuned settings; None takes one back to the configuration's."""
        ...


class UsageBook(Protocol):
    """The calls of AI tools that this connection keeps; methods may raise StoreUnusable."""

    async def record(self, batch: Sequence[UsageRecord]) -> frozenset[str]:
        """Keep the records whose ids are new; the ids kept. Drops what is too old."""
        ...

    async def between(self, since: datetime, until: datetime) -> tuple[UsageRecord, ...]:
        """The records from `since` until before `until`, oldest first."""
        ...

    async def to_write(
        self, data_source_id: str, only: Bucket | None = None
    ) -> tuple[RolledUp, ...]:
        """The buckets of which the rows there do not hold everything yet, oldest first."""
        ...

    async def contents(self, bucket: Bucket) -> str:
        """A short digest of the ids of the bucket's records: every store has the same for them."""
        ...

    async def claim(self, data_source_id: str, bucket: Bucket) -> bool:
        """Take the right to write the bucket's row for a while; False while it is another's."""
        ...

    async def written(
        self, data_source_id: str, bucket: Bucket, *, page_id: str | None, records_count: int
    ) -> None:
        """The row now holds so many records; the right is given back."""
        ...

    async def release(self, data_source_id: str, bucket: Bucket) -> None:
        """Give the right back; nothing was written."""
        ...

    async def store_key(self) -> str:
        """A short random text that the store keeps: another store, or a new one, has another."""
        ...

    async def page_ids(self, data_source_id: str) -> frozenset[str]:
        """The rows there that hold nothing but records that are kept here."""
        ...


Cells = Sequence[tuple[Property, Plain]]
"""Values of a row with the properties that they fill."""


class OwnRows(Protocol):
    """Rows of ours in databases that are marked as ours; every method may raise a NotionError."""

    async def find(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        """The rows whose title is exactly that."""
        ...

    async def beginning(self, data_source_id: str, title: Property, text: str) -> tuple[Row, ...]:
        """The rows whose title begins with that; of their values the title alone."""
        ...

    async def add(self, data_source_id: str, cells: Cells, text: str = "") -> str:
        """Add a row, with that text as its content where there is one; its id."""
        ...

    async def change(self, page_id: str, cells: Cells) -> None:
        """Give a row these values."""
        ...

    async def retell(self, page_id: str, text: str) -> None:
        """Put the text in place of the one that the row's content begins with."""
        ...


class Pictures(Protocol):
    """Draws specifications; PictureUnavailable when nothing is there to draw with, or in time.

    A procedure keeps what it would draw: `runs.keep(desk, report, picture)`. A tool with the
    argument `picture` ends with `tools.boundary.pictured(ctx, report, detail, wanted=picture)`.
    """

    async def png(self, picture: Specification, theme: Theme = "light") -> bytes:
        """At twice the specification's size, in pixels; on a background of its own."""
        ...

    async def svg(self, picture: Specification, theme: Theme = "light") -> str:
        """One self-contained `<svg>`: no script, nothing from elsewhere."""
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
        self,
        probes: Sequence[Callable[[], Awaitable[T]]],
        *,
        within_s: float,
        shielded: bool = False,
    ) -> tuple[Outcome[T], ...]:
        """The outcomes in order; those that have not answered when the time is up are cancelled.

        `shielded`: they go on although the caller was cancelled, for what has to be given back.
        """
        ...


Progress = Callable[[int, int, str], Awaitable[None]]
"""Told `done, total, what` as a procedure goes on."""
