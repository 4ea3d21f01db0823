"""What a cache would have done: recorded readings of one data source, replayed under a TTL.

A reading is a hit when less than the TTL has passed since rows were last fetched; any other one
fetches. A hit is stale when rows were edited since that fetch. Readings are taken as given: that
people would ask more or less often under another TTL is left out.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the readings; `requests_count` is what the fetches cost."""

    hits_count: int
    misses_count: int
    stale_count: int
    requests_count: float

    @property
    def readings_count(self) -> int:
        """All of them."""
        return self.hits_count + self.misses_count

    @property
    def hit_rate(self) -> float | None:
        """Hits of all readings, 0 to 1; None without readings."""
        return self.hits_count / self.readings_count if self.readings_count else None

    @property
    def stale_share(self) -> float | None:
        """Stale hits of all readings, 0 to 1; None without readings."""
        return self.stale_count / self.readings_count if self.readings_count else None


def replay(
    readings: Sequence[datetime],
    edits: Sequence[datetime],
    ttl_s: float,
    *,
    requests_per_miss: float = 1,
) -> Replayed:
    """The readings, oldest first, under that TTL; the first one always fetches."""
    return tally(readings, edits, misses_under(readings, ttl_s), requests_per_miss)


def misses_under(readings: Sequence[datetime], ttl_s: float) -> list[bool]:
    """Of each reading, oldest first, whether it would fetch."""
    misses: list[bool] = []
    fetched_at: datetime | None = None
    for at in readings:
        miss = fetched_at is None or (at - fetched_at).total_seconds() >= ttl_s
        fetched_at = at if miss else fetched_at
        misses.append(miss)
    return misses


def tally(
    readings: Sequence[datetime],
    edits: Sequence[datetime],
    misses: Sequence[bool],
    requests_per_miss: float = 1,
) -> Replayed:
    """Count what readings came to of which it is known whether they fetched.

    Hits before the first fetch are of unknown age and not called stale.
    """
    stale_count = 0
    fetched_at: datetime | None = None
    ordered = sorted(edits)
    for at, miss in zip(readings, misses, strict=True):
        if miss:
            fetched_at = at
        elif fetched_at is not None:
            seen_then, there_now = (bisect_right(ordered, moment) for moment in (fetched_at, at))
            stale_count += there_now > seen_then
    misses_count = sum(misses)
    return Replayed(
        hits_count=len(readings) - misses_count,
        misses_count=misses_count,
        stale_count=stale_count,
        requests_count=misses_count * requests_per_miss,
    )
