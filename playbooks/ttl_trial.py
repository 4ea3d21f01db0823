"""What other TTLs brought in life: the same figures before and since, and whether that is worse."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from playbooks.bands import Bands
from playbooks.cache_replay import Replay
from playbooks.plan_kind import Trial
from playbooks.ttl_choice import Trace


def baseline_of(changing: Sequence[Trace]) -> dict[str, Any]:
    """What is measured again afterwards, and over how long; plain JSON."""
    return {
        "window_s": max((trace.span_s for trace in changing), default=0.0),
        "sources": {trace.data_source_id: asdict(trace.recorded) for trace in changing},
    }


def sources_in(baseline: Mapping[str, Any]) -> dict[str, Replay]:
    """The figures of a baseline by data source."""
    return {key: Replay(**counts) for key, counts in baseline["sources"].items()}


def total(parts: Sequence[Replay]) -> Replay:
    """The figures of several data sources together."""
    return Replay(
        sum(one.reads_count for one in parts),
        sum(one.hits_count for one in parts),
        sum(one.stale_count for one in parts),
        sum(one.requests_count for one in parts),
    )


def compare(before: Mapping[str, Replay], after: Mapping[str, Replay], bands: Bands) -> Trial:
    """Fetches per reading, since people may have read more or less often than before.

    Of the data sources read since, each with the weight that its readings had before: which of
    them people read more now says nothing of their TTLs. Few readings never count as worse.
    """
    shared = [key for key, one in after.items() if one.reads_count and before[key].reads_count]
    old, new = (total([each[key] for key in shared]) for each in (before, after))
    if not old.requests_count:
        return Trial("nobody has read these data sources since")
    per_read_before = old.requests_count / old.reads_count
    per_read = sum(_fetches_as_before(before[key], after[key]) for key in shared) / old.reads_count
    improvement = 1 - per_read / per_read_before
    is_enough = new.reads_count >= bands.least_calls_count
    too_stale = any(_staler(before[key], after[key], bands) for key in shared)
    says = (
        f"{per_read_before:.2f} fetches a reading before, {per_read:.2f} since; hit rate"
        f" {old.hit_rate_percent:.0f} % before, {new.hit_rate_percent:.0f} % since; stale"
        f" {old.stale_percent:.1f} % before, {new.stale_percent:.1f} % since;"
        f" {new.reads_count} readings since{'' if is_enough else ', too few to judge'}"
    )
    measurements = {
        "improvement": round(improvement, 4),
        "cache_hit_rate_before_percent": round(old.hit_rate_percent, 1),
        "cache_hit_rate_percent": round(new.hit_rate_percent, 1),
        "stale_before_percent": round(old.stale_percent, 1),
        "stale_percent": round(new.stale_percent, 1),
        "fetches_before_count": old.requests_count,
        "fetches_count": new.requests_count,
    }
    is_worse = (is_enough and improvement < 0) or too_stale
    return Trial(says, worse=is_worse, measurements=measurements)


def _fetches_as_before(before: Replay, after: Replay) -> float:
    """What as many readings as before would have cost since."""
    return before.reads_count * after.requests_count / after.reads_count


def _staler(before: Replay, after: Replay, bands: Bands) -> bool:
    """Too stale, and more so than before, over readings enough."""
    if after.reads_count < bands.least_calls_count:
        return False
    return after.stale_percent > max(before.stale_percent, bands.most_stale_percent)
