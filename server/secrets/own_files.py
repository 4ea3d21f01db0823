"""Assistants' configurations, .env files and keys: what is wrong with them beside their text."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.secrets.always import USER_CONFIGURATIONS, is_mcp_configuration
from server.secrets.closely import Closely
from server.secrets.concern import of_place, told
from server.secrets.env_hygiene import env_in_git, env_in_image
from server.secrets.files import FileWorker
from server.secrets.found import Place, Tally, shown_path
from server.secrets.git_command import GitFailed, GitMissing, Repository
from server.secrets.git_repository import Refused, repository_at
from server.secrets.mcp_configs import concerns
from server.secrets.options import ScanOptions
from server.secrets.permissions import ARE_CHECKED, is_env, is_of_secrets, open_to_others
from server.secrets.place_rules import ENV_IN_IMAGE
from server.secrets.reading import read_small

CONFIGURATION_BYTES_LIMIT = 4 << 20
"""A larger configuration is only scanned as bytes."""


@dataclass(slots=True)
class OwnFiles:
    """Notes what passes by, and judges it afterwards; paths are shown from `top` on."""

    top: Path
    options: ScanOptions
    tally: Tally
    _configurations: list[str] = field(default_factory=list[str])
    _of_secrets: list[str] = field(default_factory=list[str])

    def noting(self, paths: Iterator[str]) -> Iterator[str]:
        """The same paths; those that deserve more than a look at their bytes are kept."""
        for path in paths:
            name = path.rsplit(os.sep, 1)[-1]
            if name.endswith((".json", ".toml", ".yaml", ".yml")):
                if is_mcp_configuration(path.replace(os.sep, "/")):
                    self._configurations.append(path)
            elif is_of_secrets(name):
                self._of_secrets.append(path)
            yield path

    def judge(self, repositories: list[Path]) -> None:
        """Tell of every concern about what was noted."""
        if not (self._configurations or self._of_secrets or repositories):
            return
        closely = self.options.closely()
        for path in self._configurations:
            self._judge_configuration(path, self._place(path), closely)
        for path in self._of_secrets:
            self._judge_permissions(path, self._place(path), closely)
            if is_env(path.rsplit(os.sep, 1)[-1]) and env_in_image(Path(path)):
                self.tally.add([of_place(ENV_IN_IMAGE, self._place(path), closely)])
        for git_path in repositories:
            self._judge_env(git_path, closely)

    def judge_home(self, home: Path) -> None:
        """The user's own assistants: bytes, settings and permissions; shown as `~/…`."""
        paths = [str(home / name) for name in USER_CONFIGURATIONS if (home / name).is_file()]
        closely = self.options.closely()
        FileWorker(closely, self.tally, home, "configuration", prefix="~/")(paths)
        for path in paths:
            place = Place(shown_path(f"~/{Path(path).relative_to(home).as_posix()}"))
            self._judge_configuration(path, place, closely)

    def _judge_configuration(self, path: str, place: Place, closely: Closely) -> None:
        content = read_small(path, CONFIGURATION_BYTES_LIMIT)
        if content is None:
            return
        found = [told(each, content, place, closely) for each in concerns(path, content)]
        self.tally.add([each for each in found if each])
        if any(each and each.length for each in found):
            self._judge_permissions(path, place, closely)

    def _judge_permissions(self, path: str, place: Place, closely: Closely) -> None:
        if not ARE_CHECKED:
            self.tally.skip("not checked", path)
        wrong = open_to_others(Path(path))
        self.tally.add([of_place(rule, place, closely) for rule in wrong])

    def _judge_env(self, git_path: Path, closely: Closely) -> None:
        """A repository that is refused is told of by the scan of its history."""
        try:
            repository = repository_at(git_path, self.options.allowed_roots)
            troubles = list(env_in_git(repository, self._env_paths(repository)))
        except (Refused, GitMissing, GitFailed):
            self.tally.skip("not checked", str(git_path))
            return
        for rule, name in troubles:
            path = git_path.parent / name
            if not path.is_relative_to(self.top):
                continue
            place = self._place(str(path))
            self.tally.add([of_place(rule, place, closely)])

    def _env_paths(self, repository: Repository) -> list[str]:
        """The .env files of the worktree, but not of a repository within it."""
        if repository.worktree is None:
            return []
        paths = [Path(path) for path in self._of_secrets if is_env(Path(path).name)]
        return [
            path.relative_to(repository.worktree).as_posix()
            for path in paths
            if next((up for up in path.parents if (up / ".git").exists()), None)
            == repository.worktree
        ]

    def _place(self, path: str) -> Place:
        return Place(shown_path(os.path.relpath(path, self.top).replace(os.sep, "/")))
