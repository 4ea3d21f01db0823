"""What a team has accepted with another scanner: its baseline files, read and honoured.

A place is a path relative to the scanned folder, with `/`, and a line counted from 1. The rules of
other scanners have other names, so a place counts for every rule of ours.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final, Self

_PARTS_WITH_COMMIT: Final = 4
_PARTS: Final = 3


class BaselineUnreadable(Exception):
    """The file is not of the kind that its name tells."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"This is not {kind}: make it again with the scanner that wrote it.")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that are not to be told: places, places in one commit, and hashes in a file."""

    places: frozenset[tuple[str, int]] = field(default=frozenset())
    places_in_commits: frozenset[tuple[str, str, int]] = field(default=frozenset())
    hashes: frozenset[tuple[str, str]] = field(default=frozenset())

    def __or__(self, other: Self) -> "Accepted":
        return Accepted(
            self.places | other.places,
            self.places_in_commits | other.places_in_commits,
            self.hashes | other.hashes,
        )

    def covers(self, path: str, line: int, value: bytes, *, commit: str = "") -> bool:
        """Whether the finding is one of them; `commit` is empty for a file of the tree."""
        if commit:
            return (commit, path, line) in self.places_in_commits
        return (path, line) in self.places or (path, _sha1(value)) in self.hashes


def gitleaks_ignores(text: str) -> Accepted:
    """What a `.gitleaksignore` accepts; lines that are no fingerprints are passed over."""
    places: set[tuple[str, int]] = set()
    in_commits: set[tuple[str, str, int]] = set()
    for line in text.splitlines():
        parts = line.partition("#")[0].strip().split(":")
        if len(parts) < _PARTS or not parts[-1].isdecimal():
            continue
        if len(parts) == _PARTS:
            places.add((parts[0], int(parts[2])))
        elif len(parts) == _PARTS_WITH_COMMIT:
            in_commits.add((parts[0], parts[1], int(parts[3])))
    return Accepted(frozenset(places), frozenset(in_commits))


def detect_secrets_baseline(text: str) -> Accepted:
    """What a detect-secrets baseline accepts; not what an audit marked as a real secret.

    Raises:
        BaselineUnreadable: it is none.
    """
    kind = "a baseline of detect-secrets"
    try:
        hashes = frozenset(
            (str(path).replace("\\", "/"), str(each["hashed_secret"]))
            for path, found in _json(text, kind)["results"].items()
            for each in found
            if not each.get("is_secret", False)
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise BaselineUnreadable(kind) from error
    return Accepted(hashes=hashes)


def _json(text: str, kind: str) -> Any:
    """The document; foreign."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise BaselineUnreadable(kind) from error


def _sha1(value: bytes) -> str:
    """As detect-secrets writes it; a plain hash of a weak secret can be guessed, ours is none."""
    return hashlib.sha1(value, usedforsecurity=False).hexdigest()
