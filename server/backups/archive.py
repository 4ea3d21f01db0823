"""The snapshots of one connection: begun, listed, read, checked and removed."""

import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
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
from server.backups.draft import FileDraft
from server.backups.drafts import Drafts, Place, unwritable
from server.backups.files import Record, read_records
from server.backups.layout import (
    directories,
    files_of,
    is_foreign,
    is_id,
)
from server.backups.manifest import snapshot_in
from server.backups.sealing import KeyMissing
from server.backups.table import RecordTable

Trial: TypeAlias = Callable[[str], Awaitable[Mapping[str, float | int | str | None]]]
"""Restores that snapshot somewhere harmless and compares; figures of it, BackupUnusable with the
reason when it is not the same."""

_BATCH_COUNT: Final = 500


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
        self._drafts = Drafts(place, take_over=self._take_over, finished=self._snapshot, now=clock)

    def close(self) -> None:
        """Forget the snapshot of which single records were read."""
        if self._opened is not None:
            self._opened[1].close()
        self._opened = None

    async def begin(self, *, mode: Mode, base_id: str | None, at: datetime) -> FileDraft:
        """The unfinished draft of that mode and base, else a new one with the base's records."""
        return await to_thread.run_sync(self._drafts.begin, mode, base_id, at)

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
        """Check it up to that level and remember what came of it, unless its key is missing."""
        if level > DEEPEST_READ and self._trial is None:
            raise BackupUnusable(
                "There is nothing to restore it into for a trial.", remedy="Check it at level 2."
            )
        started_s = self._monotonic()
        directory = self._directory_of(snapshot_id)
        check = Check(snapshot_id, level, self._clock(), passed=False, says="", duration_s=0)
        root_hash = ""
        try:
            snapshot = await to_thread.run_sync(self._snapshot, snapshot_id)
            root_hash = snapshot.root_hash
            check = passed(check, await self._figures(directory, snapshot, level))
        except KeyMissing as error:
            return failed(check, error)
        except BackupUnusable as error:
            check = failed(check, error)
        check = replace(check, duration_s=round(self._monotonic() - started_s, 3))
        if root_hash:  # without a manifest there is nothing that a check could be of
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
            raise unwritable(self._place.directory, error) from None
        for path in paths:
            if is_foreign(path):
                found.append(Broken(path.name, "it is no backup, and is left alone", foreign=True))
                continue
            try:
                found.append(self._snapshot(path.name))
            except BackupUnusable as error:
                found.append(Broken(path.name, error.problem))
        return tuple(sorted(found, key=_age_of, reverse=True))

    def _directory_of(self, snapshot_id: str) -> Path:
        directory = self._place.directory / snapshot_id
        if not is_id(snapshot_id) or not directory.is_dir() or is_foreign(directory):
            raise BackupUnusable(
                f"There is no backup {snapshot_id[:64]!r}.",
                remedy="`notion-playbooks backups list` shows those that are there;"
                " create_backup makes one.",
            )
        return directory

    def _snapshot(self, snapshot_id: str) -> Snapshot:
        directory = self._directory_of(snapshot_id)
        snapshot = snapshot_in(directory)
        return replace(snapshot, checks=kept_checks(directory, snapshot))

    async def _figures(
        self, directory: Path, snapshot: Snapshot, level: CheckLevel
    ) -> dict[str, float | int | str | None]:
        figures = await to_thread.run_sync(
            check_files, directory, snapshot, self._place.sealer, level
        )
        if level <= DEEPEST_READ or self._trial is None:
            return figures
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


def _next_of(records: Iterator[Record]) -> list[Record]:
    return list(islice(records, _BATCH_COUNT))


def _age_of(found: Snapshot | Broken) -> tuple[str, float]:
    """Ids sort by the second; of two made in one second the manifest says which is the newer."""
    second = found.id.rpartition("_")[0]
    if isinstance(found, Broken):
        return second, 0.0
    return second, found.manifest.started_at.timestamp()
