"""The objects of a repository that were found clean before: a blob never changes."""

import sqlite3
from collections.abc import Collection, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Seen(Protocol):
    """What is remembered of a repository under one set of rules (a hash of it)."""

    def clean(self, repository: str, rules: str) -> set[bytes]:
        """The ids, in hex, of objects without a hit."""
        ...

    def remember(self, repository: str, rules: str, object_ids: Collection[bytes]) -> None:
        """These are all that are clean; what was remembered under other rules goes."""
        ...


class NothingSeen:
    """Remembers nothing: every object is looked through each time."""

    def clean(self, repository: str, rules: str) -> set[bytes]:
        """None."""
        del repository, rules
        return set()

    def remember(self, repository: str, rules: str, object_ids: Collection[bytes]) -> None:
        """Forgotten at once."""


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A SQLite file in the user's cache directory; it may vanish or be damaged at any time."""

    path: Path

    def clean(self, repository: str, rules: str) -> set[bytes]:
        """The ids of objects without a hit; none where the file cannot be read."""
        with suppress(sqlite3.Error, OSError), self._opened() as database:
            row = database.execute(
                "SELECT object_ids FROM seen WHERE repository = ? AND rules = ?",
                (repository, rules),
            ).fetchone()
            if row:
                return set(bytes(row[0]).split())
        return set()

    def remember(self, repository: str, rules: str, object_ids: Collection[bytes]) -> None:
        """Replaces what was remembered of the repository; a file that is damaged is removed."""
        row = (repository, rules, b"\n".join(object_ids))
        try:
            with self._opened() as database:
                database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", row)
        except (sqlite3.OperationalError, OSError):
            return
        except sqlite3.DatabaseError:
            self.path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=1)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS seen"
                " (repository TEXT PRIMARY KEY, rules TEXT NOT NULL, object_ids BLOB NOT NULL)"
            )
            yield database
