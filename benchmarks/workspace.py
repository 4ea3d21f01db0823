"""How the cost of the embedded workspace grows with the rows of one data source.

Each size is a workspace file of its own, filled in bulk and then asked through its HTTP API in
process, the sizes by turns, so that the machine's noise hits them alike; the ratio of a cost is
that at the largest size to that at the smallest. Run it from a checkout with
`.venv/bin/python -m benchmarks.workspace [--quick] [--json]`.
"""

import asyncio
import random
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeAlias

import httpx

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import asked, progress, tell
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Actor, Workspace

FULL = (1_000, 10_000, 100_000)
QUICK = (1_000, 10_000)
SAMPLES_COUNT = 30
"""Timed requests of each kind at each size."""

MAX_DEEP_PAGES_COUNT = 90
"""A deep page lies half way through what the filter finds, or behind so many pages of 100."""

BATCH_ROWS_COUNT = 1_000
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa")
STATES = ("New", "Planned", "Doing", "Checked", "Done")
POINTS_RANGE = 1_000_000
SCHEMA: JSON = {
    "Name": {"title": {}},
    "State": {"select": {"options": [{"name": name} for name in STATES]}},
    "Points": {"number": {}},
    "Due": {"date": {}},
    "Note": {"rich_text": {}},
    "Ready": {"checkbox": {}},
}
WEAK = {"property": "Ready", "checkbox": {"equals": True}}
SELECTIVE = {"property": "Points", "number": {"less_than": POINTS_RANGE // 100}}
BY_POINTS = [{"property": "Points", "direction": "descending"}]
BY_DUE = [{"property": "Due", "direction": "ascending"}]
BY_STATE_AND_DUE = [{"property": "State", "direction": "ascending"}, *BY_DUE]
QUERIES: dict[str, JSON] = {
    "unfiltered_query": {},
    "selective_sorted_query": {"filter": SELECTIVE, "sorts": BY_DUE},
    "weak_sorted_query": {"filter": WEAK, "sorts": BY_POINTS},
    "weak_two_sorts_query": {"filter": WEAK, "sorts": BY_STATE_AND_DUE},
    "sorted_query": {"sorts": BY_POINTS},
}
COSTS = (*QUERIES, "deep_cursor_query", "search", "retrieve", "create")
Request: TypeAlias = tuple[str, str, JSON | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled data source: how it was made, who asks, and what was measured."""

    rows_count: int
    create_bulk_per_s: float
    client: httpx.AsyncClient
    data_source_id: str
    middle_page_id: str
    times_ms: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    async def requests(self) -> dict[str, Request]:
        """Every kind of request that is timed."""
        path = f"/v1/data_sources/{self.data_source_id}/query"
        deep = {**QUERIES["weak_sorted_query"], "start_cursor": await self._deep_cursor(path)}
        queries = {**QUERIES, "deep_cursor_query": deep}
        return {
            **{name: ("POST", path, body) for name, body in queries.items()},
            "search": ("POST", "/v1/search", {"query": "omega", "page_size": 100}),
            "retrieve": ("GET", f"/v1/pages/{self.middle_page_id}", None),
            "create": ("POST", "/v1/pages", _row(self.data_source_id, random.Random(1), 0)),
        }

    async def time(self, name: str, request: Request, *, is_counted: bool) -> None:
        """One request."""
        method, path, body = request
        begin = time.perf_counter()
        answer = await self.client.request(method, path, json=body)
        elapsed_ms = (time.perf_counter() - begin) * 1e3
        answer.raise_for_status()
        if is_counted:
            self.times_ms.setdefault(name, []).append(elapsed_ms)

    async def _deep_cursor(self, path: str) -> str:
        body = QUERIES["weak_sorted_query"]
        for _ in range(min(self.rows_count // 400, MAX_DEEP_PAGES_COUNT)):
            page = (await self.client.post(path, json=body)).json()
            body = {**body, "start_cursor": page["next_cursor"]}
        found: str = body["start_cursor"]
        return found


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: every size, the smallest first."""

    sizes: Sequence[Filled]
    peak_rss_growth_mb: float


async def measure(directory: Path, rows_counts: Sequence[int]) -> Measured:
    """Fill a workspace of each size, then time every kind of request size by size."""
    async with AsyncExitStack() as stack:
        sizes = [await _filled(stack, directory, rows_counts[0])]
        before_mb = _peak_rss_mb()
        sizes += [await _filled(stack, directory, count) for count in rows_counts[1:]]
        asked = [(filled, await filled.requests()) for filled in sizes]
        for sample in range(SAMPLES_COUNT + 1):
            progress(f"sample {sample} of {SAMPLES_COUNT}")
            for name in COSTS:
                for filled, requests in asked:
                    # The first one warms up.
                    await filled.time(name, requests[name], is_counted=sample > 0)
    progress("")
    return Measured(sizes, _peak_rss_mb() - before_mb)


async def _filled(stack: AsyncExitStack, directory: Path, rows_count: int) -> Filled:
    path = directory / f"{rows_count}.sqlite3"
    workspace = Workspace.open(path, clock=lambda: datetime.now(UTC))
    stack.callback(workspace.close)
    ada = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
    token = f"ntn_{secrets.token_hex(16)}"
    bot_id = workspace.add_bot("Benchmark", token=token)
    database = _make_database(workspace, ada)
    workspace.share(database["id"], bot_id)
    data_source_id = database["data_sources"][0]["id"]
    begin = time.perf_counter()
    page_ids = _fill(workspace, ada, data_source_id, rows_count)
    bulk_per_s = rows_count / (time.perf_counter() - begin)
    client = await stack.enter_async_context(_client(workspace, token))
    return Filled(rows_count, bulk_per_s, client, data_source_id, page_ids[rows_count // 2])


def _make_database(workspace: Workspace, ada: Actor) -> JSON:
    title = {"title": {"title": _text("Root")}}
    root = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": title}, actor=ada
    )
    return workspace.perform(
        "POST",
        "/v1/databases",
        {
            "parent": {"page_id": root["id"]},
            "title": _text("Tasks"),
            "initial_data_source": {"properties": SCHEMA},
        },
        actor=ada,
    )


def _client(workspace: Workspace, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(workspace)),
        base_url="http://workspace.invalid",
        headers={"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"},
    )


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def _fill(workspace: Workspace, ada: Actor, data_source_id: str, rows_count: int) -> list[str]:
    chance, page_ids = random.Random(1), list[str]()
    for first in range(0, rows_count, BATCH_ROWS_COUNT):
        progress(f"{first} of {rows_count} rows")
        with workspace.transaction():
            for number in range(first, min(first + BATCH_ROWS_COUNT, rows_count)):
                row = _row(data_source_id, chance, number)
                at = START + timedelta(seconds=5 * number)
                page = workspace.perform("POST", "/v1/pages", row, actor=ada, at=at)
                page_ids.append(page["id"])
    progress("")
    return page_ids


def _row(data_source_id: str, chance: random.Random, number: int) -> JSON:
    """A row; one in ten has no points, one in five no due day."""
    due = START + timedelta(days=chance.randrange(365))
    points = chance.choice([None, *(chance.randrange(POINTS_RANGE) for _ in range(9))])
    return {
        "parent": {"data_source_id": data_source_id},
        "properties": {
            "Name": {"title": _text(f"{chance.choice(WORDS)} {number}")},
            "State": {"select": {"name": chance.choice(STATES)}},
            "Points": {"number": points},
            "Due": {"date": chance.choice([None, *[{"start": f"{due:%Y-%m-%d}"}] * 4])},
            "Note": {"rich_text": _text(" ".join(chance.choices(WORDS, k=8)))},
            "Ready": {"checkbox": chance.choice([True, False])},
        },
    }


def _text(content: str) -> list[Any]:
    return [{"text": {"content": content}}]


def _p95(times_ms: Sequence[float]) -> float:
    return quantiles(times_ms, n=20)[-1]


def summary(measured: Measured) -> dict[str, float]:
    """The costs at the largest size, and each cost there to that at the smallest."""
    small, large = measured.sizes[0], measured.sizes[-1]
    found: dict[str, float] = {
        "rows_count": large.rows_count,
        "create_bulk_per_s": round(large.create_bulk_per_s, 1),
        "create_bulk_growth_ratio": round(small.create_bulk_per_s / large.create_bulk_per_s, 3),
        "peak_rss_growth_mb": round(measured.peak_rss_growth_mb, 1),
    }
    for cost in COSTS:
        times_ms = large.times_ms[cost]
        found[f"{cost}_p50_ms"] = round(median(times_ms), 2)
        found[f"{cost}_p95_ms"] = round(_p95(times_ms), 2)
        found[f"{cost}_growth_ratio"] = round(median(times_ms) / median(small.times_ms[cost]), 3)
    return found


def table(measured: Measured) -> str:
    """One line a cost: p50 and p95 at each size, and the ratio."""
    form, ratios, sizes = "{:<24}".format, summary(measured), measured.sizes
    heads = "".join(f"{f'{each.rows_count} rows':>18}" for each in sizes)
    lines = [f"{form('p50 / p95 ms')}{heads}{'ratio':>9}"]
    for cost in COSTS:
        times = [each.times_ms[cost] for each in sizes]
        cells = "".join(f"{f'{median(each):.2f} / {_p95(each):.2f}':>18}" for each in times)
        lines.append(f"{form(cost)}{cells}{ratios[f'{cost}_growth_ratio']:>9.3f}")
    bulk = "".join(f"{each.create_bulk_per_s:>18.0f}" for each in sizes)
    lines.append(f"{form('created in bulk per s')}{bulk}{ratios['create_bulk_growth_ratio']:>9.3f}")
    lines.append(f"{form('peak RSS growth MB')}{measured.peak_rss_growth_mb:.1f}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = asked(__doc__, argv)
    with tempfile.TemporaryDirectory() as directory:
        sizes = QUICK if options.quick else FULL
        measured = asyncio.run(measure(Path(directory), sizes))
    tell(
        table(measured),
        f"{SAMPLES_COUNT} requests of each kind, over HTTP in process",
        summary(measured),
        as_json=options.json,
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
