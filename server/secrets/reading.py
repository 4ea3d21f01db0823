"""A file opened without trusting it: regular ones only, no link, no waiting for a writer."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegular(Exception):
    """It has become something else than a regular file since it was listed."""


@contextmanager
def opened(path: str) -> Generator[tuple[int, int]]:
    """The descriptor and the size of a regular file.

    Raises:
        OSError: it cannot be opened, or is a link.
        NotRegular: it is a pipe, a device, a folder.
    """
    fd = os.open(path, _FLAGS)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegular
        yield fd, status.st_size
    finally:
        os.close(fd)


def read_small(path: str, limit: int) -> bytes | None:
    """All of a regular file of at most `limit` bytes; None where it is not such a one."""
    try:
        with opened(path) as (fd, size):
            return os.read(fd, limit) if size <= limit else None
    except (OSError, NotRegular):
        return None
