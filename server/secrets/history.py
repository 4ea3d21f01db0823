"""A repository's history: every object once, and the files that git keeps beside them."""

import os
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from server.secrets.baselines import Accepted
from server.secrets.closely import Closely
from server.secrets.concern import told
from server.secrets.files import FileWorker, batches
from server.secrets.found import Found, Place, Tally, shown_path
from server.secrets.git_attribution import attributed
from server.secrets.git_command import GitFailed, GitMissing, Repository
from server.secrets.git_config import config_concerns
from server.secrets.git_listing import GitObject, listed_objects
from server.secrets.git_objects import ObjectHits, ObjectWorker
from server.secrets.git_repository import Refused, repository_at
from server.secrets.options import ScanOptions
from server.secrets.reading import read_small
from server.secrets.tree import Tree
from server.secrets.workers import Cancelled, work_through

_OWN_FILES: Final = (
    "config",
    "config.worktree",
    "COMMIT_EDITMSG",
    "FETCH_HEAD",
    "MERGE_MSG",
    "description",
    "hooks",
    "info",
    "logs",
    "packed-refs",
    "rebase-merge",
)
"""What git keeps as text: addresses with passwords, messages, hooks."""

_CONFIG_BYTES_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class HistoryScan:
    """Looks through repositories, one after the other, each with several workers."""

    options: ScanOptions
    tally: Tally
    top: Path
    cancelled: Cancelled
    accepted: Accepted
    done: set[Path] = field(default_factory=set[Path])

    def scan(self, git_path: Path) -> None:
        """Objects and git's own files, once, and those of submodules that are not checked out.

        A repository that is refused counts as left out.
        """
        try:
            repository = repository_at(git_path, self.options.allowed_roots)
            if (common := repository.common.resolve()) not in self.done:
                self.done.add(common)
                self._scan_own_files(repository)
                self._scan_objects(repository)
                for module in self._modules(common):
                    self.scan(module)
        except Refused as refused:
            self.tally.skip(refused.reason, str(git_path))
        except GitMissing:
            self.tally.skip("no git", str(git_path))

    def _closely(self) -> Closely:
        return self.options.closely(self.cancelled, self.accepted)

    def _scan_objects(self, repository: Repository) -> None:
        name, rules = str(repository.common.resolve()), self.options.rules_hash()
        before = self.options.seen.clean(name, rules)
        hits, archives = ObjectHits([], list(before)), self.options.opened_archives(self.tally)
        all_done = work_through(
            self._listed(repository, before),
            lambda: ObjectWorker(self._closely(), self.tally, repository, hits, archives),
            workers_count=self.options.workers_count,
            cancelled=self.cancelled,
        )
        self.tally.cancelled |= not all_done
        by_object = sorted(self._attributed(repository, hits.found), key=_object_id)
        for _, of_one_object in groupby(by_object, _object_id):
            self.tally.add(list(of_one_object))
        if len(hits.clean) > len(before):
            self.options.seen.remember(name, rules, hits.clean)

    def _listed(self, repository: Repository, clean: set[bytes]) -> Iterator[list[GitObject]]:
        known = Counter[bytes]()
        try:
            yield from listed_objects(repository, clean, known)
        except GitFailed as failed:
            self.tally.skip(failed.reason, str(repository.git_dir))
        self.tally.know(known.total(), known[b"commit"])

    def _attributed(self, repository: Repository, found: list[Found]) -> list[Found]:
        if self.tally.cancelled:
            return found
        try:
            return [self._judged(each) for each in attributed(repository, found)]
        except GitFailed as failed:
            self.tally.skip(failed.reason, str(repository.git_dir))
            return found

    def _judged(self, found: Found) -> Found:
        """Only with its path and commit known can a hit be found accepted."""
        place = found.place
        accepted = self.accepted.covers(place.path, found.line, b"", commit=place.commit)
        return replace(found, allowed=True) if accepted else found

    def _scan_own_files(self, repository: Repository) -> None:
        closely = self._closely()
        worker = FileWorker(closely, self.tally, self.top, "git")
        for batch in batches(self._own_files(repository.common)):
            worker(batch)
        config = repository.common / "config"
        content = read_small(str(config), _CONFIG_BYTES_LIMIT)
        if content is not None:
            place = Place(shown_path(os.path.relpath(config, self.top)))
            found = [told(each, content, place, closely) for each in config_concerns(content)]
            self.tally.add([each for each in found if each])

    def _modules(self, common: Path) -> list[Path]:
        modules = Tree(common / "modules", self.tally)
        if modules.root.is_dir():
            deque(modules.files(), maxlen=0)
        return modules.repositories

    def _own_files(self, git_dir: Path) -> Iterator[str]:
        for name in _OWN_FILES:
            path = git_dir / name
            if path.is_symlink():
                self.tally.skip("link", str(path))
            elif path.is_dir():
                yield from Tree(path, self.tally).files()
            elif path.exists():
                yield str(path)


def _object_id(found: Found) -> str:
    return found.place.object_id
