"""What a scan tells: where something was found, what was looked at, what was left out and why."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Literal

from server.secrets.rule import Severity

Source = Literal["file", "history", "git", "configuration"]
"""A file of the tree, a git object, a file of git's own, what an assistant is configured with."""

Reason = Literal[
    "link",
    "special",
    "unreadable",
    "too large",
    "damaged",
    "outside",
    "other owner",
    "timeout",
    "more hits",
    "no git",
    "not checked",
    "not opened",
    "linked .env",
    "shallow clone",
    "partial clone",
    "missing from git",
    "repository above",
]

HARMLESS: Final[frozenset[Reason]] = frozenset({"link", "special"})
"""Left out by rule, since they hold nothing of their own: the scan is complete without them."""

EXAMPLES_LIMIT: Final = 5

HITS_LIMIT: Final = 1000
"""So many hits of one content are told; that there are more is counted."""

ALL_HITS_LIMIT: Final = 100_000
"""So many hits of a whole scan are told."""

Progress = Callable[[int, int | None, str], None]
"""Done, of how many if that is known, of what; called from any worker, one at a time."""

_STEERING: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a path fit to be shown, and in history the object and the commit that brought it.

    `name` is the path in its own bytes, where it is known.
    """

    path: str = ""
    name: bytes = b""
    commit: str = ""
    object_id: str = ""
    first_seen: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One hit; the value itself is gone, `fingerprint` tells whether two are the same.

    `line` and `column` count from one; zero where a place has no lines.
    """

    rule: str
    severity: Severity
    source: Source
    place: Place
    line: int = 0
    column: int = 0
    length: int = 0
    fingerprint: str = ""
    last4: str = ""
    decoded: str = ""
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was left out for one reason: how many, and a few of them, fit to be shown."""

    reason: Reason
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """The hits in a stable order, and what they were found in.

    `complete`: not cancelled, and nothing was left out that might have held something. Git objects
    that are `known` were found clean by an earlier scan, and are not read again.
    """

    found: tuple[Found, ...]
    files_count: int
    bytes: int
    commits_count: int
    objects_count: int
    skipped: tuple[Skipped, ...]
    complete: bool
    known_objects_count: int = 0
    known_commits_count: int = 0


@dataclass(slots=True)
class Tally:
    """What the workers of one scan have seen so far; safe to share between threads."""

    progress: Progress
    found: list[Found] = field(default_factory=list[Found])
    files_count: int = 0
    bytes: int = 0
    commits_count: int = 0
    objects_count: int = 0
    objects_total: int | None = None
    known_objects_count: int = 0
    known_commits_count: int = 0
    cancelled: bool = False
    _skips: dict[Reason, list[str]] = field(default_factory=dict[Reason, list[str]])
    _skip_counts: dict[Reason, int] = field(default_factory=dict[Reason, int])
    _lock: Lock = field(default_factory=Lock)

    def add(self, found: Sequence[Found]) -> None:
        """Keep these hits of one content, within both limits."""
        with self._lock:
            room = min(HITS_LIMIT, ALL_HITS_LIMIT - len(self.found))
            self.found.extend(found[:room])
        if len(found) > room:
            self.skip("more hits", found[0].place.path)

    def count_files(self, count: int, bytes_count: int) -> None:
        """So many files were looked at."""
        with self._lock:
            self.files_count += count
            self.bytes += bytes_count
            self.progress(self.files_count, None, "files")

    def count_objects(self, count: int, commits_count: int, bytes_count: int) -> None:
        """So many git objects were looked at, commits among them."""
        with self._lock:
            self.objects_count += count
            self.commits_count += commits_count
            self.bytes += bytes_count
            self.progress(self.objects_count, self.objects_total, "git objects")

    def know(self, count: int, commits_count: int) -> None:
        """So many git objects, commits among them, are known to be clean."""
        with self._lock:
            self.known_objects_count += count
            self.known_commits_count += commits_count

    def skip(self, reason: Reason, path: str) -> None:
        """`path` was left out."""
        with self._lock:
            self._skip_counts[reason] = self._skip_counts.get(reason, 0) + 1
            examples = self._skips.setdefault(reason, [])
            if len(examples) < EXAMPLES_LIMIT:
                examples.append(shown_path(path))

    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out so far, by reason."""
        return tuple(
            Skipped(reason, self._skip_counts[reason], tuple(sorted(self._skips[reason])))
            for reason in sorted(self._skips)
        )

    def result(self) -> Scanned:
        """All of it, the hits once each and in a stable order."""
        skipped = self.skipped()
        return Scanned(
            found=tuple(sorted(set(self.found), key=_order)),
            files_count=self.files_count,
            bytes=self.bytes,
            commits_count=self.commits_count,
            objects_count=self.objects_count,
            skipped=skipped,
            complete=not self.cancelled and all(each.reason in HARMLESS for each in skipped),
            known_objects_count=self.known_objects_count,
            known_commits_count=self.known_commits_count,
        )


def shown_path(path: str) -> str:
    """A path as one line that neither steers a terminal nor hides; what does is spelled out."""
    if path.isascii() and path.isprintable():
        return path
    return "".join(_spelled(character) for character in path)


def _spelled(character: str) -> str:
    if unicodedata.category(character) not in _STEERING:
        return character
    return character.encode("unicode_escape").decode()


def _order(found: Found) -> tuple[str, ...]:
    place = found.place
    position = f"{found.line:09d}:{found.column:09d}"
    keys = (found.source, place.path, place.commit, place.object_id)
    return (*keys, position, found.rule, found.fingerprint)
