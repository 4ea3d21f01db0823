"""One writer at a time: a lock that the operating system gives back when its holder dies."""

import sqlite3
from pathlib import Path


class WriterLock:
    """Held from `take` to `release`, or to the end of the process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def take(cls, path: Path) -> "WriterLock | None":
        """The lock; None while another holds it. Raises sqlite3.Error when it cannot be had."""
        connection = sqlite3.connect(path, timeout=0, check_same_thread=False, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return None
            raise
        return cls(connection)

    def release(self) -> None:
        """Give it back; again is fine."""
        self._connection.close()
