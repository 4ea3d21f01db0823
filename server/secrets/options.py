"""What a scan is asked for."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from server.secrets.baselines import Accepted
from server.secrets.closely import Closely
from server.secrets.found import Tally
from server.secrets.git_seen import NothingSeen, Seen
from server.secrets.matching import Engine, Match, Matcher, open_matcher
from server.secrets.workers import Cancelled

if TYPE_CHECKING:
    from server.secrets.archives import Archives


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How a scan goes about it; every choice that looks at less, or further, is off.

    `key` is for fingerprints. `git`: the files that git keeps are looked at, with `history` its
    objects too. `allowed_roots`: nothing outside them is read, links followed
    (None: the shell's user may name any place). `user_home`: its assistants' configurations are
    looked at too. `cache` is where compiled rules are kept (None: the user's cache directory).
    `note` is shown every match while its value lives.
    """

    key: bytes = field(repr=False)
    generic: bool = False
    git: bool = True
    history: bool = True
    respect_gitignore: bool = False
    archives: bool = False
    allowed_roots: tuple[Path, ...] | None = None
    user_home: Path | None = None
    engine: Engine = "best"
    cache: Path | None = None
    workers_count: int = min(4, os.cpu_count() or 1)
    seen: Seen = field(default_factory=NothingSeen)
    note: Callable[[Match], None] | None = None

    def closely(
        self, cancelled: Cancelled = lambda: False, accepted: Accepted | None = None
    ) -> Closely:
        """What one thread looks through contents with."""
        matcher = open_matcher(self.engine, generic=self.generic, cache=self.cache)
        if self.note is not None:
            matcher = _Noting(matcher, self.note)
        return Closely(matcher, self.key, cancelled, accepted or Accepted())

    def opened_archives(self, tally: Tally) -> "Archives | None":
        """What looks into packed files, where that is asked for."""
        if not self.archives:
            return None
        # Late: the decompressors are heavy, and few ask for them.
        from server.secrets.archives import Archives  # noqa: PLC0415

        return Archives(tally)

    def rules_hash(self) -> str:
        """What an object was found clean under: every rule, and the code that applies them."""
        return f"{_code_hash()} generic={self.generic} archives={self.archives}"


@dataclass(frozen=True, slots=True)
class _Noting:
    """A matcher whose matches somebody else looks at, too."""

    matcher: Matcher
    note: Callable[[Match], None]

    @property
    def engine(self) -> Engine:
        """The matcher's."""
        return self.matcher.engine

    def matches(self, data: bytes) -> Sequence[Match]:
        """The matcher's, each shown to whoever looks."""
        found = self.matcher.matches(data)
        for match in found:
            self.note(match)
        return found


@cache
def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
