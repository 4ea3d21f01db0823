"""Whether others on this machine may read a file of secrets, or put another in its place."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from server.secrets.place_rules import OPEN_PERMISSIONS, OTHERS_MAY_REPLACE
from server.secrets.rule import Rule

ARE_CHECKED: Final = os.name == "posix"
"""Elsewhere the mode of a file tells nothing: not checked, which is not the same as well."""

_OTHERS: Final = 0o077
_OTHERS_WRITE: Final = 0o022
_NAME: Final = re.compile(
    r"\.env(?!.*(?:example|sample|template|dist$)).*|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.netrc|\.pypirc|\.git-credentials"
)


def is_of_secrets(name: str) -> bool:
    """Whether a file of this name is there to hold secrets."""
    return _NAME.fullmatch(name) is not None


def is_env(name: str) -> bool:
    """Whether it is a .env file with values, as an example of one has not."""
    return name.startswith(".env") and is_of_secrets(name)


def open_to_others(path: Path) -> list[Rule]:
    """What is wrong with the modes of a file or folder and of what it lies in; POSIX only."""
    if not ARE_CHECKED:
        return []
    wrong: list[Rule] = []
    try:
        status, folder = path.stat(), path.parent.stat()
    except OSError:
        return []
    if status.st_mode & _OTHERS or status.st_uid != os.geteuid():
        wrong.append(OPEN_PERMISSIONS)
    if folder.st_mode & _OTHERS_WRITE and not folder.st_mode & stat.S_ISVTX:
        wrong.append(OTHERS_MAY_REPLACE)
    return wrong
