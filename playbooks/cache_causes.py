"""Where the mirror's TTL costs requests, and what each other TTL would have done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.bands import Bands
from playbooks.cache_replay import Replay, edits_of, impact, reads_of
from playbooks.causes import Cause
from playbooks.records import CallRecord, Edit
from playbooks.ttl_choice import Trace

TTLS_S: Final = (60, 300, 600, 1200, 3600)
"""The TTLs that are tried on the recorded readings."""


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The readings of one data source: as they were, and under each TTL; its edits."""

    key: str
    was: Replay
    would_be: Mapping[int, Replay]
    edits_count: int

    def best_ttl_s(self, bands: Bands) -> int | None:
        """The shortest TTL that saves the most within the budget of stale readings.

        None when none saves a part worth having.
        """
        allowed = {
            ttl_s: impact(self.was, again)
            for ttl_s, again in self.would_be.items()
            if again.stale_percent <= bands.most_stale_percent
        }
        best = max(allowed, key=lambda ttl_s: (allowed[ttl_s], -ttl_s), default=None)
        return best if best is not None and allowed[best] > bands.least_impact else None


def cache_uses(
    calls: Sequence[CallRecord], edits: Sequence[Edit], keys: Mapping[str, str]
) -> tuple[CacheUse, ...]:
    """The use of the mirror by each data source of `keys` (key by id) that was read from it."""
    traces = {
        key: Trace(source, tuple(reads), tuple(edits_of(edits, source)))
        for source, key in keys.items()
        if (reads := reads_of(calls, source))
    }
    return tuple(
        CacheUse(key, trace.recorded, {t: trace.under(t) for t in TTLS_S}, len(trace.edits))
        for key, trace in traces.items()
    )


def cache_causes(uses: Sequence[CacheUse], bands: Bands) -> Iterator[Cause]:
    """A low hit rate, or a TTL that would save requests, of what was read often enough."""
    for use in uses:
        if use.was.reads_count < bands.least_calls_count:
            continue
        best_s = use.best_ttl_s(bands)
        if bands.cache_hit_rate_percent.judge(use.was.hit_rate_percent) != "ok":
            yield _low(use, best_s)
        elif best_s is not None:
            yield _better(use, best_s)


def _low(use: CacheUse, best_s: int | None) -> Cause:
    told = (
        f"{use.was.hit_rate_percent:.0f} % of {use.was.reads_count} readings came from the mirror"
    )
    return Cause(
        "low_cache_hit_rate",
        (told, *ttl_lines(use)),
        "No TTL that was tried helps within the budget of stale readings: it is read too seldom"
        " or changed too often, so leave it as it is."
        if best_s is None
        else f"Set its TTL to {best_s} s with plan_change(kind='optimize').",
        about=use.key,
        severity="info" if best_s is None else "warning",
        saved_requests=None if best_s is None else _saved(use, best_s),
    )


def _better(use: CacheUse, best_s: int) -> Cause:
    told = f"a TTL of {best_s} s would save {100 * impact(use.was, use.would_be[best_s]):.0f} %"
    return Cause(
        "ttl",
        (f"{told} of the requests of {use.was.reads_count} readings", *ttl_lines(use)),
        f"Set its TTL to {best_s} s with plan_change(kind='optimize').",
        about=use.key,
        severity="info",
        confidence="likely",
        saved_requests=_saved(use, best_s),
    )


def _saved(use: CacheUse, ttl_s: int) -> float:
    return use.was.requests_count - use.would_be[ttl_s].requests_count


def ttl_lines(use: CacheUse) -> tuple[str, ...]:
    """What happened, and what each TTL would have done, one short line."""
    lines = [f"as it was: {_line(use.was)}; {use.edits_count} edits were seen"]
    tried = [f"{ttl_s} s: {_line(again)}" for ttl_s, again in use.would_be.items()]
    return (*lines, f"by TTL: {'; '.join(tried)}")


def _line(again: Replay) -> str:
    return (
        f"{again.hit_rate_percent:.0f} % hits, {again.stale_percent:.0f} % stale,"
        f" {again.requests_count:.0f} requests"
    )
