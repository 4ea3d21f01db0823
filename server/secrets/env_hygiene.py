"""Where a .env would travel: into git, or into a Docker image."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from server.secrets.git_attribution import tokens
from server.secrets.git_command import Repository
from server.secrets.gitignore import Ignores, read_lines
from server.secrets.permissions import is_env
from server.secrets.place_rules import ENV_NOT_IGNORED, ENV_TRACKED
from server.secrets.rule import Rule

Trouble = tuple[Rule, str]

_COPIES_ALL: Final = re.compile(r"^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*\./?\s", re.IGNORECASE)
_BUILD_FILES: Final = ("Dockerfile", "Containerfile")


def env_in_git(repository: Repository, env_paths: Sequence[str]) -> Iterator[Trouble]:
    """The .env files that the repository keeps, and those of `env_paths` that it would add.

    Paths are those of the worktree, parted by `/`; a bare repository has none.

    Raises:
        GitFailed: the index cannot be read.
    """
    if repository.worktree is None:
        return
    with repository.running(("ls-files", "-z"), worktree=repository.worktree) as stream:
        tracked = {
            name for name in map(os.fsdecode, tokens(stream)) if is_env(name.rsplit("/", 1)[-1])
        }
    for name in sorted(tracked):
        yield ENV_TRACKED, name
    ignored = _ignored(repository, env_paths)
    for name in env_paths:
        if name not in tracked and name not in ignored:
            yield ENV_NOT_IGNORED, name


def env_in_image(env_path: Path) -> bool:
    """Whether a build file beside it copies everything and no .dockerignore leaves it out."""
    folder = env_path.parent
    build_lines = [line for name in _BUILD_FILES for line in read_lines(str(folder / name))]
    if not any(_COPIES_ALL.match(line) for line in build_lines):
        return False
    ignores = Ignores().below("", read_lines(str(folder / ".dockerignore")))
    return not ignores.ignore(env_path.name)


def _ignored(repository: Repository, names: Sequence[str]) -> set[str]:
    if not names:
        return set()
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(os.fsencode(name) + b"\0" for name in names))
        asked.seek(0)
        command = ("check-ignore", "-z", "--stdin")
        where = repository.worktree
        with repository.running(command, asked, worktree=where, none_status=1) as stream:
            return {os.fsdecode(name) for name in tokens(stream)}
