"""What another TTL would have done to recorded readings of the mirror.

A reading is a hit while the last one from Notion is younger than the TTL; a miss reads from
Notion; a hit is stale when the rows had changed since that reading. Readings are taken as they
came, though with other answers people might have read at other times. A change is dated when a
refresh saw it, so the stale share is a lower bound.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from playbooks.records import CallRecord, Edit

MIRROR: Final = "mirror"
"""The endpoint under which readings of the mirror are recorded."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The readings of one or more data sources under one TTL."""

    reads_count: int
    hits_count: int
    stale_count: int
    requests_count: float

    @property
    def hit_rate_percent(self) -> float:
        """Hits among the readings; 0 for none."""
        return _percent(self.hits_count, self.reads_count)

    @property
    def stale_percent(self) -> float:
        """Readings that would have shown old rows, among all; 0 for none."""
        return _percent(self.stale_count, self.reads_count)


def replay(
    reads: Sequence[datetime],
    edits: Sequence[datetime],
    ttl_s: float,
    *,
    requests_per_miss: float = 1.0,
) -> Replay:
    """The readings of one data source under that TTL; both sequences oldest first."""
    fetched: datetime | None = None
    hits_count = stale_count = 0
    for at in reads:
        if fetched is None or (at - fetched).total_seconds() >= ttl_s:
            fetched = at
            continue
        hits_count += 1
        stale_count += bisect_right(edits, at) > bisect_right(edits, fetched)
    misses_count = len(reads) - hits_count
    return Replay(len(reads), hits_count, stale_count, misses_count * requests_per_miss)


def fetches(reads: Sequence[datetime], ttl_s: float) -> list[datetime]:
    """Those of the readings, oldest first, that would go to Notion under that TTL."""
    fetched: list[datetime] = []
    for at in reads:
        if not fetched or (at - fetched[-1]).total_seconds() >= ttl_s:
            fetched.append(at)
    return fetched


def reads_of(calls: Sequence[CallRecord], data_source_id: str) -> list[CallRecord]:
    """The recorded readings of one data source from the mirror, in the order given."""
    return [c for c in calls if c.endpoint == MIRROR and c.data_source_id == data_source_id]


def ended(read: CallRecord) -> datetime:
    """When the reading was done: what a refresh saw change is dated before that."""
    return read.at + timedelta(milliseconds=read.total_ms)


def edits_of(edits: Sequence[Edit], data_source_id: str) -> list[datetime]:
    """When refreshes saw that rows of it had changed, in the order given."""
    return [edit.at for edit in edits if edit.data_source_id == data_source_id]


def recorded(reads: Sequence[CallRecord], edits: Sequence[datetime]) -> Replay:
    """What really happened, in the figures of a replay; `reads` of one data source."""
    fetched: datetime | None = None
    stale_count = 0
    for read in reads:
        if read.cache != "hit":
            fetched = ended(read)
        elif fetched is not None:
            stale_count += bisect_right(edits, ended(read)) > bisect_right(edits, fetched)
    hits_count = sum(read.cache == "hit" for read in reads)
    return Replay(len(reads), hits_count, stale_count, float(len(reads) - hits_count))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
