"""Checks of a snapshot, level by level; what came of them is remembered beside it.

The remembered lines name the manifest's hash: they say nothing of another manifest.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from playbooks.errors import BackupUnusable
from playbooks.snapshot import Check, CheckLevel, Json, RecordKind, Snapshot
from server.backups.draft import counts_of
from server.backups.files import Record, decoded, encoded, read_records, unusable
from server.backups.layout import CHECKS, files_of
from server.backups.sealing import PRIVATE_FILE, Sealer

DEEPEST_READ: Final = 2
"""Level 3 is a restore, which is another's trade."""

Measured = dict[str, float | int | str | None]


@dataclass(slots=True)
class _Seen:
    """What a reading of all records gives the judgements."""

    groups: Counter[tuple[RecordKind, str]] = field(default_factory=Counter[tuple[RecordKind, str]])
    columns: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])
    pages: set[str] = field(default_factory=set[str])
    strange_columns_count: int = 0
    links: dict[str, int] = field(default_factory=dict[str, int])


def check_files(directory: Path, snapshot: Snapshot, sealer: Sealer, level: CheckLevel) -> Measured:
    """Everything up to `level`, of what needs no restore; figures of it.

    Raises BackupUnusable with the reason.
    """
    files = snapshot.manifest.files
    figures: Measured = {"files_count": len(files), "bytes_checked": sum(f.bytes for f in files)}
    seen = _read_everything(directory, snapshot, sealer, keep=level > 0)
    if level >= 1:
        _judge_counts(snapshot, seen)
        figures["records_count"] = sum(seen.groups.values())
    if level >= DEEPEST_READ:
        figures["relations_count"] = sum(seen.links.values())
        figures["dangling_relations_count"] = _dangling_count(seen)
    return figures


def _read_everything(directory: Path, snapshot: Snapshot, sealer: Sealer, *, keep: bool) -> _Seen:
    """Of level 0 as well every byte is read: hashing is what opening a file begins with."""
    seen = _Seen()
    kinds: tuple[RecordKind, ...] = (
        "data_source",
        "database",
        "page",
        "content",
        "comments",
        "user",
        "setting",
    )
    for kind in kinds:
        for entry in files_of(snapshot.manifest.files, kind):
            records = read_records(directory, entry, sealer)
            if not keep:
                next(records, None)
                records.close()
                continue
            _look_through(kind, records, entry.name, seen)
    return seen


def _look_through(kind: RecordKind, records: Iterator[Record], name: str, seen: _Seen) -> None:
    last = ""
    for place, record_id, record in records:
        if last and record_id <= last:
            raise unusable(f"{name} is not in order, or holds a record twice")
        last = record_id
        seen.groups[kind, place] += 1
        if kind == "data_source":
            seen.columns[record_id] = _columns_of(record)
        elif kind == "page":
            seen.pages.add(record_id)
            _look_at_row(place, record, seen)


def _look_at_row(place: str, row: Json, seen: _Seen) -> None:
    if not place:
        return
    if place not in seen.columns:
        raise unusable(f"rows of {place} are there, but not its schema")
    for column_id, value in _columns_of(row).items():
        column = seen.columns[place].get(column_id)
        if column is None or column.get("type") != value.get("type"):
            raise unusable(f"a row of {place} has a property that its schema has not")
        if column.get("type") == "relation":
            _note_links(column, value, seen)


def _note_links(column: Json, value: Json, seen: _Seen) -> None:
    """Links to tables that are backed up; others lead outside, which is known."""
    target: dict[str, Json] = column.get("relation") or {}
    if target.get("data_source_id") not in seen.columns:
        return
    for link in value.get("relation") or ():
        seen.links[str(link["id"])] = seen.links.get(str(link["id"]), 0) + 1


def _columns_of(thing: Json) -> dict[str, Json]:
    """Columns or values by the id of their property; what is no property is left out."""
    known = cast("dict[str, Json]", thing) if isinstance(thing, dict) else {}
    found: dict[str, Json] = known.get("properties") or {}
    return {str(each["id"]): each for each in found.values()}


def _judge_counts(snapshot: Snapshot, seen: _Seen) -> None:
    counts = counts_of([(kind, place, count) for (kind, place), count in seen.groups.items()])
    if counts != snapshot.manifest.counts:
        raise unusable("it holds other numbers of records than its manifest says")


def _dangling_count(seen: _Seen) -> int:
    """Relations to rows of tables that are in it, but which are not: they lie in the trash."""
    return sum(count for link, count in seen.links.items() if link not in seen.pages)


def kept_checks(directory: Path, snapshot: Snapshot) -> tuple[Check, ...]:
    """What came of checks of this very manifest, oldest first; unreadable lines do not count."""
    try:
        lines = (directory / CHECKS).read_bytes().splitlines()
    except OSError:
        return ()
    found = (_check_in(line, snapshot.root_hash) for line in lines)
    return tuple(check for check in found if check is not None)


def keep_check(directory: Path, check: Check, root_hash: str) -> None:
    """Add it to the remembered ones; may raise OSError."""
    kept = {**asdict(check), "at": check.at.isoformat(), "root_hash": root_hash}
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(directory / CHECKS, flags, PRIVATE_FILE), "ab") as file:
        file.write(encoded(kept) + b"\n")


def _check_in(line: bytes, root_hash: str) -> Check | None:
    try:
        kept: dict[str, Any] = decoded(line)
        if kept.pop("root_hash") != root_hash:
            return None
        kept["at"] = datetime.fromisoformat(kept["at"])
        return Check(**kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def failed(check: Check, why: BackupUnusable) -> Check:
    """The check, as one that found what is wrong."""
    return replace(check, passed=False, says=why.problem)


def passed(check: Check, figures: Mapping[str, float | int | str | None]) -> Check:
    """The check, as one that found nothing wrong."""
    lost = figures.get("dangling_relations_count")
    says = f"{_SAYS[check.level]} {_DANGLING.format(lost)}" if lost else _SAYS[check.level]
    return replace(check, passed=True, says=says, measurements=dict(figures))


_DANGLING: Final = "Of the relations, {} lead to rows in the trash or not shared."


_SAYS: Final[dict[CheckLevel, str]] = {
    0: "Every byte is as the manifest says.",
    1: "Every record is readable, counts and schemas agree.",
    2: "Every record is readable, counts, schemas and relations agree.",
    3: "It was restored into an embedded workspace, and is the same there.",
}
