"""What a backup costs, whole and incremental, and how fast it is brought back.

Each size is one table in an embedded workspace, asked over HTTP in process without latency: so the
seconds are our own work and that of the workspace. The bare loop makes the requests that nobody
can do without, one after another, and keeps nothing. Run it from a checkout with
`.venv/bin/python -m benchmarks.backup [--quick] [--json]`.
"""

import asyncio
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, Final, get_args

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import asked, progress, tell
from benchmarks.place import LONG_MINUTES, NOW, OWNER, Place, new_token, opened, shared_page
from benchmarks.rich_workspace import text, titled
from playbooks.apply_plan import apply_plan
from playbooks.create_backup import create_backup
from playbooks.data_ports import Backups
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from playbooks.snapshot import RecordKind
from server.workspace.core import JSON, Workspace

FULL: Final = (1_000, 20_000)
QUICK: Final = (100, 1_000)
PAGE_ROWS: Final = 100
CHANGED_SHARE: Final = 0.01
CALLS_A_MINUTE: Final = 180
BATCH_ROWS: Final = 1_000
EVERY: Final = timedelta(seconds=5)
START: Final = datetime(2026, 10, 1, tzinfo=UTC)
STATES: Final = ("New", "Planned", "Doing", "Checked", "Done")
SCHEMA: Final[JSON] = {
    "Name": {"title": {}},
    "State": {"select": {"options": [{"name": name} for name in STATES]}},
    "Points": {"number": {}},
    "Due": {"date": {}},
    "Note": {"rich_text": {}},
    "Ready": {"checkbox": {}},
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took."""

    requests_count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One size; `gzip_bytes` is what the same records take as gzip JSON, a line each."""

    rows_count: int
    full: Cost
    bare: Cost
    stored_bytes: int
    gzip_bytes: int
    changed_count: int
    incremental: Cost
    restore_s: float
    match_percent: float

    @property
    def floor_requests_count(self) -> int:
        """The fewest requests that bring so many rows with their content."""
        return floor_of(self.rows_count)


def floor_of(rows_count: int) -> int:
    """A hundred rows a query, and a call for the content of each."""
    return ceil(rows_count / PAGE_ROWS) + rows_count


async def measure(directory: Path, rows_count: int) -> Measured:
    """Fill a workspace, back it up, change a part, back up again, destroy and restore it."""
    file, token = directory / f"{rows_count}" / "workspace.sqlite3", new_token()
    file.parent.mkdir()
    with closing(Workspace.open(file, clock=lambda: START)) as workspace:
        bot_id = workspace.add_bot("Benchmark", token=token)
        root_id = shared_page(workspace, bot_id, "Root")
        table_id = _make_table(workspace, root_id)
        row_ids = _fill(workspace, table_id, rows_count)
    async with opened(file, token) as place:
        progress(f"{rows_count} rows: bare loop")
        bare = await _bare(place, table_id)
        progress(f"{rows_count} rows: backup")
        full, full_s = await _backed_up(place, "full")
        changed_count = _change(place, row_ids)
        incremental, incremental_s = await _backed_up(place, "incremental")
        progress(f"{rows_count} rows: restore")
        restored, restore_s = await _restored(place, root_id)
        assert place.desk.backups is not None
        return Measured(
            rows_count=rows_count,
            full=Cost(_number(full, "requests_count"), full_s),
            bare=bare,
            stored_bytes=_number(full, "bytes_written"),
            gzip_bytes=await _gzipped(place.desk.backups, str(full.measurements["backup_id"])),
            changed_count=changed_count,
            incremental=Cost(_number(incremental, "requests_count"), incremental_s),
            restore_s=restore_s,
            match_percent=float(restored.measurements["match_percent"] or 0),
        )


async def _backed_up(place: Place, mode: Any) -> tuple[Report, float]:
    place.clock.now += timedelta(hours=1)
    begin = time.perf_counter()
    report = await create_backup(place.desk, mode=mode, within_minutes=LONG_MINUTES)
    return report, time.perf_counter() - begin


async def _restored(place: Place, root_id: str) -> tuple[Report, float]:
    """Everything again, below a new page, once it is in the trash."""
    path = f"/v1/pages/{root_id}"
    place.workspace.perform("PATCH", path, {"in_trash": True}, actor=OWNER)
    into = shared_page(place.workspace, place.bot_id, "Ruins")
    begin = time.perf_counter()
    planned = await plan_change(place.desk, "restore", Request(into=into))
    applied = await apply_plan(place.desk, str(planned.measurements["plan_id"]))
    return applied, time.perf_counter() - begin


async def _bare(place: Place, table_id: str) -> Cost:
    """Every row and its content, as the least of clients would read them.

    It may see all rows in one chain, which Notion ends after 10,000.
    """
    limit = place.workspace.conditions().query_results_limit
    place.workspace.set_conditions(query_results_limit=1_000_000)
    begin = time.perf_counter()
    requests_count = rows_count = 0
    async for row in place.client.query_pages(table_id):
        rows_count += 1
        requests_count += 1
        async for _ in place.client.list_block_children(row.id):
            pass
    requests_count += ceil(rows_count / PAGE_ROWS)
    seconds = time.perf_counter() - begin
    place.workspace.set_conditions(query_results_limit=limit)
    return Cost(requests_count, seconds)


def _change(place: Place, row_ids: Sequence[str]) -> int:
    """One row in a hundred, spread over all."""
    place.clock.now += timedelta(hours=1)
    changed = row_ids[:: round(1 / CHANGED_SHARE)]
    with place.workspace.transaction():
        for row_id in changed:
            body = {"properties": {"Points": {"number": 99}}}
            place.workspace.perform("PATCH", f"/v1/pages/{row_id}", body, actor=OWNER)
    return len(changed)


async def _gzipped(backups: Backups, snapshot_id: str) -> int:
    lines = [
        json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        for kind in get_args(RecordKind)
        async for _, _, record in backups.records(snapshot_id, kind)
    ]
    return len(gzip.compress("\n".join(lines).encode(), compresslevel=6))


def _make_table(workspace: Workspace, root_id: str) -> str:
    body = {
        "parent": {"page_id": root_id},
        "title": [text("Tasks")],
        "initial_data_source": {"properties": SCHEMA},
    }
    made = workspace.perform("POST", "/v1/databases", body, actor=OWNER)
    return str(made["data_sources"][0]["id"])


def _fill(workspace: Workspace, table_id: str, rows_count: int) -> list[str]:
    ids: list[str] = []
    for first in range(0, rows_count, BATCH_ROWS):
        progress(f"{first} of {rows_count} rows made")
        with workspace.transaction():
            for number in range(first, min(first + BATCH_ROWS, rows_count)):
                row, at = _row(table_id, number), START + EVERY * number
                ids.append(workspace.perform("POST", "/v1/pages", row, actor=OWNER, at=at)["id"])
    return ids


def _row(table_id: str, number: int) -> JSON:
    """A row with a paragraph of content."""
    due = NOW + timedelta(days=number % 365)
    words = f"What is to be done about {number * 7919 % 10_007}, and what was found out. "
    return {
        "parent": {"data_source_id": table_id},
        "properties": {
            **titled(f"Task {number}", "Name"),
            "State": {"select": {"name": STATES[number % len(STATES)]}},
            "Points": {"number": number % 13},
            "Due": {"date": {"start": f"{due:%Y-%m-%d}"}},
            "Note": {"rich_text": [text(words * 2)]},
            "Ready": {"checkbox": number % 2 == 0},
        },
        "children": [{"type": "paragraph", "paragraph": {"rich_text": [text(words * 3)]}}],
    }


def _number(report: Report, name: str) -> int:
    return int(report.measurements[name] or 0)


def figures(measured: Measured) -> dict[str, float]:
    """The ratios of one size, and what they are made of."""
    rows, full, incremental = measured.rows_count, measured.full, measured.incremental
    return {
        "rows_per_s": round(rows / full.seconds, 1),
        "seconds_ratio": round(full.seconds / measured.bare.seconds, 3),
        "requests_per_row": round(full.requests_count / rows, 4),
        "floor_requests_per_row": round(measured.floor_requests_count / rows, 4),
        "requests_ratio": round(full.requests_count / measured.floor_requests_count, 3),
        "at_limit_minutes": round(full.requests_count / CALLS_A_MINUTE, 1),
        "stored_bytes_per_row": round(measured.stored_bytes / rows, 1),
        "gzip_bytes_per_row": round(measured.gzip_bytes / rows, 1),
        "bytes_ratio": round(measured.stored_bytes / measured.gzip_bytes, 3),
        "changed_count": measured.changed_count,
        "incremental_requests": incremental.requests_count,
        "incremental_requests_ratio": round(incremental.requests_count / full.requests_count, 4),
        "incremental_s": round(incremental.seconds, 2),
        "incremental_seconds_ratio": round(incremental.seconds / full.seconds, 4),
        "restore_rows_per_s": round(rows / measured.restore_s, 1),
        "restore_ratio": round(measured.restore_s / full.seconds, 2),
        "match_percent": measured.match_percent,
    }


def summary(sizes: Sequence[Measured]) -> dict[str, Any]:
    """The largest size, and every size by its rows."""
    by_rows = {each.rows_count: figures(each) for each in sizes}
    return {"rows_count": sizes[-1].rows_count, **figures(sizes[-1]), "by_rows": by_rows}


def table(sizes: Sequence[Measured]) -> str:
    """One line a figure, one column a size."""
    form = "{:<30}".format
    lines = [form("rows") + "".join(f"{each.rows_count:>12,}" for each in sizes)]
    told = [figures(each) for each in sizes]
    lines += [form(name) + "".join(f"{each[name]:>12,}" for each in told) for name in told[0]]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = asked(__doc__, argv)
    with tempfile.TemporaryDirectory() as directory:
        rows_counts = QUICK if options.quick else FULL
        sizes = [asyncio.run(measure(Path(directory), count)) for count in rows_counts]
    tell(table(sizes), "one run over HTTP in process", summary(sizes), as_json=options.json)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
