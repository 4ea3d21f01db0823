"""What the mirror costs: first load, refresh, reading, memory, beside the naive full query.

Each size is an embedded workspace of its own, asked over HTTP in process without latency, so
the seconds are our own work and that of the workspace; what Notion's limit makes of the requests
is computed from their number. Run it from a checkout with
`.venv/bin/python -m benchmarks.mirror [--quick] [--json]`.
"""

import asyncio
import math
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import asked, progress, tell
from playbooks.records import CallRecord, Reading
from server.notion.client import NotionClient, open_client
from server.notion.mirror import Freshness, NotionMirror, open_mirror
from server.notion.wire import Profile
from server.store.kept import KeptRows
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Actor, Workspace
from server.workspace.inside import Inside

FULL = (1_000, 10_000, 100_000)
QUICK = (1_000, 5_000)
CHANGED = (0, 10, 1_000)
EXTRAPOLATED_ROWS: Final = 1_000_000
PAGE_ROWS: Final = 100
CALLS_A_MINUTE: Final = 180
START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(seconds=157)
STATES = ("New", "Planned", "Doing", "Checked", "Done")
SCHEMA: JSON = {
    "Name": {"title": {}},
    "State": {"select": {"options": [{"name": name} for name in STATES]}},
    "Points": {"number": {}},
    "Due": {"date": {}},
    "Note": {"rich_text": {}},
    "Ready": {"checkbox": {}},
}
COLUMNS = ("State", "Points", "Due")


@dataclass
class Watch:
    """The clock of the workspace and the mirror, set on between refreshes."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The present instant."""
        return self.now


@dataclass(frozen=True, slots=True)
class Measured:
    """One size. `refresh_requests` by the rows changed before; memory is the growth of the peak."""

    rows_count: int
    load_requests_count: int
    load_s: float
    naive_requests_count: int
    naive_s: float
    refresh_requests: dict[int, int]
    refresh_s: dict[int, float]
    read_s: float
    read_columns_s: float
    load_growth_mb: float
    read_growth_mb: float

    @property
    def first_load_ratio(self) -> float:
        """Requests of the first load to the fewest that bring so many rows."""
        return self.load_requests_count / math.ceil(self.rows_count / PAGE_ROWS)


