"""A repository's history: every object once, and the files that git keeps beside them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from server.secrets.baselines import Accepted
from server.secrets.closely import Closely
from server.secrets.files import FileWorker, joined
from server.secrets.found import Found, Place, Tally, shown_path
from server.secrets.git_attribution import attributed
from server.secrets.git_command import GitFailed, GitMissing, Repository
from server.secrets.git_files import GitFiles
from server.secrets.git_listing import (
    GitObject,
    absent_objects,
    file_names,
    listed_objects,
    reference_names,
)
from server.secrets.git_objects import ObjectHits, ObjectWorker
from server.secrets.git_repository import Refused, repository_at
from server.secrets.options import ScanOptions
from server.secrets.workers import Cancelled, work_through


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
        """Git's own files and, where it is asked for, the objects; submodules' too, each once.

        A repository that is refused counts as left out.
        """
        try:
            repository = repository_at(git_path, self.options.allowed_roots)
            if (common := repository.common.resolve()) not in self.done:
                self.done.add(common)
                files = GitFiles(repository, self.tally, self.top)
                archives = self.options.opened_archives(self.tally)
                files.look_through(
                    FileWorker(self._closely(), self.tally, self.top, "git", archives)
                )
                if self.options.history:
                    self._scan_history(repository)
                for module in files.modules:
                    self.scan(module)
        except Refused as refused:
            self.tally.skip(refused.reason, str(git_path))
        except GitMissing:
            self.tally.skip("no git", str(git_path))

    def _scan_history(self, repository: Repository) -> None:
        """Objects, names, and what is missing; each is tried although another fails."""
        for part in (self._scan_objects, self._look_for_gaps, self._look_at_names):
            if self.cancelled():
                return
            try:
                part(repository)
            except GitFailed as failed:
                self.tally.skip(failed.reason, str(repository.git_dir))

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
            yield from listed_objects(repository, clean, known, self._damaged)
        except GitFailed as failed:
            self.tally.skip(failed.reason, str(repository.git_dir))
        self.tally.know(known.total(), known[b"commit"])

    def _damaged(self, object_id: bytes) -> None:
        self.tally.skip("damaged", object_id.decode())

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

    def _look_for_gaps(self, repository: Repository) -> None:
        """What the history should hold and does not."""
        common = repository.common
        if (common / "shallow").exists():
            self.tally.skip("shallow clone", str(common))
        if any((common / "objects" / "pack").glob("*.promisor")):
            self.tally.skip("partial clone", str(common))
        for object_id in absent_objects(repository):
            self.tally.skip("missing from git", object_id.decode())

    def _look_at_names(self, repository: Repository) -> None:
        """A branch, or a file of some commit, that is named after a secret."""
        closely = self._closely()
        names = [*reference_names(repository), *file_names(repository)]
        for number in joined(names).touched(closely.matcher):
            place = Place(shown_path(names[number].decode("utf-8", "replace")))
            self.tally.add(closely.whole(names[number], "history", place))


def _object_id(found: Found) -> str:
    return found.place.object_id
