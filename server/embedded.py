"""The embedded workspace with its sample: made whole at first use, never seen half-made."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playbooks.clock import Clock
from server.workspace import identities
from server.workspace.core import Workspace
from server.workspace.errors import WorkspaceUnusable

Tell = Callable[[int, int], None]
"""Told `done, total` as the sample grows."""

_PATIENCE_S = 30
"""How long a reset waits for another process that writes."""


def open_embedded(path: Path, *, clock: Clock, tell: Tell | None = None) -> Workspace:
    """Open the workspace at `path`; make it with its sample when there is none.

    Blocking; some seconds the first time. Raises WorkspaceUnusable.
    """
    with _understood(path):
        if not path.exists():
            make_sample(path, clock=clock, tell=tell)
        return Workspace.open(path, clock=clock)


def make_sample(
    path: Path, *, clock: Clock, tell: Tell | None = None, replace: bool = False
) -> None:
    """Fill a file beside `path`, then put it in place at one stroke. Raises WorkspaceUnusable.

    A workspace that is there stays. With `replace` all its content goes, and processes that have
    it open go on with the new sample; it keeps its own token, which they and their clients hold.
    """
    # The generator is heavy and needed once.
    from server.workspace.sample import create_sample  # noqa: PLC0415

    with _understood(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".making-") as apart:
            made = Path(apart) / path.name
            # The file holds the integration's token: nobody else may read it.
            made.touch(mode=0o600)
            token = _token_in(path) if replace else None
            with closing(Workspace.open(made, clock=clock)) as workspace:
                create_sample(workspace, now=clock(), token=token, progress=tell)
            _put_in_place(made, path, replace=replace)


@contextmanager
def _understood(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceUnusable(path, error.strerror or type(error).__name__) from error
    except sqlite3.Error as error:
        raise WorkspaceUnusable(path, str(error)) from error


def _put_in_place(made: Path, path: Path, *, replace: bool) -> None:
    try:
        path.hardlink_to(made)
    except FileExistsError:
        if replace:
            _replace(made, path)


def _replace(made: Path, path: Path) -> None:
    """Another file in its place would leave whoever has this one open on what is deleted."""
    if _is_database(path):
        with closing(sqlite3.connect(made)) as source, closing(_existing(path)) as target:
            source.backup(target, progress=_wait_no_longer)
        return
    # Nobody has open what is no database.
    for old in _beside(path):
        old.unlink(missing_ok=True)
    made.replace(path)


def _wait_no_longer(status: int, _left_count: int, _pages_count: int) -> None:
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("another process is writing to it")


def _token_in(path: Path) -> str | None:
    """The token by which processes and their clients know the workspace, if there is one."""
    try:
        with closing(_existing(path)) as db:
            return identities.own_token(db)
    except sqlite3.DatabaseError:
        return None


def _is_database(path: Path) -> bool:
    try:
        with closing(_existing(path)) as db:
            db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            return False
        raise
    return True


def _existing(path: Path) -> sqlite3.Connection:
    """A connection to a file that SQLite must not make itself, for all to read."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE_S)


@contextmanager
def alone(path: Path) -> Generator[bool]:
    """Whether nobody else holds `path` meanwhile; the lock dies with its process.

    Raises WorkspaceUnusable when there is no place for it.
    """
    with _understood(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = sqlite3.connect(path.with_name(f"{path.name}.lock"), timeout=0)
    with closing(opened) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
            return
        yield True


def _beside(path: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside a database."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
