"""What the .gitignore files of a tree leave out, nested ones included."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_BYTES_LIMIT = 1 << 20
"""Of a longer .gitignore the rest is not read: more is looked at, never less."""


@dataclass(frozen=True, slots=True)
class Ignores:
    """The .gitignore files from the top to one folder; paths are from the top, parted by `/`."""

    specs: "tuple[tuple[str, GitIgnoreSpec], ...]" = ()

    def below(self, folder: str, lines: Sequence[str]) -> "Ignores":
        """These and the lines of the one in `folder` (empty, or ending in `/`)."""
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only who respects .gitignore pays

        try:
            spec = GitIgnoreSpec.from_lines(lines)
        except ValueError:
            return self
        return Ignores((*self.specs, (folder, spec)))

    def ignore(self, path: str) -> bool:
        """Whether git would leave it out; the deepest file that says something decides."""
        for folder, spec in reversed(self.specs):
            verdict = spec.check_file(path.removeprefix(folder)).include
            if verdict is not None:
                return verdict
        return False


def read_lines(path: str) -> list[str]:
    """The lines of a .gitignore; none where it cannot be read or is a link, as git has it."""
    try:
        fd = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except OSError:
        return []
    with os.fdopen(fd, "rb", closefd=True) as file:
        return file.read(_BYTES_LIMIT).decode("utf-8", "replace").splitlines()
