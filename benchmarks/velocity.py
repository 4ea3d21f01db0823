"""What velocity_report costs: seconds, memory, and a model's tokens beside paging the same rows.

Each size is an embedded workspace of its own with tasks of two years, asked over HTTP in process
without latency. The official Notion MCP server passes each page of a query on as JSON without
spaces, so those pages are what a model would read there; a token is taken as four bytes. Run it
from a checkout with `.venv/bin/python -m benchmarks.velocity [--quick] [--json]`.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import progress
from benchmarks.stack import Stack, open_stack
from playbooks.desk import Desk
from playbooks.report import Report
from playbooks.velocity_answer import in_short
from playbooks.velocity_report import velocity_report
from playbooks.work import Work
from server.workspace.core import JSON
from tools.boundary import answer

FULL = (1_000, 10_000, 100_000)
QUICK = (1_000, 10_000)
WARM_COUNT: Final = 5
CHANGED_COUNT: Final = 10
BATCH_ROWS: Final = 1_000
PAST_DAYS: Final = 730
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEOPLE = tuple(f"Person {number}" for number in range(12))
PROJECTS, TOOLS = ("Web", "App", "Data"), ("Cursor", "Continue")
ESTIMATES_HOURS: Final = (1, 2, 4, 8, 16)
STATES = ("Not started", "In progress", "Done")
SCHEMA: JSON = {
    "Name": {"title": {}},
    "Status": {"status": {"options": [{"name": name} for name in STATES]}},
    "Assignee": {"rich_text": {}},
    "Project": {"select": {"options": [{"name": name} for name in PROJECTS]}},
    "AI tool": {"select": {"options": [{"name": name} for name in TOOLS]}},
    "Estimated hours": {"number": {}},
    "Actual hours": {"number": {}},
    "Created": {"date": {}},
    "Started": {"date": {}},
    "Completed": {"date": {}},
}
QUESTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "usual": {},
    "wide": {
        "period_days": PAST_DAYS,
        "group_by": "assignee",
        "compare": "ai",
        "forecast_by": TODAY + timedelta(days=30),
    },
}
"""The question without arguments, and one that asks for everything at once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One size; memory is the growth of the peak, tokens are of the usual question's answer."""

    rows_count: int
    load_s: float
    first_s: float
    refreshed_s: float
    growth_mb: float
    answer_tokens: float
    text_tokens: float
    paged_tokens: float
    pages_count: int
    warm_s: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def tokens_ratio(self) -> float:
        """How many times more a model reads that pages the rows."""
        return self.paged_tokens / self.answer_tokens


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled table and the desk that reports on it."""

    stack: Stack
    desk: Desk
    data_source_id: str
    ids: Sequence[str]

    async def measure(self) -> Measured:
        """Copy, report cold, warm and after changes; then page the rows as another server does."""
        before_mb = _peak_rss_mb()
        load_s = await self._load()
        report, first_s = await self._report({})
        warm_s = {name: await self._warm(asked) for name, asked in QUESTIONS.items()}
        refreshed_s = await self._after_changes()
        growth_mb = _peak_rss_mb() - before_mb
        shown = in_short(report)
        whole = answer(shown, "compact").model_dump_json(by_alias=True, exclude_none=True)
        pages_count, paged_bytes = self._paged()
        return Measured(
            rows_count=len(self.ids),
            load_s=load_s,
            first_s=first_s,
            refreshed_s=refreshed_s,
            growth_mb=growth_mb,
            answer_tokens=_tokens(whole),
            text_tokens=_tokens(shown.summary),
            paged_tokens=paged_bytes / 4,
            pages_count=pages_count,
            warm_s=warm_s,
        )

    async def _load(self) -> float:
        progress(f"{len(self.ids)} rows: first copy")
        assert self.desk.mirror is not None
        begin = time.perf_counter()
        await self.desk.mirror.open(self.data_source_id)
        return time.perf_counter() - begin

    async def _report(self, asked: Mapping[str, Any]) -> tuple[Report, float]:
        begin = time.perf_counter()
        report = await velocity_report(self.desk, **asked)
        seconds = time.perf_counter() - begin
        assert report.coverage.complete
        return report, seconds

    async def _warm(self, asked: Mapping[str, Any]) -> float:
        progress(f"{len(self.ids)} rows: warm reports")
        return median([(await self._report(asked))[1] for _ in range(WARM_COUNT)])

    async def _after_changes(self) -> float:
        """Seconds of a report for which a few changed rows are fetched first."""
        self.stack.watch.now += timedelta(hours=2)
        changed = {"properties": {"Actual hours": {"number": 3}}}
        for row_id in self.ids[:: len(self.ids) // CHANGED_COUNT][:CHANGED_COUNT]:
            path = f"/v1/pages/{row_id}"
            self.stack.workspace.perform("PATCH", path, changed, actor=self.stack.person)
        self.stack.watch.now += timedelta(hours=2)
        return (await self._report({}))[1]

    def _paged(self) -> tuple[int, int]:
        """Pages and bytes of one query to its end."""
        progress(f"{len(self.ids)} rows: paged")
        path, body = f"/v1/data_sources/{self.data_source_id}/query", {"page_size": 100}
        pages_count = bytes_count = 0
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self.stack.workspace.perform(
                "POST", path, {**body, **cursor}, actor=self.stack.person
            )
            pages_count += 1
            bytes_count += len(json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode())
            cursor = {"start_cursor": page["next_cursor"]} if page["has_more"] else None
        return pages_count, bytes_count


def _tokens(text: str) -> float:
    return len(text.encode()) / 4


async def measure(directory: Path, rows_count: int) -> Measured:
    """Fill a workspace and measure."""
    async with open_stack(directory, NOW) as stack:
        # Paging is to see every row; the mirror does not need it.
        stack.workspace.set_conditions(query_results_limit=max(10_000, rows_count))
        data_source_id = _table(stack)
        ids = _fill(stack, data_source_id, rows_count)
        desk = stack.desk_for(data_source_id, Work())
        return await Bench(stack, desk, data_source_id, ids).measure()


def _table(stack: Stack) -> str:
    body = {
        "parent": {"page_id": stack.page_id},
        "title": _text("Tasks"),
        "initial_data_source": {"properties": SCHEMA},
    }
    made = stack.workspace.perform("POST", "/v1/databases", body, actor=stack.person)
    return str(made["data_sources"][0]["id"])


def _fill(stack: Stack, data_source_id: str, rows_count: int) -> list[str]:
    chance, ids = random.Random(1), list[str]()
    every = timedelta(days=PAST_DAYS) / rows_count
    for first in range(0, rows_count, BATCH_ROWS):
        progress(f"{first} of {rows_count} rows made")
        with stack.workspace.transaction():
            for number in range(first, min(first + BATCH_ROWS, rows_count)):
                at = NOW - timedelta(days=PAST_DAYS) + every * number
                row = _row(data_source_id, number, at.date(), chance)
                made = stack.workspace.perform("POST", "/v1/pages", row, actor=stack.person, at=at)
                ids.append(made["id"])
    return ids


def _row(data_source_id: str, number: int, created: date, chance: random.Random) -> JSON:
    """A task that is begun within a week and done within three, as far as today tells."""
    started = created + timedelta(days=chance.randrange(8))
    completed = started + timedelta(days=chance.randrange(15))
    is_done, is_begun = completed < TODAY, started < TODAY
    hours = chance.choice(ESTIMATES_HOURS)
    properties: JSON = {
        "Name": {"title": _text(f"Task {number}: what is to be done, in a few words")},
        "Status": {"status": {"name": STATES[is_begun + is_done]}},
        "Assignee": {"rich_text": _text(chance.choice(PEOPLE))},
        "Project": {"select": {"name": chance.choice(PROJECTS)}},
        "Estimated hours": {"number": hours},
        "Created": {"date": {"start": f"{created}"}},
    }
    if number % 2:
        properties["AI tool"] = {"select": {"name": chance.choice(TOOLS)}}
    if is_begun:
        properties["Started"] = {"date": {"start": f"{started}"}}
    if is_done:
        properties["Completed"] = {"date": {"start": f"{completed}"}}
        actual = round(hours * chance.lognormvariate(0.1, 0.6), 2)
        properties["Actual hours"] = {"number": actual}
    return {"parent": {"data_source_id": data_source_id}, "properties": properties}


def _text(content: str) -> list[Any]:
    return [{"text": {"content": content}}]


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def table(sizes: Sequence[Measured]) -> str:
    """One column a size."""
    form = "{:<42}".format
    lines = [form("tasks") + "".join(f"{each.rows_count:>14,}" for each in sizes)]

    def add(label: str, cells: Sequence[str]) -> None:
        lines.append(form(label) + "".join(f"{cell:>14}" for cell in cells))

    add("first copy by the mirror, seconds", [f"{each.load_s:.1f}" for each in sizes])
    add("first report from the copy, seconds", [f"{each.first_s:.2f}" for each in sizes])
    for name in QUESTIONS:
        seconds = [f"{each.warm_s[name]:.3f}" for each in sizes]
        add(f"warm report, the {name} question, seconds", seconds)
    refreshed = [f"{each.refreshed_s:.2f}" for each in sizes]
    add(f"report after {CHANGED_COUNT} changed rows, seconds", refreshed)
    add("peak memory, MB more by all of that", [f"{each.growth_mb:.1f}" for each in sizes])
    add("tokens of our answer, whole", [f"{each.answer_tokens:,.0f}" for each in sizes])
    add("  its text alone", [f"{each.text_tokens:,.0f}" for each in sizes])
    add("tokens of the rows, paged", [f"{each.paged_tokens:,.0f}" for each in sizes])
    add("  in calls", [f"{each.pages_count:,}" for each in sizes])
    add("  times ours", [f"{each.tokens_ratio:,.0f}" for each in sizes])
    return "\n".join(lines)


def summary(sizes: Sequence[Measured]) -> dict[str, Any]:
    """The largest size, and the tokens at every size."""
    large = sizes[-1]
    return {
        "rows_count": large.rows_count,
        "load_s": round(large.load_s, 2),
        "first_report_s": round(large.first_s, 3),
        **{f"warm_{name}_report_s": round(large.warm_s[name], 3) for name in QUESTIONS},
        "refreshed_report_s": round(large.refreshed_s, 3),
        "peak_growth_mb": round(large.growth_mb, 1),
        "answer_tokens": round(large.answer_tokens),
        "answer_text_tokens": round(large.text_tokens),
        "paged_tokens": round(large.paged_tokens),
        "tokens_ratio": round(large.tokens_ratio, 1),
        "tokens_ratios": {each.rows_count: round(each.tokens_ratio, 1) for each in sizes},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    sizes = [_measured(count) for count in (QUICK if options.quick else FULL)]
    progress("")
    cpu_count = os.cpu_count()
    print(f"{table(sizes)}\none run over HTTP in process, on {cpu_count} CPUs")
    if options.json:
        print(json.dumps({**summary(sizes), "cpu_count": cpu_count}))
    return 0


def _measured(rows_count: int) -> Measured:
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), rows_count))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
