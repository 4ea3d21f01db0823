"""The findings that a project has accepted with another scanner, from the files at its top."""

from pathlib import Path
from typing import Final

from server.secrets.baselines import (
    Accepted,
    BaselineUnreadable,
    detect_secrets_baseline,
    gitleaks_ignores,
)
from server.secrets.reading import read_small

_FILES: Final = (
    (".gitleaksignore", gitleaks_ignores),
    (".secrets.baseline", detect_secrets_baseline),
)
_BYTES_LIMIT: Final = 64 << 20


def accepted_at(root: Path) -> Accepted:
    """What `.gitleaksignore` and `.secrets.baseline` list; one that cannot be read lists nothing.

    What is accepted is still counted, as allowed.
    """
    accepted = Accepted()
    for name, read in _FILES:
        content = read_small(str(root / name), _BYTES_LIMIT)
        if content is None:
            continue
        try:
            accepted |= read(content.decode("utf-8", "replace"))
        except BaselineUnreadable:
            continue
    return accepted
