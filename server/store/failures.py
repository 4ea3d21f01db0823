"""Every failure of the store as a StoreUnusable that a person understands.

The text of a driver is never passed on: it may hold a password, and it helps nobody.
"""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from playbooks.errors import StoreUnusable

_OS_REASONS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "it is on a read-only file system",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EISDIR: "it is a directory, not a file",
    errno.ENOTDIR: "a part of its path is a file, not a directory",
    errno.EEXIST: "a part of its path is a file, not a directory",
    errno.ENAMETOOLONG: "its name is too long",
}

_SQLITE_REASONS = {
    "SQLITE_AUTH": "permission denied",
    "SQLITE_BUSY": "another process keeps it locked",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk failed to read or write it",
    "SQLITE_LOCKED": "another process keeps it locked",
    "SQLITE_NOTADB": "the file is not a database",
    "SQLITE_PERM": "permission denied",
    "SQLITE_READONLY": "it is read-only",
}
"""By the primary part of SQLite's error names: SQLITE_IOERR_WRITE is an SQLITE_IOERR."""

_SQLSTATE_REASONS = {
    "25006": "it is read-only",
    "25P03": "this program stood still within a change, which the database server took back",
    "28": "the database server refused the user or the password",
    "3D": "the database server has no database of that name",
    "42501": "permission denied",
    "53100": "the disk of the database server is full",
    "53": "the database server is out of resources",
    "55P03": "another process keeps it locked",
    "57014": "the database server took too long",
    "57": "the database server is starting, stopping or interrupted",
    "08": "the connection to the database server broke",
}
"""By PostgreSQL's SQLSTATE or its first two characters, the class."""


_OTHER_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ValidationError, "what is kept there has a form that this program does not know"),
    (NoSuchModuleError, "the driver that its address names is not installed"),
    (ImportError, "the driver that its address names is not installed"),
    (ArgumentError, "its address is not one of a database"),
)
"""The first that fits counts: NoSuchModuleError is an ArgumentError."""


class Refused(Exception):
    """We ourselves will not use this store; the text is the reason."""


@contextmanager
def understood(url: str) -> Generator[None]:
    """Turn whatever fails inside into StoreUnusable.

    Raises:
        StoreUnusable: with the location without its password and one reason.
    """
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError, Refused, ValidationError) as failure:
        raise StoreUnusable(location_of(url), reason_of(failure)) from failure


def location_of(url: str | URL) -> str:
    """The address as a person would say it: a path, or an address without password or options."""
    try:
        address = make_url(url)
    except ArgumentError:
        return "named by the configuration"
    if address.get_backend_name() == "sqlite":
        return str(Path(address.database or ":memory:"))
    return address.set(query={}).render_as_string(hide_password=True)


def reason_of(failure: Exception) -> str:
    """One clause that completes "cannot be used: …"."""
    match failure:
        case Refused():
            return str(failure)
        case DBAPIError(orig=Exception() as cause):
            return _reason_of_driver(cause)
        case OSError(errno=int(number)):
            return _OS_REASONS.get(number, "the operating system refused it")
        case _:
            known = (reason for kind, reason in _OTHER_REASONS if isinstance(failure, kind))
            return next(known, f"the database failed ({type(failure).__name__})")


def _reason_of_driver(cause: Exception) -> str:
    sqlite_name = getattr(cause, "sqlite_errorname", None)
    if isinstance(sqlite_name, str):
        primary = "_".join(sqlite_name.split("_")[:2])
        return _SQLITE_REASONS.get(primary, f"SQLite failed ({sqlite_name})")
    state = str(getattr(cause, "sqlstate", None) or "")
    if not state:
        return "the database server does not answer or refuses the connection"
    known = _SQLSTATE_REASONS.get(state) or _SQLSTATE_REASONS.get(state[:2])
    return known or f"the database server failed ({state})"
