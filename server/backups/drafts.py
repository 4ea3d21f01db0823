"""Drafts of one connection: one at a time is written, and whoever comes goes on with it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from playbooks.clock import Clock
from playbooks.errors import BackupUnusable, BaseUnusable
from playbooks.snapshot import Mode, Snapshot
from server.backups.draft import BEGUN, TABLE, Begun, FileDraft, Maker
from server.backups.layout import PRIVATE_DIRECTORY, new_id
from server.backups.lock import WriterLock
from server.backups.sealing import Sealer, Unsealed
from server.backups.table import RecordTable

RESUMABLE: Final = timedelta(days=7)
"""An unfinished draft that is older is thrown away: half of it would be another week's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where snapshots lie, whose they are, and what seals them."""

    directory: Path
    connection: str
    maker: Maker
    sealer: Sealer = Unsealed()  # noqa: RUF009 - it has no state


class Drafts:
    """Begins drafts, with what `take_over` puts into them of their base."""

    def __init__(
        self,
        place: Place,
        *,
        take_over: Callable[[str, RecordTable], None],
        finished: Callable[[str], Snapshot],
        now: Clock,
    ) -> None:
        self._place = place
        self._take_over = take_over
        self._finished = finished
        self._now = now

    def begin(self, mode: Mode, base_id: str | None, at: datetime) -> FileDraft:
        """The unfinished draft of that mode and base, else a new one; blocking.

        Raises BackupUnusable while another process writes one; BaseUnusable when it is the base
        that cannot be read.
        """
        root = self._place.directory
        self._place.sealer.seal(b"")  # a key that cannot be used is told before anything is done
        try:
            root.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            lock = WriterLock.take(root / f".writing-{self._place.connection or 'none'}")
        except (OSError, sqlite3.Error) as error:
            raise unwritable(root, error) from None
        if lock is None:
            raise BackupUnusable(
                "Another process is making a backup right now.",
                remedy="Wait until it is done, then call create_backup again if you still need to.",
            )
        try:
            self._clear_away(at)
            return self._unfinished(lock, mode, base_id) or self._new(lock, mode, base_id, at)
        except (OSError, sqlite3.Error) as error:
            lock.release()
            raise unwritable(root, error) from None
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
        """Of this connection alone: another's may be written right now. No link is followed."""
        found = self._place.directory.glob(f"{self._prefix()}*")
        return sorted((path for path in found if not path.is_symlink()), reverse=True)

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
                    self._build_on(base_id, table)
                table.note(BEGUN, begun.as_json())
        except BaseException:
            table.close()
            shutil.rmtree(path, ignore_errors=True)
            raise
        return self._draft(path, begun, lock, table)

    def _build_on(self, base_id: str, table: RecordTable) -> None:
        try:
            self._take_over(base_id, table)
        except BackupUnusable as error:
            raise BaseUnusable(error.problem, remedy=error.remedy) from error

    def _draft(self, path: Path, begun: Begun, lock: WriterLock, table: RecordTable) -> FileDraft:
        return FileDraft(
            path,
            begun,
            table=table,
            lock=lock,
            sealer=self._place.sealer,
            maker=self._place.maker,
            finished=self._finished,
            now=self._now,
        )


def unwritable(root: Path, error: OSError | sqlite3.Error) -> BackupUnusable:
    """The place cannot be written, and why."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return BackupUnusable(
        f"Backups cannot be written to {root}: {reason or 'no reason'}.",
        remedy="Make it writable for the user who runs the server and see that the disk has room,"
        " or name another directory under [backups] in the user's own playbooks.toml.",
    )
