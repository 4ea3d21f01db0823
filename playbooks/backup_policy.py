"""What the configuration says of backups: what they hold, how often whole, how long kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Keep:
    """How many are kept of each: the newest of a day, an ISO week, a month, a year."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12
    yearly: int = 3


@dataclass(frozen=True, slots=True)
class BackupPolicy:
    """The settings of backups; `settings` gives our configuration, secrets as references.

    `block_comments`: those on single blocks too, which costs a request a block.
    """

    keep: Keep = Keep()
    content: bool = True
    block_comments: bool = False
    full_after_days: float = 7
    settings: Callable[[], Mapping[str, Any]] = dict
