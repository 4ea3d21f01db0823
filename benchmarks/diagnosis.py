"""Does diagnose_performance name the causes that are there, and none that is not?

For each seed a workspace is visited four times, each time with a history of ordinary readings
before: with a slow database, a rollup-heavy one, one that another integration's calls get
limited, and one of 12,000 rows; with wasteful callers; with all as slow as Notion was measured to
be; and healthy. How slow and how often limited is drawn anew for each seed. Latency is added to
an injected clock and never waited for; all else is the real client, store and embedded workspace.
Run it from a checkout with `.venv/bin/python -m benchmarks.diagnosis [--quick] [--json]`.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, get_args

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import progress
from benchmarks.slow_workspace import Latency, Made, Time, make
from playbooks.bands import Bands
from playbooks.causes import PROCEDURE, CauseName
from playbooks.databases import DatabaseKey
from playbooks.desk import ConfigurationState, Connection, DatabaseSetting, Desk, TokenView
from playbooks.diagnose_performance import diagnose_performance
from playbooks.errors import NotionError
from playbooks.ports import ServerState
from playbooks.records import CallRecord
from playbooks.report import Report
from server.concurrency import together
from server.notion.call import TimeAndChance
from server.notion.client import NotionClient, open_client
from server.notion.wire import Profile
from server.store.kept_usage import KeptUsage
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import Workspace
from server.workspace.faults import FaultRule, RateLimited
from server.workspace.inside import Inside

ROWS_COUNTS = {"small": 150, "slow": 150, "heavy": 150, "limited": 150, "large": 12_000}
FULL_SEEDS_COUNT, QUICK_SEEDS_COUNT = 20, 5
READINGS_COUNT = 6
"""Ordinary readings of each small database before a diagnosis, at random times."""

PAGES_READ_ONE_BY_ONE = 30
FAST_MS = (60.0, 150.0)
NOTION_MS = (1250.0, 1250.0)
SLOW_MS, HEAVY_MS = (700.0, 2500.0), (500.0, 2000.0)
LIMITED_PART = (0.2, 0.5)
"""From what range each seed draws: medians in milliseconds, the part of calls that meet a 429."""

CAUSES = frozenset(get_args(CauseName))
KEY = "benchmark"
Named: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Visit:
    """One situation: which database plays which key, what is wrong, and what is to be named."""

    label: str
    databases: Mapping[DatabaseKey, str]
    truth: Named = frozenset()
    usual_ms: tuple[float, float] = FAST_MS
    is_broken: bool = False
    is_wasteful: bool = False


VISITS = (
    Visit(
        "slow",
        {
            "task_management": "slow",
            "development_log": "heavy",
            "ai_tool_metrics": "large",
            "operations_log": "limited",
        },
        frozenset(
            {
                "slow_database.task_management",
                "heavy_rollups.development_log",
                "large_database.ai_tool_metrics",
                "foreign_rate_limit",
            }
        ),
        is_broken=True,
    ),
    Visit(
        "wasteful",
        {"task_management": "small", "development_log": "slow"},
        frozenset(
            {
                "n_plus_one.pages",
                "unread_pages.development_log",
                "small_pages.task_management",
                "useless_retries.404",
            }
        ),
        is_wasteful=True,
    ),
    Visit(
        "as slow as Notion",
        {"task_management": "small", "development_log": "slow", "ai_tool_metrics": "heavy"},
        frozenset({"slow_service"}),
        usual_ms=NOTION_MS,
    ),
    Visit(
        "healthy",
        {
            "task_management": "small",
            "development_log": "slow",
            "ai_tool_metrics": "heavy",
            "operations_log": "limited",
        },
    ),
)


@dataclass(slots=True)
class Score:
    """How often each cause was there and named."""

    right: Counter[str] = field(default_factory=Counter[str])
    missed: Counter[str] = field(default_factory=Counter[str])
    false: Counter[str] = field(default_factory=Counter[str])
    healthy_false_count: int = 0

    def add(self, visit: Visit, named: Named) -> None:
        """Count one diagnosis."""
        self.right.update(_cause(each) for each in named & visit.truth)
        self.missed.update(_cause(each) for each in visit.truth - named)
        self.false.update(_cause(each) for each in named - visit.truth)
        if not visit.truth:
            self.healthy_false_count += len(named)

    def figures(self) -> dict[str, float]:
        """Over all causes together."""
        return {
            "precision_percent": _percent(self.right.total(), self.false.total()),
            "recall_percent": _percent(self.right.total(), self.missed.total()),
            "healthy_false_causes_count": self.healthy_false_count,
        }

    def causes(self) -> list[str]:
        """Every cause that was there or was named."""
        return sorted({*self.right, *self.missed, *self.false})


def _cause(finding: str) -> str:
    return finding.partition(".")[0]


def _percent(part: int, rest: int) -> float:
    return round(100 * part / (part + rest), 1) if part + rest else 100.0


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled workspace, copied for each visit."""

    made: Made
    directory: Path

    async def diagnose(self, visit: Visit, seed: int) -> Report:
        """Ordinary traffic, whatever is wrong, then the diagnosis."""
        time, chance = Time(), random.Random(f"{visit.label} {seed}")
        records: list[CallRecord] = []
        path = self.directory / f"{seed}.sqlite3"
        shutil.copy(self.made.path, path)
        workspace = Workspace.open(path, clock=time.clock)
        try:
            async with self._client(workspace, visit, time, chance, records) as notion:
                if visit.is_broken:
                    workspace.faults.set(self._limit(chance.uniform(*LIMITED_PART)))
                await self._live(notion, visit, time, chance)
                return await self._report(notion, visit, time, records)
        finally:
            workspace.close()
            path.unlink()

    def _limit(self, rate: float) -> FaultRule:
        effect = RateLimited(2, "public_api_space_request_rate_limit")
        route = f"POST /v1/data_sources/{self.made.sources['limited']}/query"
        return FaultRule(effect, route, rate=rate)

    @asynccontextmanager
    async def _client(
        self,
        workspace: Workspace,
        visit: Visit,
        time: Time,
        chance: random.Random,
        records: list[CallRecord],
    ) -> AsyncGenerator[NotionClient]:
        sources = self.made.sources
        app = Inside(create_app(workspace))
        network = Latency(app, time, chance, chance.uniform(*visit.usual_ms))
        if visit.is_broken:
            network.slow_ms = {sources["slow"]: chance.uniform(*SLOW_MS)}
            network.heavy_ms = {sources["heavy"]: chance.uniform(*HEAVY_MS)}
        given = TimeAndChance(time.clock, time.monotonic, time.sleep, chance.random)
        profile = Profile("http://workspace.invalid", 180)
        async with open_client(
            self.made.token,
            profile=profile,
            record=records.append,
            default_deadline_s=60,
            network=network,
            given=given,
        ) as client:
            yield client

    async def _live(
        self, notion: NotionClient, visit: Visit, time: Time, chance: random.Random
    ) -> None:
        """Hours of ordinary readings, then the wasteful ones."""
        for number in range(READINGS_COUNT):
            for name in visit.databases.values():
                if name != "large" or not number:
                    await _read(notion, f"reading_{name}_{number}", self.made.sources[name])
                await time.sleep(chance.uniform(60, 1200))
        if visit.is_wasteful:
            await self._waste(notion, time)
        await time.sleep(120)

    async def _waste(self, notion: NotionClient, time: Time) -> None:
        source, cut = self.made.sources["small"], self.made.sources["slow"]
        careless = notion.attributed("careless", "run_careless")
        ids = [row.id async for row in careless.query_pages(source, page_size=5)]
        for page_id in ids[:PAGES_READ_ONE_BY_ONE]:
            await careless.retrieve_page(page_id)
        for number in range(2):
            rows = notion.attributed("hasty", f"run_hasty_{number}").query_pages(cut, page_size=100)
            async with aclosing(rows):  # type: ignore[type-var] # it is a generator
                await anext(rows)
        for _ in range(8):
            with suppress(NotionError):
                await careless.retrieve_page("00000000-0000-4000-8000-00000000dead")
            await time.sleep(5)

    async def _report(
        self, notion: NotionClient, visit: Visit, time: Time, records: list[CallRecord]
    ) -> Report:
        store = SqlStore(f"sqlite:///{self.directory / 'store.sqlite3'}", clock=time.clock)
        try:
            await store.record_calls([replace(each, connection=KEY) for each in records])
            settings: dict[DatabaseKey, DatabaseSetting] = {
                key: DatabaseSetting(id=self.made.sources[name])
                for key, name in visit.databases.items()
            }
            desk = Desk(
                configuration=ConfigurationState(),
                connection=Connection(
                    "Notion", TokenView("environment"), key=KEY, databases=settings
                ),
                notion=notion,
                store=store,
                usage=KeptUsage(store, connection=KEY, clock=time.clock),
                server=_NoServer(),
                bands=Bands(),
                clock=time.clock,
                together=together,
                new_run_id=lambda: "run_diagnosis",
            )
            return await diagnose_performance(desk)
        finally:
            await store.aclose()
            (self.directory / "store.sqlite3").unlink()


