"""The snapshots of one connection: begun, listed, read, checked and removed."""

import hashlib
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias, get_args

from anyio import to_thread

from playbooks.clock import Clock
from playbooks.errors import BackupUnusable
from playbooks.snapshot import (
    Broken,
    Check,
    CheckLevel,
    Json,
    Manifest,
    Mode,
    RecordKind,
    Snapshot,
)
from server.backups.checking import (
    DEEPEST_READ,
    check_files,
    failed,
    keep_check,
    kept_checks,
    passed,
)
from server.backups.draft import BEGUN, TABLE, Begun, FileDraft, Maker
from server.backups.files import Record, read_records, unusable
from server.backups.layout import (
    CHECKS,
    MANIFEST,
    MANIFEST_HASH,
    PRIVATE_DIRECTORY,
    directories,
    files_of,
    is_id,
    is_known,
    new_id,
)
from server.backups.lock import WriterLock
from server.backups.sealing import Sealer, Unsealed
from server.backups.table import RecordTable

Trial: TypeAlias = Callable[[str], Awaitable[Mapping[str, float | int | str | None]]]
"""Restores that snapshot somewhere harmless and compares; figures of it, BackupUnusable with the
reason when it is not the same."""

RESUMABLE: Final = timedelta(days=7)
"""An unfinished draft that is older is thrown away: half of it would be another week's."""

