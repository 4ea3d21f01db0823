"""Trees, their histories and their configurations, scanned: the entry to all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.secrets.accepting import accepted_at
from server.secrets.baselines import Accepted
from server.secrets.files import FileWorker, batches
from server.secrets.found import Progress, Scanned, Tally
from server.secrets.git_repository import is_within, repository_above
from server.secrets.history import HistoryScan
from server.secrets.masking import masked
from server.secrets.options import ScanOptions
from server.secrets.own_files import OwnFiles
from server.secrets.scan_roots import resolved_roots
from server.secrets.tree import Tree
from server.secrets.workers import Cancelled, work_through


def _silent(done: int, total: int | None, what: str) -> None:
    """No progress is told."""


def scan_paths(
    roots: Sequence[Path],
    options: ScanOptions,
    progress: Progress = _silent,
    cancelled: Cancelled = lambda: False,
) -> Scanned:
    """What the files below the roots (each a folder or a file) and their histories hold.

    Blocks; call it in a thread of its own. `cancelled` is asked between pieces of about a
    megabyte; what was found until then is given, marked as incomplete.

    Raises:
        OutsideScanRoots: a root is in none of the allowed ones.
        UnusableRoot: a root does not exist, or cannot be a path.
    """
    tally = Tally(progress=progress)
    for root in resolved_roots(roots, options.allowed_roots):
        if not cancelled():
            _RootScan(root, options, tally, cancelled).run()
    if options.user_home is not None:
        OwnFiles(options.user_home, options, tally).judge_home(options.user_home)
    tally.cancelled |= cancelled()
    return masked(tally.result(), options.closely().matcher)


@dataclass(slots=True)
class _RootScan:
    root: Path
    options: ScanOptions
    tally: Tally
    cancelled: Cancelled
    tree: Tree = field(init=False)
    accepted: Accepted = field(init=False)

    def __post_init__(self) -> None:
        self.accepted = accepted_at(self.root)
        self.tree = Tree(self.root, self.tally, self.options.respect_gitignore)

    def run(self) -> None:
        top = self.root if self.root.is_dir() else self.root.parent
        paths = self.tree.files() if self.root.is_dir() else iter([str(self.root)])
        if self.options.git:
            self._look_above(top)
        own_files = OwnFiles(top, self.options, self.tally)
        all_done = work_through(
            batches(own_files.noting(paths)),
            lambda: self._worker(top),
            workers_count=self.options.workers_count,
            cancelled=self.cancelled,
        )
        self.tally.cancelled |= not all_done
        if all_done:
            own_files.judge(self.tree.repositories)
        if self.options.git:
            history = HistoryScan(self.options, self.tally, top, self.cancelled, self.accepted)
            for git_path in self.tree.repositories:
                history.scan(git_path)

    def _look_above(self, top: Path) -> None:
        """The repository that the root is a part of, where it may be looked at."""
        above = repository_above(self.root, top)
        if above is None:
            return
        if is_within(above, self.options.allowed_roots):
            self.tree.repositories.append(above)
        elif self.options.history:
            self.tally.skip("repository above", str(above))

    def _worker(self, top: Path) -> FileWorker:
        closely = self.options.closely(self.cancelled, self.accepted)
        archives = self.options.opened_archives(self.tally)
        return FileWorker(closely, self.tally, top, archives=archives)
