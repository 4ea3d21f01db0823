"""The files that git keeps beside its objects: addresses with passwords, messages, hooks, names."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.secrets.concern import told
from server.secrets.files import FileWorker, batches
from server.secrets.found import Place, Tally, shown_path
from server.secrets.git_command import Repository
from server.secrets.git_config import config_concerns
from server.secrets.reading import read_small
from server.secrets.tree import GIT_NAMES, Tree

_CONFIG_BYTES_LIMIT: Final = 1 << 20

_OBJECTS: Final = "objects"
_OF_OBJECTS: Final = re.compile(
    r"[0-9a-f]{2}/[0-9a-f]{38,62}|pack/(?:pack|multi-pack-index)[\w.-]*|info/commit-graph[\w./-]*"
)
"""What git itself reads below `objects`; anything else there is a file like others."""


@dataclass(frozen=True, slots=True)
class GitFiles:
    """The files of one repository; `modules` gathers the repositories that lie within it."""

    repository: Repository
    tally: Tally
    top: Path
    modules: list[Path] = field(default_factory=list[Path])

    def look_through(self, worker: FileWorker) -> None:
        """Every file as bytes, and its configurations for what they give away."""
        for batch in batches(self._paths()):
            if worker.closely.cancelled():
                return
            worker(batch)
            for path in batch:
                if Path(path).name in {"config", "config.worktree"}:
                    self._judge(path, worker)

    def _judge(self, path: str, worker: FileWorker) -> None:
        content = read_small(path, _CONFIG_BYTES_LIMIT)
        if content is None:
            return
        place = Place(shown_path(os.path.relpath(path, self.top)))
        found = [told(each, content, place, worker.closely) for each in config_concerns(content)]
        self.tally.add([each for each in found if each])

    def _paths(self) -> Iterator[str]:
        for entry in self._entries():
            if entry.is_symlink():
                self.tally.skip("link", entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._below(entry)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path

    def _entries(self) -> "list[os.DirEntry[str]]":
        """All of a `.git`; of a bare repository what the walk of the tree leaves to git."""
        common = self.repository.common
        try:
            with os.scandir(common) as listing:
                entries = list(listing)
        except OSError:
            self.tally.skip("unreadable", str(common))
            return []
        bare = self.repository.worktree is None
        return [each for each in entries if not bare or each.name in GIT_NAMES]

    def _below(self, folder: "os.DirEntry[str]") -> Iterator[str]:
        tree = Tree(Path(folder.path), self.tally)
        for path in tree.files():
            inside = path[len(folder.path) + 1 :].replace(os.sep, "/")
            if folder.name != _OBJECTS or not _OF_OBJECTS.fullmatch(inside):
                yield path
        self.modules.extend(tree.repositories)
