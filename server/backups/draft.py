"""A snapshot being written: a SQLite file, which survives its writer, then files of a directory."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from anyio import to_thread

from playbooks.snapshot import FileEntry, Json, Manifest, Mode, RecordKind, Snapshot
from server.backups.files import sync_directory, write_records, write_whole
from server.backups.layout import (
    MANIFEST,
    MANIFEST_HASH,
    PRIVATE_DIRECTORY,
    file_name,
)
from server.backups.lock import WriterLock
from server.backups.sealing import Sealer
from server.backups.table import RecordTable

TABLE: Final = "draft.sqlite3"
FILES: Final = "files"
BEGUN: Final = "begun"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a draft was begun with; kept in it, in the transaction that makes it one."""

    id: str
    connection: str
    mode: Mode
    base_id: str | None
    started_at: datetime

    def as_json(self) -> Json:
        """For the draft's table."""
        return {
            "id": self.id,
            "connection": self.connection,
            "mode": self.mode,
            "base_id": self.base_id,
            "started_at": self.started_at.isoformat(),
        }

    @classmethod
    def of(cls, kept: Json) -> "Begun":
        """What `as_json` gave."""
        fields: dict[str, Json] = dict(kept)
        fields["started_at"] = datetime.fromisoformat(fields["started_at"])
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Maker:
    """What a manifest says of its maker."""

    tool_version: str
    api_version: str


class FileDraft:
    """Implements `playbooks.data_ports.Draft`."""

    def __init__(  # noqa: PLR0913 - what the archive knows, all by keyword
        self,
        directory: Path,
        begun: Begun,
        *,
        table: RecordTable,
        lock: WriterLock,
        sealer: Sealer,
        maker: Maker,
        finished: Callable[[str], Snapshot],
        now: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._begun = begun
        self._table = table
        self._lock = lock
        self._sealer = sealer
        self._maker = maker
        self._finished = finished
        self._now = now

    @property
    def id(self) -> str:
        """Of the snapshot that it will be."""
        return self._begun.id

    @property
    def started_at(self) -> datetime:
        """When it was begun, also when it is gone on with."""
        return self._begun.started_at

    async def put(self, kind: RecordKind, records: Sequence[tuple[str, str, Json]]) -> None:
        """Keep records (place, id, record); durable on return."""
        if not records:
            return

        def write() -> None:
            with self._table.at_once():
                self._table.put(kind, records)

        await to_thread.run_sync(write)

    async def drop(self, kind: RecordKind, ids: Sequence[str]) -> None:
        """Forget records that are there no more."""
        if not ids:
            return

        def write() -> None:
            with self._table.at_once():
                self._table.drop(kind, ids)

        await to_thread.run_sync(write)

    async def has(self, kind: RecordKind, place: str = "") -> Mapping[str, str]:
        """What is kept of that kind and place: ids with their `last_edited_time`."""
        return await to_thread.run_sync(self._table.edited, kind, place)

    async def record(self, kind: RecordKind, record_id: str) -> Json:
        """What is kept under that id, or None."""
        return await to_thread.run_sync(self._table.record, kind, record_id)

    async def note(self, key: str, value: Json) -> None:
        """Remember how far it is."""

        def write() -> None:
            with self._table.at_once():
                self._table.note(key, value)

        await to_thread.run_sync(write)

    async def noted(self, key: str) -> Json:
        """What was noted; None for nothing."""
        return await to_thread.run_sync(self._table.noted, key)

    async def finish(self, about: Mapping[str, Json]) -> Snapshot:
        """Write the files, the manifest last; then it is a snapshot, by one rename."""
        return await to_thread.run_sync(self._finish, about)

    async def abandon(self) -> None:
        """Throw it away."""
        await to_thread.run_sync(self._throw_away)

    def close(self) -> None:
        """Let go of it as it is, for whoever goes on."""
        self._table.close()
        self._lock.release()

    def _finish(self, about: Mapping[str, Json]) -> Snapshot:
        files = self._directory / FILES
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir(mode=PRIVATE_DIRECTORY)
        manifest = self._manifest(about, tuple(self._write_files(files)))
        write_manifest(files, manifest)
        sync_directory(files)
        files.rename(self._directory.parent / self.id)
        sync_directory(self._directory.parent)
        self._throw_away()
        return self._finished(self.id)

    def _write_files(self, directory: Path) -> list[FileEntry]:
        encrypted = self._sealer.encrypts
        return [
            write_records(
                directory / file_name(kind, place, encrypted=encrypted),
                self._table.records(kind, place),
                self._sealer,
            )
            for kind, place, _ in self._table.groups()
        ]

    def _manifest(self, about: Mapping[str, Json], files: tuple[FileEntry, ...]) -> Manifest:
        begun = self._begun
        return Manifest.model_validate(
            {
                **about,
                "id": begun.id,
                "connection": begun.connection,
                "tool_version": self._maker.tool_version,
                "api_version": self._maker.api_version,
                "mode": begun.mode,
                "base_id": begun.base_id,
                "started_at": begun.started_at,
                "finished_at": self._now(),
                "encrypted": self._sealer.encrypts,
                "counts": counts_of(self._table.groups()),
                "files": files,
            }
        )

    def _throw_away(self) -> None:
        self._table.close()
        shutil.rmtree(self._directory, ignore_errors=True)
        self._lock.release()


def counts_of(groups: Sequence[tuple[RecordKind, str, int]]) -> dict[str, int]:
    """Records by kind, and rows by `rows/{data source id}`."""
    counts: dict[str, int] = {}
    for kind, place, count in groups:
        counts[kind] = counts.get(kind, 0) + count
        if kind == "page" and place:
            counts[f"rows/{place}"] = count
    return counts


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write the manifest after its hash: the mark that a snapshot is finished."""
    content = manifest.model_dump_json(indent=1).encode() + b"\n"
    digest = hashlib.sha256(content).hexdigest()
    write_whole(directory / MANIFEST_HASH, f"{digest}  {MANIFEST}\n".encode())
    write_whole(directory / MANIFEST, content)
