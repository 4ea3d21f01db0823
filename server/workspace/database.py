"""One SQLite file: its schema, its connections, and transactions that are all or nothing.

Everything of a workspace is one tree of `nodes` (databases, data sources, pages, blocks), each
with a JSON document beside it. `cells` is the index of property values, by which filters and
sorts find rows; for relations it is the one truth, so that both sides stay in step.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from server.workspace.errors import WorkspaceUnusable

_TABLES = frozenset(("workspace", "users", "nodes", "documents", "columns", "cells", "shares"))
_BUSY_TIMEOUT_MS = 30_000
_IDLE_CONNECTIONS = 8

_SCHEMA = (
    "CREATE TABLE workspace (id TEXT NOT NULL, name TEXT NOT NULL)",
    """CREATE TABLE users (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        name TEXT NOT NULL, email TEXT, token_hash TEXT UNIQUE, own_token TEXT,
        capabilities TEXT NOT NULL DEFAULT '[]')""",
    """CREATE TABLE nodes (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent INTEGER,
        position INTEGER NOT NULL, in_trash INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL,
        created_at INTEGER NOT NULL, edited_at INTEGER NOT NULL,
        created_by TEXT NOT NULL, edited_by TEXT NOT NULL)""",
    "CREATE INDEX nodes_children ON nodes (parent, position, number)",
    "CREATE INDEX nodes_created ON nodes (parent, created_at, number)",
    "CREATE INDEX nodes_edited ON nodes (parent, edited_at, number)",
    "CREATE INDEX nodes_search ON nodes (kind, edited_at, number)",
    "CREATE TABLE documents (node INTEGER PRIMARY KEY, document TEXT NOT NULL)",
    """CREATE TABLE columns (
        number INTEGER PRIMARY KEY, data_source INTEGER NOT NULL, last_unique INTEGER NOT NULL)""",
    """CREATE TABLE cells (
        node INTEGER NOT NULL, column INTEGER NOT NULL, position INTEGER NOT NULL,
        text TEXT, number REAL, PRIMARY KEY (node, column, position)) WITHOUT ROWID""",
    "CREATE INDEX cells_text ON cells (column, text, node) WHERE text IS NOT NULL",
    "CREATE INDEX cells_number ON cells (column, number, node) WHERE number IS NOT NULL",
    """CREATE TABLE shares (
        bot_id TEXT NOT NULL, node INTEGER NOT NULL, PRIMARY KEY (bot_id, node)) WITHOUT ROWID""",
    """CREATE TABLE faults (
        number INTEGER PRIMARY KEY, route TEXT NOT NULL, remaining INTEGER,
        effect TEXT NOT NULL)""",
)

_SECOND = (
    """CREATE TABLE conditions (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE comments (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, node INTEGER NOT NULL,
        discussion_id TEXT NOT NULL, created_at INTEGER NOT NULL, edited_at INTEGER NOT NULL,
        created_by TEXT NOT NULL, document TEXT NOT NULL)""",
    "CREATE INDEX comments_node ON comments (node, number)",
    "CREATE INDEX comments_discussion ON comments (discussion_id)",
)

_THIRD = (
    "DROP TABLE faults",
    """CREATE TABLE faults (
        number INTEGER PRIMARY KEY, route TEXT NOT NULL, effect TEXT NOT NULL, count INTEGER,
        rate REAL NOT NULL, after INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0,
        acted INTEGER NOT NULL DEFAULT 0)""",
    "ALTER TABLE workspace ADD COLUMN fault_seed INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE windows (
        scope TEXT PRIMARY KEY, began_at INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID""",
)

_FOURTH = (
    "ALTER TABLE nodes ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0",
    """UPDATE nodes SET is_archived = 1 WHERE kind = 'page' AND number IN (
        SELECT node FROM documents WHERE json_extract(document, '$.is_archived'))""",
    # What the search, which learns of titles late, still knows: NULL is nothing at all.
    "ALTER TABLE nodes ADD COLUMN former_title TEXT",
    "ALTER TABLE nodes ADD COLUMN titled_at INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX users_name ON users (name)",
)

_UPGRADES = (_SCHEMA, _SECOND, _THIRD, _FOURTH)
"""What makes a file of each version one of the next; an empty file is of version 0."""

SCHEMA_VERSION = len(_UPGRADES)


class Database:
    """The connections of one process to one file; safe to use from many threads.

    A new file is readable by its owner alone, for it keeps a token; `found` fills what it needs,
    in the transaction that makes it. A file that is no workspace is left as it was.
    """

    def __init__(self, path: Path, *, found: Callable[[sqlite3.Connection], None]) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._one_writer = threading.Lock()
        self._held = threading.local()
        self._closed = False
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, mode=0o600))
            self.created = self._prepare(found)
        except OSError as error:
            raise WorkspaceUnusable(path, error.strerror or type(error).__name__) from error
        except sqlite3.Error as error:
            raise WorkspaceUnusable(path, str(error)) from error

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection that sees one state of the workspace, or that of its own transaction."""
        held = self._current()
        if held is not None:
            yield held
            return
        with self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One transaction: committed as a whole, or not at all; within another one, a part of it.

        Raises sqlite3.OperationalError when another process holds the file for 30 s.
        """
        held = self._current()
        if held is not None:
            with _savepoint(held):
                yield held
            return
        # The lock spares threads the polling by which SQLite waits for another writer.
        with self._one_writer, self._borrowed() as connection, _transaction(connection):
            self._held.connection = connection
            try:
                yield connection
            finally:
                self._held.connection = None

    def close(self) -> None:
        """Close every idle connection; those in use close when they are given back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _current(self) -> sqlite3.Connection | None:
        return getattr(self._held, "connection", None)

    @contextmanager
    def _borrowed(self) -> Generator[sqlite3.Connection]:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        connection = connection or _connect(self._path)
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            keep = not self._closed and len(self._idle) < _IDLE_CONNECTIONS
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def _prepare(self, found: Callable[[sqlite3.Connection], None]) -> bool:
        with closing(_connect(self._path)) as connection:
            with _transaction(connection):
                created = self._make(connection, found)
            # Kept in the file, and only now: it would change one that is not ours.
            connection.execute("PRAGMA journal_mode = WAL")
            return created

    def _make(
        self, connection: sqlite3.Connection, found: Callable[[sqlite3.Connection], None]
    ) -> bool:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        is_ours = tables >= _TABLES if version else not tables
        if version not in range(SCHEMA_VERSION + 1) or not is_ours:
            raise WorkspaceUnusable(self._path, "it is not a workspace of this version")
        if version < SCHEMA_VERSION:
            _upgrade(connection, version)
        if version == 0:
            found(connection)
        return version == 0


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    for statements in _UPGRADES[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # A full disk ends the transaction by itself; a failed commit may leave it open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")
