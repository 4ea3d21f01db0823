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


def resolved_roots(paths: Sequence[Path], allowed_roots: Sequence[Path] | None) -> list[Path]:
    """The paths with every link followed; one that lies in another is left to that one.

    Raises:
        OutsideScanRoots: one of them is in none of the allowed roots (None: any will do).
        FileNotFoundError: one of them does not exist.
    """
    for path in paths:
        if not is_within(path, allowed_roots):
            raise OutsideScanRoots(path)
    real = sorted({path.resolve(strict=True) for path in paths})
    return [path for path in real if not any(other in path.parents for other in real)]