_BATCH_COUNT: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where snapshots lie, whose they are, and what seals them."""

    directory: Path
    connection: str
    maker: Maker
    sealer: Sealer = Unsealed()  # noqa: RUF009 - it has no state


class Archive:
    """Implements `playbooks.data_ports.Backups`; close it when it is no longer needed."""

    def __init__(
        self,
        place: Place,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        trial: Trial | None = None,
    ) -> None:
        self._place = place
        self._clock = clock
        self._monotonic = monotonic
        self._trial = trial
        self._opened: tuple[str, RecordTable] | None = None

    def close(self) -> None:
        """Forget the snapshot of which single records were read."""
        if self._opened is not None:
            self._opened[1].close()
        self._opened = None

    async def begin(self, *, mode: Mode, base_id: str | None, at: datetime) -> FileDraft:
        """The unfinished draft of that mode and base, else a new one with the base's records."""
        return await to_thread.run_sync(self._begin, mode, base_id, at)

    async def snapshots(self, *, all_connections: bool = False) -> tuple[Snapshot | Broken, ...]:
        """All of this connection's workspace, newest first; a new token takes over its history."""
        found = await to_thread.run_sync(self._all)
        if all_connections:
            return found
        whole = [each.manifest for each in found if isinstance(each, Snapshot)]
        ours = {m.workspace for m in whole if m.connection == self._place.connection}
        return tuple(
            each for each in found if isinstance(each, Broken) or self._is_ours(each, ours)
        )

    async def snapshot(self, snapshot_id: str) -> Snapshot:
        """That one, of whatever connection."""
        return await to_thread.run_sync(self._snapshot, snapshot_id)

    async def verify(self, snapshot_id: str, level: CheckLevel) -> Check:
        """Check it up to that level and remember what came of it."""
        started_s = self._monotonic()
        directory = self._directory_of(snapshot_id)
        check = Check(snapshot_id, level, self._clock(), passed=False, says="", duration_s=0)
        root_hash = ""
        try:
            snapshot = await to_thread.run_sync(self._snapshot, snapshot_id)
            root_hash = snapshot.root_hash
            check = passed(check, await self._figures(directory, snapshot, level))
        except BackupUnusable as error:
            check = failed(check, error)
        check = replace(check, duration_s=round(self._monotonic() - started_s, 3))
        with suppress(OSError):  # a medium that is read-only is checked all the same
            await to_thread.run_sync(keep_check, directory, check, root_hash)
        return check

    async def records(
        self, snapshot_id: str, kind: RecordKind, place: str | None = None
    ) -> AsyncGenerator[Record]:
        """Its records by place and id, of one place where it is named."""
        snapshot = await self.snapshot(snapshot_id)
        directory = self._directory_of(snapshot_id)
        for entry in files_of(snapshot.manifest.files, kind, place):
            with closing(read_records(directory, entry, self._place.sealer)) as records:
                while batch := await to_thread.run_sync(_next_of, records):
                    for record in batch:
                        yield record

    async def record(self, snapshot_id: str, kind: RecordKind, record_id: str) -> Json:
        """One record, or None; the snapshot is opened once for as many as are asked of it."""
        return await to_thread.run_sync(self._record, snapshot_id, kind, record_id)

    async def remove(self, snapshot_id: str) -> None:
        """Remove it for good: first it is no snapshot any more, then it is gone."""
        await to_thread.run_sync(self._remove, snapshot_id)

    def _is_ours(self, snapshot: Snapshot, workspaces: set[str]) -> bool:
        manifest = snapshot.manifest
        return manifest.connection == self._place.connection or manifest.workspace in workspaces

    def _all(self) -> tuple[Snapshot | Broken, ...]:
        found: list[Snapshot | Broken] = []
        try:
            paths = directories(self._place.directory)
        except OSError as error:
            raise _unwritable(self._place.directory, error) from None
        for path in paths:
            try:
                found.append(self._snapshot(path.name))
            except BackupUnusable as error:
                found.append(Broken(path.name, error.problem))
        return tuple(found)

    def _directory_of(self, snapshot_id: str) -> Path:
        directory = self._place.directory / snapshot_id
        if not is_id(snapshot_id) or not directory.is_dir():
            raise BackupUnusable(
                f"There is no backup {snapshot_id[:64]!r}.",
                remedy="`notion-playbooks backups list` shows those that are there;"
                " create_backup makes one.",
            )
        return directory

    def _snapshot(self, snapshot_id: str) -> Snapshot:
        directory = self._directory_of(snapshot_id)
        manifest, root_hash = _manifest_in(directory)
        if manifest.id != snapshot_id:
            raise unusable("its manifest is that of another backup")
        sizes = _sizes_in(directory)
        _judge_names(manifest, sizes)
        sizes.pop(CHECKS, None)
        snapshot = Snapshot(manifest, root_hash, sum(sizes.values()))
        return replace(snapshot, checks=kept_checks(directory, snapshot))

    async def _figures(
        self, directory: Path, snapshot: Snapshot, level: CheckLevel
    ) -> dict[str, float | int | str | None]:
        figures = await to_thread.run_sync(
            check_files, directory, snapshot, self._place.sealer, level
        )
        if level <= DEEPEST_READ:
            return figures
        if self._trial is None:
            raise BackupUnusable(
                "There is nothing to restore it into for a trial.", remedy="Check it at level 2."
            )
        return {**figures, **await self._trial(snapshot.id)}

    def _record(self, snapshot_id: str, kind: RecordKind, record_id: str) -> Json:
        if self._opened is None or self._opened[0] != snapshot_id:
            self.close()
            self._opened = (snapshot_id, self._indexed(snapshot_id))
        return self._opened[1].record(kind, record_id)

    def _indexed(self, snapshot_id: str) -> RecordTable:
        table = RecordTable(None, self._place.sealer)
        try:
            with table.at_once():
                self._take_over(snapshot_id, table)
        except BaseException:
            table.close()
            raise
        return table

    def _take_over(self, snapshot_id: str, table: RecordTable) -> None:
        snapshot = self._snapshot(snapshot_id)
        directory = self._directory_of(snapshot_id)
        kinds: tuple[RecordKind, ...] = get_args(RecordKind)
        for kind in kinds:
            for entry in files_of(snapshot.manifest.files, kind):
                table.put(kind, read_records(directory, entry, self._place.sealer))

    def _remove(self, snapshot_id: str) -> None:
        if self._opened is not None and self._opened[0] == snapshot_id:
            self.close()
        directory = self._directory_of(snapshot_id)
        away = self._place.directory / f".removed-{snapshot_id}"
        directory.rename(away)
        shutil.rmtree(away)

    def _begin(self, mode: Mode, base_id: str | None, at: datetime) -> FileDraft:
        root = self._place.directory
        self._place.sealer.seal(b"")  # a key that cannot be used is told before anything is done
        try:
            root.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            lock = WriterLock.take(root / f".writing-{self._place.connection or 'none'}")
        except OSError as error:
            raise _unwritable(root, error) from None
        if lock is None:
            raise BackupUnusable(
                "Another process is making a backup right now.",
                remedy="Wait until it is done, then call create_backup again if you still need to.",
            )
        try:
            self._clear_away(at)
            return self._unfinished(lock, mode, base_id) or self._new(lock, mode, base_id, at)
        except OSError as error:
            lock.release()
            raise _unwritable(root, error) from None
        except BaseException:
            lock.release()
            raise

    def _clear_away(self, at: datetime) -> None:
        """What is of no use: drafts that are finished, too old, or were never quite begun."""
        root = self._place.directory
        for away in root.glob(".removed-*"):
            shutil.rmtree(away, ignore_errors=True)
        for path in self._drafts():
            begun = self._begun_in(path)
            if begun is None or (root / begun.id).exists() or at - begun.started_at > RESUMABLE:
                shutil.rmtree(path, ignore_errors=True)

    def _drafts(self) -> list[Path]:
        """Of this connection alone: another's may be written right now."""
        return sorted(self._place.directory.glob(f"{self._prefix()}*"), reverse=True)

    def _prefix(self) -> str:
        return f".draft-{self._place.connection or 'none'}-"

    def _begun_in(self, path: Path) -> Begun | None:
        if not (path / TABLE).is_file():
            return None
        try:
            with closing(RecordTable(path / TABLE, self._place.sealer)) as table:
                kept = table.noted(BEGUN)
            return None if kept is None else Begun.of(kept)
        except (BackupUnusable, sqlite3.Error, ValueError, KeyError, TypeError):
            return None  # of another key, or not whole: nobody can go on with it

    def _unfinished(self, lock: WriterLock, mode: Mode, base_id: str | None) -> FileDraft | None:
        for path in self._drafts():
            begun = self._begun_in(path)
            if begun is not None and (begun.mode, begun.base_id) == (mode, base_id):
                return self._draft(path, begun, lock, RecordTable(path / TABLE, self._place.sealer))
        return None

    def _new(self, lock: WriterLock, mode: Mode, base_id: str | None, at: datetime) -> FileDraft:
        begun = Begun(new_id(at), self._place.connection, mode, base_id, at)
        path = self._place.directory / f"{self._prefix()}{begun.id}"
        path.mkdir(mode=PRIVATE_DIRECTORY)
        table = RecordTable(path / TABLE, self._place.sealer)
        try:
            with table.at_once():
                if base_id is not None:
                    self._take_over(base_id, table)
                table.note(BEGUN, begun.as_json())
        except BaseException:
            table.close()
            shutil.rmtree(path, ignore_errors=True)
            raise
        return self._draft(path, begun, lock, table)

    def _draft(self, path: Path, begun: Begun, lock: WriterLock, table: RecordTable) -> FileDraft:
        return FileDraft(
            path,
            begun,
            table=table,
            lock=lock,
            sealer=self._place.sealer,
            maker=self._place.maker,
            finished=self._snapshot,
            now=self._clock,
        )


