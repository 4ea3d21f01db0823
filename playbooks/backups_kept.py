"""What the backups that are there are worth: the newest verified one, its age, time to restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.rate_limits import WINDOW_CALLS_COUNT
from playbooks.snapshot import Broken, Manifest, Snapshot

_WINDOW_S: Final = 60.0
_RESTORED: Final = 3
"""The level of check that restores."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The backups of a connection, newest first."""

    snapshots: tuple[Snapshot, ...]
    broken: tuple[Broken, ...]

    @classmethod
    def of(cls, found: Sequence[Snapshot | Broken]) -> "Kept":
        """Those that are usable, and those that are not; what was never a backup is neither."""
        return cls(
            tuple(each for each in found if isinstance(each, Snapshot)),
            tuple(each for each in found if isinstance(each, Broken) and not each.foreign),
        )

    @property
    def verified(self) -> Snapshot | None:
        """The newest that counts."""
        return next((each for each in self.snapshots if each.verified()), None)

    def rpo_s(self, now: datetime) -> float | None:
        """How old the state is that could be brought back: since that backup was begun."""
        newest = self.verified
        if newest is None:
            return None
        return round(max(0.0, (now - newest.manifest.started_at).total_seconds()), 1)

    def rto_measured_s(self) -> float | None:
        """How long the newest trial restore took: in the embedded workspace, which has no rate."""
        trials = [
            check
            for each in self.snapshots
            for check in each.checks
            if check.level == _RESTORED and check.passed
        ]
        newest = max(trials, key=lambda check: check.at, default=None)
        if newest is None:
            return None
        restored_s = newest.measurements.get("restored_s")
        return restored_s if isinstance(restored_s, float) else newest.duration_s


def rto_estimate_s(manifest: Manifest) -> float:
    """What restoring all of it takes at the rate that Notion allows: one write a thing.

    Relations are written in a second pass, which the trial restore measures.
    """
    counts = manifest.counts
    kinds = ("database", "data_source", "page", "content", "comments")
    return round(sum(counts.get(kind, 0) for kind in kinds) * _WINDOW_S / WINDOW_CALLS_COUNT, 1)


def rows_count(manifest: Manifest) -> int:
    """Rows of tables, pages of their own aside."""
    return sum(count for name, count in manifest.counts.items() if name.startswith("rows/"))
