"""`import-usage FILE…`: calls of AI tools from files, kept and, rolled up, put into Notion."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio

from playbooks.desk import Desk
from playbooks.record_usage import findings_of, told_rows
from playbooks.usage_rows import Written, write_rows
from server.app import open_house
from server.cli.exits import FAILED
from server.cli.frame import framed
from server.cli.output import Telling, telling
from server.importing.usage import UsageImport, import_usage
from server.importing.usage_file import UsageFile
from server.importing.usage_map import parse_usage_map
from server.settings import Configuration

PROCEDURE: Final = "import_usage"
EVERY_ROW: Final = 100_000


def run_import_usage(options: argparse.Namespace) -> int:
    """Read the files, keep what is new, and say what came of it; 1 when a line was unreadable."""
    return framed(options, lambda configuration: _run(configuration, options))


def _run(configuration: Configuration, options: argparse.Namespace) -> int:
    with telling() as tell:
        done, written = anyio.run(_import, configuration, options, tell)
    _print(done, written, as_json=options.json, dry_run=options.dry_run)
    return FAILED if done.skipped_count or (written and written.failure) else 0


async def _import(
    configuration: Configuration, options: argparse.Namespace, tell: Telling
) -> tuple[UsageImport, Written | None]:
    columns = parse_usage_map(options.map or ())
    days = configuration.settings.work.work().days
    now = datetime.now(UTC)
    files = [UsageFile(path, days, now, columns, options.tool) for path in _paths(options.files)]
    if options.dry_run:
        return await import_usage(files, None, tell.show), None
    async with open_house(configuration, making=tell.making) as house:
        desk = await house.desk()
        done = await import_usage(files, desk.usage, tell.show)
        return done, await _write(desk, tell)


async def _write(desk: Desk, tell: Telling) -> Written:
    run_id = desk.new_run_id()
    return await write_rows(
        desk,
        procedure=PROCEDURE,
        run_id=run_id,
        actor="import-usage",
        most=EVERY_ROW,
        progress=tell.progress,
    )


def _paths(given: list[str]) -> list[Path]:
    """The files, and of folders every file of lines below them, in order."""
    paths: list[Path] = []
    for name in given:
        path = Path(name)
        inside = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        paths += inside
    return paths


def _print(done: UsageImport, written: Written | None, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_as_json(done, written)) + "\n")
        return
    by_tool = ", ".join(f"{tool} {count}" for tool, count in sorted(done.by_tool.items()))
    records = sum(done.by_tool.values())
    kept = (
        "nothing kept (dry run)" if dry_run else f"{done.new_count} new, {done.known_count} known"
    )
    lines = [
        f"{done.lines_count} lines read, {records} records ({by_tool or 'of no tool'}): {kept}.",
        *(
            [f"{done.elsewhere_count} lines tell of calls that others count."]
            * bool(done.elsewhere_count)
        ),
        *([f"{done.skipped_count} lines were left out:"] * bool(done.skipped_count)),
        *(f"  {line.file}, line {line.line}: {line.reason}" for line in done.skipped),
    ]
    if written is not None:
        lines.append(f"Rows of ai_tool_metrics: {told_rows(written)}.")
        for each in findings_of(written):
            lines += [f"{each.what}. {each.remedy}".strip(), *(f"  {one}" for one in each.evidence)]
    sys.stdout.write("\n".join(lines) + "\n")


def _as_json(done: UsageImport, written: Written | None) -> dict[str, object]:
    told = asdict(done) | {"by_tool": dict(Counter(done.by_tool))}
    rows = written or Written()
    return {
        **told,
        "rows_added_count": len(rows.added),
        "rows_updated_count": len(rows.updated),
        "rows_taken_over_count": len(rows.taken_over),
        "rows_beside_count": len(rows.beside),
        "rows_pending_count": len(rows.pending),
        "kept_here_because": rows.why_not or None,
    }
