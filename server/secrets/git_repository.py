"""A git directory judged before git sees it: whose it is, and whether it points elsewhere."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from server.secrets.found import Reason
from server.secrets.git_command import Repository
from server.secrets.reading import read_small

_POINTER_BYTES: Final = 64 << 10
_GITDIR: Final = "gitdir:"
_LINKED: Final = (".", "objects", "objects/info", "objects/pack", "refs", "packed-refs", "HEAD")
"""What of a git directory must not be a way out of it."""


class Refused(Exception):
    """The repository is not read, for `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def repository_at(path: Path, allowed_roots: Sequence[Path] | None) -> Repository:
    """The repository of a `.git` (folder or file) or a bare git directory.

    Every place it draws objects from must lie in one of the allowed roots (None: anywhere).

    Raises:
        Refused: it points outside (or may), is damaged, or belongs to somebody else.
    """
    worktree = path.parent if path.name == ".git" else None
    git_dir = _pointed_at(path)
    common = _common(git_dir)
    for place in (git_dir, common):
        _must_be_ours(place)
    for place in _sources(common, git_dir):
        if not is_within(place, allowed_roots):
            raise Refused("outside")
    return Repository(git_dir, common, worktree)


def repository_above(root: Path, top: Path) -> Path | None:
    """The `.git` of the repository that a folder, or a file in the folder `top`, is a part of."""
    folders = top.parents if root == top else (top, *top.parents)
    if (root / ".git").exists():
        return None
    return next((each / ".git" for each in folders if (each / ".git").exists()), None)


def is_within(path: Path, roots: Sequence[Path] | None) -> bool:
    """Whether the path, its links followed, lies in one of the roots (None: anywhere)."""
    if roots is None:
        return True
    real = path.resolve()
    return any(real.is_relative_to(root.resolve()) for root in roots)


def _pointed_at(path: Path) -> Path:
    """The git directory itself; a worktree and a submodule have a file that names it."""
    if path.is_dir():
        return path
    text = _text(path)
    if text is None or not text.startswith(_GITDIR):
        raise Refused("damaged")
    return path.parent / text.removeprefix(_GITDIR).strip()


def _common(git_dir: Path) -> Path:
    """Where the objects of a linked worktree are; the directory itself for any other."""
    named = _text(git_dir / "commondir")
    return git_dir if named is None else git_dir / named.strip()


def _sources(common: Path, git_dir: Path) -> Iterator[Path]:
    """Every place from which git would draw objects, references and configuration."""
    yield git_dir
    for name in _LINKED:
        yield common / name
    yield from _links(common / "objects")
    yield from _links(common / "objects" / "pack")
    yield from _alternates(common / "objects", set())


def _links(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            yield from [Path(entry.path) for entry in entries if entry.is_symlink()]
    except OSError:
        return


def _alternates(objects: Path, known: set[Path]) -> Iterator[Path]:
    """The object folders of other repositories, and those that they name in turn."""
    lines = (_text(objects / "info" / "alternates") or "").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        other = (objects / line.strip('"')).resolve()
        if other not in known:
            known.add(other)
            yield other
            yield from _links(other)
            yield from _links(other / "pack")
            yield from _alternates(other, known)


def _must_be_ours(folder: Path) -> None:
    """Git refuses another owner's repository; so do we, rather than overrule it."""
    try:
        owner = folder.stat().st_uid
    except OSError:
        raise Refused("damaged") from None
    if hasattr(os, "geteuid") and owner != os.geteuid():
        raise Refused("other owner")


def _text(path: Path) -> str | None:
    """A pointer's text, None where there is none; one that git alone could read is refused."""
    if not os.path.lexists(path):
        return None
    content = read_small(str(path), _POINTER_BYTES)
    if content is None:
        raise Refused("outside")
    return os.fsdecode(content)
