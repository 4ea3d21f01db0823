"""Which TTL a data source should have, by replay of its recorded readings (P20, P21)."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.bands import Bands
from playbooks.cache_replay import (
    MIRROR,
    Replay,
    edits_of,
    ended,
    fetches,
    reads_of,
    recorded,
    replay,
)
from playbooks.impact import Impact, impact_over, per_block
from playbooks.records import CallRecord, Edit

CANDIDATES_S: Final = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""The TTLs that are tried; P21's doubling joins them."""

LEAST_READS_COUNT: Final = 2
"""What is read once is never found in a cache, whatever the TTL."""

LEAST_LIFETIMES_COUNT: Final = 4
"""What has become stale shows only in a record that is so many times as long as the TTL."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What was recorded of one data source, oldest first; `edits` as refreshes saw them."""

    data_source_id: str
    reads: tuple[CallRecord, ...]
    edits: tuple[datetime, ...] = ()

    @property
    def instants(self) -> list[datetime]:
        """When each reading was done."""
        return sorted(ended(read) for read in self.reads)

    @property
    def span_s(self) -> float:
        """Seconds from the first reading to the last; 0 without readings."""
        instants = self.instants
        return (instants[-1] - instants[0]).total_seconds() if instants else 0.0

    @property
    def dated_edits(self) -> list[datetime]:
        """Each edit half-way between the refresh that saw it and the one before.

        It happened somewhere between the two; dated by the later one, it would never look stale.
        """
        missed = sorted(ended(read) for read in self.reads if read.cache == "miss")
        return sorted(_midway(missed, edit) for edit in self.edits)

    @property
    def recorded(self) -> Replay:
        """What came of the readings in life."""
        return recorded(self.reads, self.dated_edits)

    def under(self, ttl_s: float) -> Replay:
        """What would have come of them under that TTL."""
        return replay(self.instants, self.dated_edits, ttl_s)


def _midway(fetched: Sequence[datetime], seen: datetime) -> datetime:
    place = bisect_left(fetched, seen)
    return seen if place == 0 else fetched[place - 1] + (seen - fetched[place - 1]) / 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One TTL, and what it would have done with readings recorded over `record_s` seconds."""

    ttl_s: float
    impact: Impact
    replayed: Replay
    record_s: float

    def objection(self, bands: Bands) -> str | None:
        """Why it is not proposed; None when it passes every test."""
        stale_percent = self.replayed.stale_percent
        if self.impact.share <= bands.least_impact:
            return f"saves {self.impact.share:.1%}, not more than {bands.least_impact:.1%}"
        if self.impact.low is None or self.record_s < LEAST_LIFETIMES_COUNT * self.ttl_s:
            return f"{self.impact}, but a record of {self.record_s:.0f} s is too short to judge it"
        if self.impact.low <= 0:
            return f"the saving is not sure: {self.impact}"
        if stale_percent > bands.most_stale_percent:
            return f"{stale_percent:.1f} % stale, more than {bands.most_stale_percent:g} %"
        return None


def ttls_to_try(ttl_s: float, hit_rate_percent: float, bands: Bands) -> tuple[float, ...]:
    """Every other TTL up to the longest, in order; P21: twice this one where hits are few."""
    tried = {ttl for ttl in CANDIDATES_S if ttl <= bands.longest_ttl_s}
    if hit_rate_percent < bands.double_ttl_below_hit_rate_percent:
        tried.add(min(2 * ttl_s, bands.longest_ttl_s))
    return tuple(sorted(tried - {ttl_s}))


def candidates(trace: Trace, ttl_s: float, bands: Bands) -> tuple[Candidate, ...]:
    """Each TTL to try against `ttl_s`, both replayed on the same readings; at least two of them."""
    hit_rate_percent = trace.under(ttl_s).hit_rate_percent
    tried = ttls_to_try(ttl_s, hit_rate_percent, bands)
    return tuple(_candidate(trace, ttl_s, other_s) for other_s in tried)


def _candidate(trace: Trace, ttl_s: float, other_s: float) -> Candidate:
    instants = trace.instants
    before, after = (per_block(instants, fetches(instants, ttl)) for ttl in (ttl_s, other_s))
    return Candidate(other_s, impact_over(before, after), trace.under(other_s), trace.span_s)


def best(tried: Sequence[Candidate], bands: Bands) -> Candidate | None:
    """The greatest saving among those that pass; of equal ones the shortest TTL, the freshest."""
    passing = [one for one in tried if one.objection(bands) is None]
    return max(passing, key=_by_saving, default=None)


def nearest(tried: Sequence[Candidate]) -> Candidate | None:
    """The greatest saving of all, passing or not."""
    return max(tried, key=_by_saving, default=None)


def _by_saving(one: Candidate) -> tuple[float, float]:
    return (one.impact.share, -one.ttl_s)


def traces(calls: Sequence[CallRecord], edits: Sequence[Edit]) -> tuple[Trace, ...]:
    """The recorded readings of each data source, by its id; both sequences oldest first."""
    ids = {c.data_source_id for c in calls if c.endpoint == MIRROR and c.data_source_id}
    return tuple(
        Trace(one, tuple(reads_of(calls, one)), tuple(edits_of(edits, one))) for one in sorted(ids)
    )