class _NoServer:
    """A diagnosis does not ask our own server."""

    async def probe(self) -> ServerState:
        """Never called."""
        raise NotImplementedError


async def _read(notion: NotionClient, run_id: str, source: str) -> None:
    with suppress(NotionError):  # cut at 10,000 rows, or limited too often
        async for _ in notion.attributed("reading", run_id).query_pages(source):
            pass


def named_by(report: Report) -> Named:
    """The causes that a report names, hints (info) and findings that are no causes aside."""
    ids = (f.id.removeprefix(f"{PROCEDURE}.") for f in report.findings if f.severity != "info")
    return frozenset(each for each in ids if _cause(each) in CAUSES)


async def measure(bench: Bench, seeds_count: int) -> Score:
    """Every visit with every seed."""
    score = Score()
    for seed in range(seeds_count):
        for visit in VISITS:
            progress(f"seed {seed + 1} of {seeds_count}: {visit.label}")
            score.add(visit, named_by(await bench.diagnose(visit, seed)))
    progress("")
    return score


def table(score: Score, seeds_count: int) -> str:
    """One line a cause, and all of them together."""
    form = "{:<26}{:>7}{:>8}{:>7}{:>12}{:>9}".format
    lines = [form("cause", "named", "missed", "false", "precision %", "recall %")]
    for cause in score.causes():
        right, missed, false = score.right[cause], score.missed[cause], score.false[cause]
        shares = (_percent(right, false), _percent(right, missed))
        lines.append(form(cause, right, missed, false, *shares))
    figures = score.figures()
    lines.append(
        f"\nall: precision {figures['precision_percent']} %, recall {figures['recall_percent']} %;"
        f" causes named on a healthy workspace: {score.healthy_false_count} in {seeds_count} visits"
    )
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer seeds, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    seeds_count = QUICK_SEEDS_COUNT if options.quick else FULL_SEEDS_COUNT
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        made = make(
            directory / "made.sqlite3", rows_counts=ROWS_COUNTS, heavy="heavy", tell=progress
        )
        score = asyncio.run(measure(Bench(made, directory), seeds_count))
    print(table(score, seeds_count))
    print(f"{seeds_count} seeds; {os.cpu_count()} CPUs (no figure depends on them)")
    if options.json:
        by_cause = {
            cause: {
                "precision_percent": _percent(score.right[cause], score.false[cause]),
                "recall_percent": _percent(score.right[cause], score.missed[cause]),
            }
            for cause in score.causes()
        }
        figures = {**score.figures(), "seeds_count": seeds_count, "by_cause": by_cause}
        print(json.dumps({**figures, "cpu_count": os.cpu_count()}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