def _next_of(records: Iterator[Record]) -> list[Record]:
    return list(islice(records, _BATCH_COUNT))


def _manifest_in(directory: Path) -> tuple[Manifest, str]:
    """The manifest and its SHA-256, which is as its own file says."""
    try:
        content = (directory / MANIFEST).read_bytes()
        said = (directory / MANIFEST_HASH).read_bytes()
    except FileNotFoundError:
        raise unusable("it has no manifest: it was never finished, or a part is missing") from None
    except OSError as error:
        raise unusable(f"its manifest cannot be read: {error.strerror or 'no reason'}") from None
    root_hash = hashlib.sha256(content).hexdigest()
    if said != f"{root_hash}  {MANIFEST}\n".encode():
        raise unusable("its manifest was changed or cut: the SHA-256 differs")
    try:
        return Manifest.model_validate_json(content), root_hash
    except ValueError:
        raise unusable("its manifest is of another version of this program") from None


def _sizes_in(directory: Path) -> dict[str, int]:
    try:
        return {path.name: path.stat().st_size for path in directory.iterdir()}
    except OSError as error:
        raise unusable(f"a file cannot be read: {error.strerror or 'no reason'}") from None


def _judge_names(manifest: Manifest, sizes: Mapping[str, int]) -> None:
    """Exactly the files of the manifest, each of its size."""
    strange = [file.name for file in manifest.files if not is_known(file.name)]
    expected = {MANIFEST, MANIFEST_HASH, *(file.name for file in manifest.files)}
    missing = sorted(expected - sizes.keys())
    added = sorted(sizes.keys() - expected - {CHECKS})
    if missing or strange:
        raise unusable(f"a file is missing: {(missing or strange)[0]}")
    if added:
        raise unusable(f"a file was added: {added[0][:64]!r}")
    for file in manifest.files:
        if sizes[file.name] != file.bytes:
            raise unusable(f"{file.name} has {sizes[file.name]} bytes, not {file.bytes}")


def _unwritable(root: Path, error: OSError) -> BackupUnusable:
    return BackupUnusable(
        f"Backups cannot be written to {root}: {error.strerror or 'no reason'}.",
        remedy="Make it writable for the user who runs the server and see that the disk has room,"
        " or name another directory under [backups] in the user's own playbooks.toml.",
    )
