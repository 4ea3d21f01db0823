"""What lies where: a directory for each snapshot, a hidden one for each unfinished one."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from playbooks.snapshot import FileEntry, RecordKind
from server.backups.files import COMPRESSED, ENCRYPTED

MANIFEST: Final = "manifest.json"
MANIFEST_HASH: Final = "manifest.sha256"
"""In the form of `sha256sum`, so that `sha256sum -c manifest.sha256` checks it, too."""

CHECKS: Final = "checks.jsonl"
PRIVATE_DIRECTORY: Final = 0o700

_STEMS: Final[dict[RecordKind, str]] = {
    "database": "databases",
    "data_source": "schemas",
    "page": "pages",
    "content": "content",
    "comments": "comments",
    "user": "users",
    "setting": "settings",
}
_ID: Final = re.compile(r"[A-Za-z0-9_]{1,64}")  # no hidden name: those are not finished
_OURS: Final = re.compile(r"backup_\d{8}T\d{6}_[0-9a-f]{6}")
_PLACE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_id(at: datetime) -> str:
    """Sorts by time, and does not meet another."""
    return f"backup_{at:%Y%m%dT%H%M%S}_{secrets.token_hex(3)}"


def is_id(text: str) -> bool:
    """Whether it may be the name of a snapshot's directory: never a path."""
    return _ID.fullmatch(text) is not None


def file_name(kind: RecordKind, place: str, *, encrypted: bool) -> str:
    """The file that holds the records of that kind and place."""
    suffix = COMPRESSED + (ENCRYPTED if encrypted else "")
    if not place:
        return f"{_STEMS[kind]}{suffix}"
    # A place is an id of Notion and thus foreign: what could be a path is not taken as it is.
    safe = place if _PLACE.fullmatch(place) else hashlib.sha256(place.encode()).hexdigest()
    stem = "rows" if kind == "page" else _STEMS[kind]
    return f"{stem}-{safe}{suffix}"


def files_of(
    files: Iterable[FileEntry], kind: RecordKind, place: str | None = None
) -> list[FileEntry]:
    """The files of that kind (and place), by place."""
    found = {file.name: file for file in files}
    if place is not None:
        names = [file_name(kind, place, encrypted=sealed) for sealed in (False, True)]
        return [found[name] for name in names if name in found]
    return [found[name] for name in sorted(found, key=_by_place) if _kind_of(name) == kind]


def _kind_of(name: str) -> RecordKind:
    stem = name.partition(".")[0].partition("-")[0]
    return "page" if stem == "rows" else next(k for k, word in _STEMS.items() if word == stem)


def _by_place(name: str) -> tuple[str, str]:
    stem = name.partition(".")[0]
    return stem.partition("-")[2], stem


def is_known(name: str) -> bool:
    """Whether a file of that name can stand in a manifest."""
    stem, dot, suffix = name.partition(".")
    known = stem.partition("-")[0] in {*_STEMS.values(), "rows"}
    return known and f"{dot}{suffix}" in {COMPRESSED, COMPRESSED + ENCRYPTED}


def directories(root: Path) -> list[Path]:
    """What may be a snapshot in it, newest first; none where there is no directory."""
    if not root.is_dir():
        return []
    found = [path for path in root.iterdir() if path.is_dir() and is_id(path.name)]
    return sorted(found, key=lambda path: path.name, reverse=True)


def is_foreign(directory: Path) -> bool:
    """Whether it is somebody else's: a link, or nothing in it or its name is of a snapshot."""
    if directory.is_symlink():
        return True
    named = _OURS.fullmatch(directory.name) is not None
    return not named and not any((directory / each).exists() for each in (MANIFEST, MANIFEST_HASH))
