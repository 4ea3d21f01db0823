"""Where a scan may look: what an assistant names must lie in the configured roots."""

from collections.abc import Sequence
from pathlib import Path

from server.secrets.found import shown_path
from server.secrets.git_repository import is_within


class OutsideScanRoots(Exception):
    """A path that is to be scanned leads outside; `path` is fit to be shown."""

    def __init__(self, path: Path) -> None:
        self.path = shown_path(str(path))
        super().__init__(f"{self.path} is outside the folders that may be scanned.")


class UnusableRoot(Exception):
    """There is nothing at a path that is to be scanned, or there cannot be."""


def resolved_roots(paths: Sequence[Path], allowed_roots: Sequence[Path] | None) -> list[Path]:
    """The paths with every link followed; one that lies in another is left to that one.

    Raises:
        OutsideScanRoots: one of them is in none of the allowed roots (None: any will do).
        UnusableRoot: one of them does not exist, or cannot be a path.
    """
    real = sorted({_allowed(path, allowed_roots) for path in paths})
    return [path for path in real if not any(other in path.parents for other in real)]


def _allowed(path: Path, allowed_roots: Sequence[Path] | None) -> Path:
    try:
        if not is_within(path, allowed_roots):
            raise OutsideScanRoots(path)
        return path.resolve(strict=True)
    # Missing, below a file or too long (OSError), with a NUL (ValueError), a loop (RuntimeError).
    except (OSError, ValueError, RuntimeError):
        raise UnusableRoot from None
