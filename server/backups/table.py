"""Records in a SQLite file: a draft, or the opened snapshot of which single records are asked."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final, cast

from playbooks.errors import BackupUnusable
from playbooks.snapshot import Json, RecordKind
from server.backups.files import Record, decoded, encoded
from server.backups.sealing import Sealer

PRIVATE: Final = ""
"""SQLite's name for a database of this connection alone, which goes when it is closed."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
  kind TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL, edited TEXT NOT NULL,
  body BLOB NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS record_of_place ON record (kind, place, id);
CREATE TABLE IF NOT EXISTS noted (key TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


class RecordTable:
    """Records by kind and id, sealed where there is a key; each write is on the disk at its end.

    May be used from any thread, by one at a time.
    """

    def __init__(self, path: Path | None, sealer: Sealer) -> None:
        self._sealer = sealer
        self._turn = Lock()
        name = PRIVATE if path is None else str(path)
        self._connection = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")  # a commit is one wait for the disk
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file; again is fine."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def at_once(self) -> Generator[None]:
        """What is written inside is there whole or not at all; may raise BackupUnusable."""
        try:
            # sqlite3's own way of it: commits at the end, rolls back when anything is raised.
            with self._turn, self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
        except sqlite3.Error as error:
            raise BackupUnusable(
                f"The draft of the backup cannot be written: {error.sqlite_errorname}.",
                remedy="See that the disk has room, then call create_backup again: it goes on.",
            ) from None

    def put(self, kind: RecordKind, records: Iterable[Record]) -> None:
        """Keep each in the place of one of that kind and id; inside `at_once`."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO record (kind, id, place, edited, body) VALUES (?, ?, ?, ?, ?)",
            (
                (kind, record_id, place, _edited(record), self._sealer.seal(encoded(record)))
                for place, record_id, record in records
            ),
        )

    def drop(self, kind: RecordKind, ids: Sequence[str]) -> None:
        """Forget them; inside `at_once`."""
        self._connection.executemany(
            "DELETE FROM record WHERE kind = ? AND id = ?", ((kind, each) for each in ids)
        )

    def note(self, key: str, value: Json) -> None:
        """Remember a value; inside `at_once`."""
        self._connection.execute(
            "INSERT OR REPLACE INTO noted (key, value) VALUES (?, ?)",
            (key, self._sealer.seal(encoded(value))),
        )

    def noted(self, key: str) -> Json:
        """The value; None for none."""
        with self._turn:
            row = self._connection.execute("SELECT value FROM noted WHERE key = ?", (key,))
            found = row.fetchone()
        return None if found is None else decoded(self._sealer.open(found[0]))

    def edited(self, kind: RecordKind, place: str) -> Mapping[str, str]:
        """Ids of that kind and place with their `last_edited_time`, "" for none."""
        with self._turn:
            asked = "SELECT id, edited FROM record WHERE kind = ? AND place = ?"
            return dict(self._connection.execute(asked, (kind, place)))

    def record(self, kind: RecordKind, record_id: str) -> Json:
        """One record; None for none."""
        with self._turn:
            asked = "SELECT body FROM record WHERE kind = ? AND id = ?"
            found = self._connection.execute(asked, (kind, record_id)).fetchone()
        return None if found is None else decoded(self._sealer.open(found[0]))

    def groups(self) -> list[tuple[RecordKind, str, int]]:
        """Each kind and place of which there is something, with how many."""
        with self._turn:
            asked = "SELECT kind, place, count(*) FROM record GROUP BY kind, place ORDER BY 1, 2"
            return [
                (cast("RecordKind", kind), place, count)
                for kind, place, count in self._connection.execute(asked)
            ]

    def records(self, kind: RecordKind, place: str) -> Iterator[Record]:
        """The records by id; nothing may be written meanwhile."""
        asked = "SELECT id, body FROM record WHERE kind = ? AND place = ? ORDER BY id"
        for record_id, body in self._connection.execute(asked, (kind, place)):
            yield place, record_id, decoded(self._sealer.open(body))


def _edited(record: Json) -> str:
    known = cast("dict[str, Json]", record) if isinstance(record, dict) else {}
    return str(known.get("last_edited_time") or "")
