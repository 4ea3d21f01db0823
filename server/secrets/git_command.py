"""git, run so that nothing of a repository is: no hook, no filter, no helper, no network.

A repository's own configuration can name programs (`core.fsmonitor`, `gpg.program`,
`core.sshCommand`, textconv). Only commands that consult none of them are used, each named
switch is off besides, and neither the environment nor the user's or the system's configuration is
seen.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Final

from server.secrets.found import Reason

TIMEOUT_S: Final = 3600.0
"""No command of git takes longer; one that hangs is killed."""

_OFF: Final = (
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
    "core.pager=cat",
    "core.commitGraph=false",
    "log.showSignature=false",
    "log.showRoot=true",
    "protocol.allow=never",
    "submodule.recurse=false",
)

_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "PATH": os.defpath,
}

_KILLED: Final = -getattr(signal, "SIGKILL", 1)


class GitMissing(Exception):
    """There is no git on this machine."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git directory that `repository_at` has found safe to read; `worktree` where it has one.

    `common` is where the objects are: elsewhere only for a linked worktree.
    """

    git_dir: Path
    common: Path
    worktree: Path | None = None
    timeout_s: float = TIMEOUT_S

    def command(self, arguments: Sequence[str], worktree: Path | None) -> list[str]:
        """The command line of a git that runs nothing of the repository.

        Raises:
            GitMissing: no git is installed.
        """
        program = shutil.which("git")
        if program is None:
            raise GitMissing
        settings = [part for setting in _OFF for part in ("-c", setting)]
        # Always named: git would go to the `core.worktree` of the repository, wherever that is.
        where = [f"--git-dir={self.git_dir}", f"--work-tree={worktree or self.git_dir}"]
        return [program, "--no-pager", "--no-replace-objects", *where, *settings, *arguments]

    @contextmanager
    def running(
        self,
        arguments: Sequence[str],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        *,
        worktree: Path | None = None,
        none_status: int = 0,
    ) -> Generator[IO[bytes]]:
        """What the command writes; it is ended with the block, and when its time is up.

        `worktree`: where a command of a working tree runs. `none_status`: what the command exits
        with when there is nothing to write.

        Raises:
            GitFailed: it did not end well, although all was read.
            GitMissing: no git is installed.
        """
        process = subprocess.Popen(  # noqa: S603 - our own command, a fixed environment
            self.command(arguments, worktree),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd=worktree or self.git_dir,
        )
        timer = Timer(self.timeout_s, process.kill)
        timer.daemon = True
        timer.start()
        assert process.stdout is not None
        try:
            yield process.stdout
            all_was_read = not process.stdout.read(1)
            if all_was_read and process.wait() not in {0, none_status}:
                raise GitFailed("timeout" if process.returncode == _KILLED else "damaged")
        finally:
            timer.cancel()
            process.kill()
            process.stdout.close()
            process.wait()


class GitFailed(Exception):
    """git ended with an error, or was killed because its time was up: `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
