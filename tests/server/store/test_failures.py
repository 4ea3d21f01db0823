"""Every failure of the store says where and why, in words and without secrets."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from playbooks.errors import StoreUnusable
from playbooks.report import Report
from server.store.failures import location_of, reason_of, understood
from server.store.sql import SqlStore
from tests.server.store.raw import change

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
NO_ANSWER = "the database server does not answer or refuses the connection"


async def failure_of(url: str) -> StoreUnusable:
    store = SqlStore(url, clock=lambda: NOW)
    with pytest.raises(StoreUnusable) as caught:
        await store.probe()
    return caught.value


def a_directory(path: Path) -> None:
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_text("This is a letter, and a long one, to nobody in particular. " * 20)


def of_a_newer_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0999')")


def of_an_unknown_program(path: Path) -> None:
    of_a_newer_program(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        pytest.param(a_directory, "it is a directory, not a file", id="a-directory"),
        pytest.param(no_database, "the file is not a database", id="a-letter"),
        pytest.param(
            of_a_newer_program,
            "its schema version 0999 is newer than this program's 0008",
            id="newer-schema",
        ),
        pytest.param(
            of_an_unknown_program,
            "its schema version is not one of this program's",
            id="unknown-schema",
        ),
    ],
)
async def test_a_file_that_is_no_store_of_ours_is_refused(
    tmp_path: Path, prepare: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "store.db"
    prepare(path)

    failure = await failure_of(f"sqlite:///{path}")

    assert (failure.location, failure.reason) == (str(path), reason)


async def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    failure = await failure_of(f"sqlite:///{tmp_path}/file/store.db")

    assert failure.reason == "a part of its path is a file, not a directory"


def closed_directory(path: Path) -> Path:
    path.mkdir(mode=0o500)
    return path


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    closed = closed_directory(tmp_path / "closed")

    assert (await failure_of(f"sqlite:///{closed}/store.db")).reason == "permission denied"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("nonsense", "its address is not one of a database", id="no-address"),
        pytest.param("sqlite://", "its address must be a path alone, sqlite:///PATH", id="memory"),
        pytest.param(
            "mysql://host/name", "mysql is neither sqlite nor postgresql", id="another-database"
        ),
        pytest.param(
            "postgresql+nodriver://host/name",
            "the driver that its address names is not installed",
            id="no-such-driver",
        ),
    ],
)
async def test_an_address_that_cannot_work_is_refused(url: str, reason: str) -> None:
    assert (await failure_of(url)).reason == reason


async def test_a_run_of_another_program_says_so(
    store: SqlStore, report: Callable[..., Report]
) -> None:
    await store.keep_run(report())
    await change(store, "UPDATE runs SET body = :body", {"body": '{"of": "tomorrow"}'})

    with pytest.raises(StoreUnusable, match="a form that this program does not know"):
        await store.run("r1")


def keep_locked(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as first:
        first.execute("BEGIN EXCLUSIVE")
        run(f"sqlite:///{path}?timeout=0", "CREATE TABLE t (x)")


def fill(path: Path) -> None:
    run(f"sqlite:///{path}", "PRAGMA max_page_count = 1", "CREATE TABLE t (x)")


def write_to_read_only(path: Path) -> None:
    path.touch()
    run(f"sqlite:///file:{path}?mode=ro&uri=true", "CREATE TABLE t (x)")


def run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("fail", "reason"),
    [
        pytest.param(keep_locked, "another process keeps it locked", id="locked"),
        pytest.param(fill, "the disk is full", id="full"),
        pytest.param(write_to_read_only, "it is read-only", id="read-only"),
    ],
)
def test_what_sqlite_reports_becomes_a_reason(
    tmp_path: Path, fail: Callable[[Path], None], reason: str
) -> None:
    with pytest.raises(StoreUnusable) as caught, understood(f"sqlite:///{tmp_path}/store.db"):
        fail(tmp_path / "store.db")

    assert caught.value.reason == reason


class ServerRefused(Exception):
    """Shaped like an error of psycopg."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("connection failed: password=open-sesame")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        pytest.param(ServerRefused(None), NO_ANSWER, id="no-server"),
        pytest.param(
            ServerRefused("28P01"),
            "the database server refused the user or the password",
            id="wrong-password",
        ),
        pytest.param(
            ServerRefused("53100"), "the disk of the database server is full", id="disk-full"
        ),
        pytest.param(ServerRefused("99999"), "the database server failed (99999)", id="unheard"),
    ],
)
def test_what_postgresql_reports_becomes_a_reason(failure: Exception, reason: str) -> None:
    assert reason_of(DBAPIError("SELECT 1", {}, failure)) == reason


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        pytest.param(PermissionError(errno.EACCES, ""), "permission denied", id="permission"),
        pytest.param(OSError(errno.EROFS, ""), "it is on a read-only file system", id="read-only"),
        pytest.param(OSError(errno.ENOSPC, ""), "the disk is full", id="disk-full"),
        pytest.param(OSError(errno.EIO, ""), "the operating system refused it", id="unheard"),
        pytest.param(
            InvalidRequestError("text"), "the database failed (InvalidRequestError)", id="other"
        ),
    ],
)
def test_what_the_system_reports_becomes_a_reason(failure: Exception, reason: str) -> None:
    assert reason_of(failure) == reason


def test_a_location_holds_no_password() -> None:
    url = "postgresql://ada:open-sesame@db.example:5432/team?password=open-sesame"

    assert location_of(url) == "postgresql://ada:***@db.example:5432/team"
