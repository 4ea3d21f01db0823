"""From an address to an engine whose schema is this program's."""

import errno
import os
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
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

from playbooks.clock import Clock
from server.store.failures import Refused
from server.store.schema import SCHEMA_VERSION, metadata, stamp

BUSY_TIMEOUT_S = 5.0
"""How long a writer waits for another process's write before it says "locked"."""

CALL_PATIENCE_S = 1.5
"""How long one waits in whose way a call is; on PostgreSQL, where locks are few, everybody."""

_LIMITS = {
    "lock_timeout": CALL_PATIENCE_S,
    "statement_timeout": 15.0,
    # A process that is suspended in a transaction holds everybody up no longer than this.
    "idle_in_transaction_session_timeout": BUSY_TIMEOUT_S,
}
"""PostgreSQL's own, in seconds, for each of our sessions."""

_SCHEMA_LIMITS = {"lock_timeout": 60.0, "statement_timeout": 600.0}
"""While the schema changes: a step may rewrite a table, and the others wait for it."""

_PATIENCE = {
    "connect_timeout": int(BUSY_TIMEOUT_S),
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms
}
"""For a database server whose machine is gone without a word."""

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
def writing(engine: Engine, *, patience_s: float = BUSY_TIMEOUT_S) -> Generator[Connection]:
    """A transaction that will write; committed at the end, rolled back on an error.

    SQLite, whose writers all wait for one another, must know at its beginning, and for how long: a
    reader that turns writer does not wait for its turn.
    """
    with (
        engine.connect().execution_options(patience_s=patience_s) as connection,
        connection.begin(),
    ):
        yield connection


def shared_now(connection: Connection, clock: Clock) -> datetime:
    """Now by the clock that all who share the store see: PostgreSQL's own, else this one."""
    if connection.dialect.name == "postgresql":
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now
    return clock()


def file_of(engine: Engine) -> tuple[int, int] | None:
    """Which file is now where SQLite's was opened; None where there is none, or a server."""
    if engine.dialect.name == "postgresql":
        return None
    try:
        found = os.stat(str(engine.url.database))  # noqa: PTH116 - with each use: a Path takes longer
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
            return _postgresql_engine(address)
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


def _postgresql_engine(address: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in address.query}
    engine = create_engine(address, connect_args=patience, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _limit(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Not as an option of the connection: poolers refuse those.
        cursor = connection.cursor()
        cursor.execute(_limiting(_LIMITS, local=False))
        cursor.close()
        connection.commit()

    return engine


def _limiting(limits: Mapping[str, float], *, local: bool) -> str:
    each = (
        f"set_config('{name}', '{limit_s * 1000:.0f}', {local})" for name, limit_s in limits.items()
    )
    return f"SELECT {', '.join(each)}"


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
        patience_s = connection.get_execution_options().get("patience_s")
        if patience_s is None:
            connection.exec_driver_sql("BEGIN")
            return
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {patience_s * 1000:.0f}")
        cursor.close()
        connection.exec_driver_sql("BEGIN IMMEDIATE")

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
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_limiting(_SCHEMA_LIMITS, local=True))
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
