"""The key of fingerprints: random, of this user, readable by nobody else."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

_BYTES: Final = 32


def fingerprint_key(path: Path) -> bytes:
    """The key kept there, made at the first call; a new one for each process where none can be."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = _read(path) or _made(path)
        if key is not None:
            return key
    return secrets.token_bytes(_BYTES)


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        key = path.read_bytes()
        return key if len(key) == _BYTES else None
    return None


def _made(path: Path) -> bytes | None:
    """Made whole beside it and moved there: two processes at once end up with one key."""
    key, beside = secrets.token_bytes(_BYTES), path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(key)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    except OSError:
        beside.replace(path)
        return _read(path)
    beside.unlink()
    return _read(path)
