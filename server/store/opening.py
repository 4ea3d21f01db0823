"""From an address to an engine whose schema is this program's."""

import errno
import os
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from server.store.failures import Refused
from server.store.schema import SCHEMA_VERSION, metadata, stamp

BUSY_TIMEOUT_S = 5
"""How long a writer waits for another process's write before it says "locked"."""

_PAUSES_S = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
"""Between the tries to switch a new file to WAL."""

_SCHEMA_LOCK = 0x706C6179
"""The PostgreSQL advisory lock under which processes take turns at the schema."""


def open_engine(url: str) -> Engine:
    """An engine on a store that exists and has this program's schema.

    Processes that meet here take turns: the first one makes the schema, the others find it.

    Raises:
        Refused, OSError, ImportError, sqlalchemy.exc.SQLAlchemyError: see failures.
    """
    engine = _engine(make_url(url))
    try:
        _agree_on_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that will write; committed at the end, rolled back on an error.

    SQLite must know at its beginning: a reader that turns writer does not wait for its turn.
    """
    with (
        engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as connection,
        connection.begin(),
    ):
        yield connection


def in_turn(connection: Connection, lock: int) -> None:
    """Whoever asks for the same lock waits until this transaction ends.

    SQLite needs none: its writers take turns anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


def upsert(
    connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Insert the row, or give the one that has this primary key these values."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values({**key, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _engine(address: URL) -> Engine:
    match address.get_backend_name():
        case "sqlite":
            _create_file(address)
            return _sqlite_engine(address)
        case "postgresql":
            patience = {"connect_timeout": BUSY_TIMEOUT_S}
            return create_engine(address, connect_args=patience, pool_pre_ping=True)
        case other:
            raise Refused(f"{other} is neither sqlite nor postgresql")


def _create_file(address: URL) -> None:
    """Make the file ourselves: SQLite would make it readable for everybody."""
    if address.database in {None, "", ":memory:"} or address.query:
        raise Refused("its address must be a path alone, sqlite:///PATH")
    path = Path(str(address.database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a directory")
    # Never opened by us once it exists: closing it would drop the locks that SQLite holds on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, "not readable")


def _sqlite_engine(address: URL) -> Engine:
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # sqlite3 would begin a transaction late and leave DDL out of it; we begin them ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get("sqlite_begin", "BEGIN")
        connection.exec_driver_sql(begin)

    return engine


def _use_wal(cursor: DBAPICursor) -> None:
    """Try again while busy: SQLite itself does not wait where two processes switch at once."""
    for pause_s in _PAUSES_S:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(pause_s)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _agree_on_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        if _version(connection) == SCHEMA_VERSION:
            return
    with writing(engine) as connection:
        in_turn(connection, _SCHEMA_LOCK)
        _bring_up_to_date(connection)


def _bring_up_to_date(connection: Connection) -> None:
    match _version(connection):
        case None:
            metadata.create_all(connection)
            connection.execute(insert(stamp).values(version_num=SCHEMA_VERSION))
        case version if version == SCHEMA_VERSION:
            return  # another process was faster
        case version if version < SCHEMA_VERSION:
            from server.store.migrations import upgrade  # noqa: PLC0415 - Alembic, rarely needed

            upgrade(connection)
        case version:
            raise Refused(
                f"its schema version {version} is newer than this program's {SCHEMA_VERSION}"
            )


def _version(connection: Connection) -> str | None:
    """The stamp; None for a store without one, "" for one that was taken back to its beginning."""
    if not inspect(connection).has_table(stamp.name):
        return None
    return connection.execute(select(stamp.c.version_num)).scalar() or ""
