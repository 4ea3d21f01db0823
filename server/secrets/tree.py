"""The regular files of a tree that may be hostile: no link is followed, nothing is opened here."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from server.secrets.always import always_scanned
from server.secrets.found import Reason, Tally
from server.secrets.gitignore import Ignores, read_lines
from server.secrets.permissions import is_env

_GIT_PARTS: Final = frozenset({"HEAD", "objects", "refs"})
"""A folder with all three is a bare repository."""

GIT_NAMES: Final = _GIT_PARTS | {
    "COMMIT_EDITMSG",
    "FETCH_HEAD",
    "MERGE_HEAD",
    "MERGE_MSG",
    "ORIG_HEAD",
    "SQUASH_MSG",
    "branches",
    "config",
    "config.worktree",
    "description",
    "hooks",
    "index",
    "info",
    "lfs",
    "logs",
    "modules",
    "packed-refs",
    "rebase-apply",
    "rebase-merge",
    "shallow",
    "worktrees",
}
"""What a bare repository holds of git's: looked at with its history, the rest with the files."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """`inside` is its path from the top: empty, or ending in `/`."""

    path: str
    inside: str = ""
    ignored: bool = False
    ignores: Ignores = field(default_factory=Ignores)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree to walk; `repositories` gathers the git directories met on the way.

    `respect_gitignore`: what git ignores is left out, but never what `always_scanned` names.
    """

    root: Path
    tally: Tally
    respect_gitignore: bool = False
    repositories: list[Path] = field(default_factory=list[Path])

    def files(self) -> Iterator[str]:
        """The path of every regular file, in no order; git's own files are not among them."""
        folders = [_Folder(str(self.root))]
        while folders:
            entries = self._entries(folders[-1].path)
            folder = self._with_ignores(folders.pop(), entries)
            for entry in entries:
                if entry.is_symlink():
                    self.tally.skip(self._reason(entry), entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(self._below(folder, entry))
                elif not entry.is_file(follow_symlinks=False):
                    self.tally.skip("special", entry.path)
                elif self._wanted(folder, entry.name):
                    yield entry.path

    def _entries(self, path: str) -> "list[os.DirEntry[str]]":
        """What the folder holds, but no git directory and nothing of one."""
        try:
            with os.scandir(path) as listing:
                entries = list(listing)
        except OSError:
            self.tally.skip("unreadable", path)
            return []
        names = {entry.name for entry in entries}
        if names >= _GIT_PARTS:
            self.repositories.append(Path(path))
            entries = [entry for entry in entries if entry.name not in GIT_NAMES]
        if ".git" in names:
            self.repositories.append(Path(path, ".git"))
            entries = [entry for entry in entries if entry.name != ".git"]
        return entries

    def _reason(self, link: "os.DirEntry[str]") -> Reason:
        """A .env that leads out of the tree is read by nobody here, and may hold something."""
        if not is_env(link.name):
            return "link"
        try:
            inside = Path(link.path).resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):
            inside = True
        return "link" if inside else "linked .env"

    def _with_ignores(self, folder: _Folder, entries: "list[os.DirEntry[str]]") -> _Folder:
        if not self.respect_gitignore or all(each.name != ".gitignore" for each in entries):
            return folder
        lines = read_lines(f"{folder.path}/.gitignore")
        return replace(folder, ignores=folder.ignores.below(folder.inside, lines))

    def _below(self, folder: _Folder, entry: "os.DirEntry[str]") -> _Folder:
        """An ignored folder is walked all the same: a log or a .env may lie in it."""
        inside = f"{folder.inside}{entry.name}/"
        ignored = folder.ignored or folder.ignores.ignore(inside)
        return _Folder(entry.path, inside, ignored, folder.ignores)

    def _wanted(self, folder: _Folder, name: str) -> bool:
        if not self.respect_gitignore:
            return True
        path = folder.inside + name
        return not (folder.ignored or folder.ignores.ignore(path)) or always_scanned(path, name)
