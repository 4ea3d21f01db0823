"""The embedded workspace with its sample: made whole at first use, never seen half-made."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from playbooks.clock import Clock
from server.workspace.core import Workspace
from server.workspace.errors import WorkspaceUnusable

Tell = Callable[[int, int], None]
"""Told `done, total` as the sample grows."""


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

    When another process was first its file stays, unless `replace` is asked for.
    """
    # The generator is heavy and needed once.
    from server.workspace.sample import create_sample  # noqa: PLC0415

    with _understood(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".making-") as apart:
            made = Path(apart) / path.name
            # The file holds the integration's token: nobody else may read it.
            made.touch(mode=0o600)
            with closing(Workspace.open(made, clock=clock)) as workspace:
                create_sample(workspace, now=clock(), progress=tell)
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
    if replace:
        for old in _beside(path):
            old.unlink(missing_ok=True)
        made.replace(path)
        return
    with suppress(FileExistsError):
        path.hardlink_to(made)


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