@dataclass
class Bench:
    """One filled table with its client, mirror and clock."""

    workspace: Workspace
    ada: Actor
    watch: Watch
    client: NotionClient
    mirror: NotionMirror
    calls: list[CallRecord]
    id: str
    ids: list[str]

    async def measure(self) -> Measured:
        """Load, refresh after changes, read; then query everything the naive way."""
        before_mb = _peak_rss_mb()
        reading, load_s = await self.open()
        loaded_mb = _peak_rss_mb()
        refreshes = {count: await self.refresh(count) for count in CHANGED}
        columns_s = await self.read(COLUMNS)
        read_s = await self.read(())
        read_mb = _peak_rss_mb()
        naive_count, naive_s = await self.query_naively()
        return Measured(
            rows_count=len(self.ids),
            load_requests_count=reading.requests_count,
            load_s=load_s,
            naive_requests_count=naive_count,
            naive_s=naive_s,
            refresh_requests={count: each.requests_count for count, (each, _) in refreshes.items()},
            refresh_s={count: seconds for count, (_, seconds) in refreshes.items()},
            read_s=read_s,
            read_columns_s=columns_s,
            load_growth_mb=loaded_mb - before_mb,
            read_growth_mb=read_mb - loaded_mb,
        )

    async def open(self) -> tuple[Reading, float]:
        """Open the mirror an hour later."""
        self.watch.now += timedelta(hours=1)
        begin = time.perf_counter()
        view = await self.mirror.open(self.id)
        return view.reading, time.perf_counter() - begin

    async def refresh(self, changed_count: int) -> tuple[Reading, float]:
        """Change so many rows, spread over all, and open."""
        progress(f"{len(self.ids)} rows: refresh after {changed_count} changes")
        await self.open()
        self.watch.now += timedelta(hours=1)
        changed = self.ids[:: max(1, len(self.ids) // max(1, changed_count))][:changed_count]
        with self.workspace.transaction():
            for row_id in changed:
                body = {"properties": {"Points": {"number": changed_count}}}
                self.workspace.perform("PATCH", f"/v1/pages/{row_id}", body, actor=self.ada)
        return await self.open()

    async def read(self, columns: Sequence[str]) -> float:
        """Seconds to read every row from the mirror."""
        view = await self.mirror.open(self.id, strategy="OFFLINE")
        begin = time.perf_counter()
        rows_count = 0
        async for _ in view.rows(columns):
            rows_count += 1
        assert rows_count == len(self.ids)
        return time.perf_counter() - begin

    async def query_naively(self) -> tuple[int, float]:
        """Requests and seconds of one chain of pages to the end."""
        progress(f"{len(self.ids)} rows: naive query")
        calls_count = len(self.calls)
        begin = time.perf_counter()
        rows = [row async for row in self.client.query_pages(self.id)]
        seconds = time.perf_counter() - begin
        assert len(rows) == len(self.ids)
        return len(self.calls) - calls_count, seconds


async def measure(directory: Path, rows_count: int) -> Measured:
    """Fill a workspace and measure a mirror of it."""
    watch = Watch()
    async with AsyncExitStack() as stack:
        workspace = Workspace.open(directory / f"{rows_count}.sqlite3", clock=watch)
        stack.callback(workspace.close)
        # The naive query is to see all rows; the mirror does not need it.
        workspace.set_conditions(query_results_limit=max(10_000, rows_count))
        ada = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
        token = f"ntn_{secrets.token_hex(16)}"
        bot_id = workspace.add_bot("Benchmark", token=token)
        data_source_id = _make_table(workspace, ada, bot_id)
        ids = _fill(workspace, ada, data_source_id, rows_count)
        watch.now = START + EVERY * rows_count
        calls: list[CallRecord] = []
        client = await stack.enter_async_context(_client(workspace, token, calls))
        store = SqlStore(f"sqlite:///{directory / f'{rows_count}.store.db'}", clock=watch)
        stack.push_async_callback(store.aclose)
        mirror = open_mirror(
            client,
            KeptRows(store, connection="benchmark"),
            clock=watch,
            record=calls.append,
            freshness=_freshness,
        )
        progress(f"{rows_count} rows: first load")
        return await Bench(
            workspace, ada, watch, client, mirror, calls, data_source_id, ids
        ).measure()


async def _freshness(data_source_id: str) -> Freshness:
    """Refreshes at each opening, and no sweep among them."""
    del data_source_id
    return Freshness(ttl_s=0, sweep_after_s=timedelta(days=3650).total_seconds())


def _client(workspace: Workspace, token: str, calls: list[CallRecord]) -> NotionClient:
    return open_client(
        token,
        profile=Profile("http://workspace.invalid", None),
        record=calls.append,
        default_deadline_s=None,
        network=Inside(create_app(workspace)),
    )


def _make_table(workspace: Workspace, ada: Actor, bot_id: str) -> str:
    title = {"title": {"title": _text("Root")}}
    root = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": title}, actor=ada
    )
    workspace.share(root["id"], bot_id)
    body = {
        "parent": {"page_id": root["id"]},
        "title": _text("Tasks"),
        "initial_data_source": {"properties": SCHEMA},
    }
    made = workspace.perform("POST", "/v1/databases", body, actor=ada)
    return str(made["data_sources"][0]["id"])


def _fill(workspace: Workspace, ada: Actor, data_source_id: str, rows_count: int) -> list[str]:
    ids: list[str] = []
    for first in range(0, rows_count, 1_000):
        progress(f"{first} of {rows_count} rows made")
        with workspace.transaction():
            for number in range(first, min(first + 1_000, rows_count)):
                row, at = _row(data_source_id, number), START + EVERY * number
                ids.append(workspace.perform("POST", "/v1/pages", row, actor=ada, at=at)["id"])
    return ids


def _row(data_source_id: str, number: int) -> JSON:
    due = START + timedelta(days=number % 365)
    return {
        "parent": {"data_source_id": data_source_id},
        "properties": {
            "Name": {"title": _text(f"Task {number}")},
            "State": {"select": {"name": STATES[number % len(STATES)]}},
            "Points": {"number": number % 13},
            "Due": {"date": {"start": f"{due:%Y-%m-%d}"}},
            "Note": {"rich_text": _text("Some words about what is to be done. " * 3)},
            "Ready": {"checkbox": number % 2 == 0},
        },
    }


def _text(content: str) -> list[Any]:
    return [{"text": {"content": content}}]


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def at_the_limit_s(requests_count: float) -> float:
    """Seconds that so many requests take at the rate Notion allows."""
    return requests_count * 60 / CALLS_A_MINUTE


def table(sizes: Sequence[Measured]) -> str:
    """One column a size, and one for what is extrapolated."""
    form = "{:<34}".format
    lines = [form("rows") + "".join(f"{each.rows_count:>14,}" for each in sizes)]

    def add(label: str, cells: Sequence[str]) -> None:
        lines.append(form(label) + "".join(f"{cell:>14}" for cell in cells))

    add("first load, requests", [f"{each.load_requests_count:,}" for each in sizes])
    add("  to rows/100", [f"{each.first_load_ratio:.3f}" for each in sizes])
    add("  seconds here", [f"{each.load_s:.1f}" for each in sizes])
    at_limit = [at_the_limit_s(each.load_requests_count) for each in sizes]
    add("  seconds at 180 a minute", [f"{each:.0f}" for each in at_limit])
    add("naive query, requests", [f"{each.naive_requests_count:,}" for each in sizes])
    add("  seconds here", [f"{each.naive_s:.1f}" for each in sizes])
    for count in CHANGED:
        requests = [f"{each.refresh_requests[count]}" for each in sizes]
        add(f"refresh after {count:,} changes, requests", requests)
        add("  seconds here", [f"{each.refresh_s[count]:.2f}" for each in sizes])
    add("read of every row, seconds", [f"{each.read_s:.2f}" for each in sizes])
    add("  rows a second", [f"{each.rows_count / each.read_s:,.0f}" for each in sizes])
    add("  of three columns, seconds", [f"{each.read_columns_s:.2f}" for each in sizes])
    add("peak memory, MB more by the load", [f"{each.load_growth_mb:.1f}" for each in sizes])
    add("  MB more by reading", [f"{each.read_growth_mb:.1f}" for each in sizes])
    return "\n".join(lines)


def extrapolated(largest: Measured) -> str:
    """What a million rows would cost, from the largest size that was measured."""
    requests_count = EXTRAPOLATED_ROWS / PAGE_ROWS * largest.first_load_ratio
    minutes = at_the_limit_s(requests_count) / 60
    read_s = largest.read_columns_s * EXTRAPOLATED_ROWS / largest.rows_count
    return (
        f"extrapolated, not measured: {EXTRAPOLATED_ROWS:,} rows need {requests_count:,.0f}"
        f" requests, {minutes:.0f} minutes at 180 a minute, and {read_s:.0f} s to read three"
        " columns"
    )


def summary(sizes: Sequence[Measured]) -> dict[str, Any]:
    """The largest size, and the first load at every size."""
    large = sizes[-1]
    return {
        "rows_count": large.rows_count,
        "first_load_ratio": round(large.first_load_ratio, 3),
        "first_load_ratios": {each.rows_count: round(each.first_load_ratio, 3) for each in sizes},
        "first_load_requests": large.load_requests_count,
        "first_load_s": round(large.load_s, 2),
        "first_load_at_limit_s": round(at_the_limit_s(large.load_requests_count), 1),
        "naive_requests": large.naive_requests_count,
        "naive_s": round(large.naive_s, 2),
        "refresh_requests": large.refresh_requests,
        "read_s": round(large.read_s, 2),
        "read_rows_per_s": round(large.rows_count / large.read_s),
        "read_columns_s": round(large.read_columns_s, 2),
        "load_peak_growth_mb": round(large.load_growth_mb, 1),
        "read_peak_growth_mb": round(large.read_growth_mb, 1),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = asked(__doc__, argv)
    with tempfile.TemporaryDirectory() as directory:
        rows_counts = QUICK if options.quick else FULL
        sizes = [asyncio.run(measure(Path(directory), count)) for count in rows_counts]
    tell(
        table(sizes),
        f"{extrapolated(sizes[-1])}\none run over HTTP in process",
        summary(sizes),
        as_json=options.json,
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
