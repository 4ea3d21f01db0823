"""Where the mirror's TTL costs requests, by the same judgement as plans of kind `optimize`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from playbooks.bands import Bands
from playbooks.cache_replay import Replay, edits_of, reads_of
from playbooks.causes import Cause
from playbooks.records import CallRecord, Edit
from playbooks.ttl_choice import Candidate, Trace, best, candidates, nearest


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The readings of one data source as they were, and under its TTL and every other one tried.

    `ttl_s` is the TTL in force, None when unknown; `tried` is empty then, or when it was read too
    seldom to judge.
    """

    key: str
    was: Replay
    edits_count: int
    ttl_s: float | None = None
    under_ttl: Replay | None = None
    tried: tuple[Candidate, ...] = ()


def cache_uses(
    calls: Sequence[CallRecord],
    edits: Sequence[Edit],
    keys: Mapping[str, str],
    ttls_s: Mapping[str, float],
    bands: Bands,
) -> tuple[CacheUse, ...]:
    """The use of the mirror by each data source of `keys` (key by id) that was read from it.

    `ttls_s` are the TTLs in force, by the same ids.
    """
    traces = {
        source: Trace(source, tuple(reads), tuple(edits_of(edits, source)))
        for source in keys
        if (reads := reads_of(calls, source))
    }
    return tuple(
        _use(keys[source], trace, ttls_s.get(source), bands) for source, trace in traces.items()
    )


def _use(key: str, trace: Trace, ttl_s: float | None, bands: Bands) -> CacheUse:
    was, edits_count = trace.recorded, len(trace.edits)
    if ttl_s is None or was.reads_count < bands.least_calls_count:
        return CacheUse(key, was, edits_count, ttl_s)
    tried = candidates(trace, ttl_s, bands)
    return CacheUse(key, was, edits_count, ttl_s, trace.under(ttl_s), tried)


def cache_causes(uses: Sequence[CacheUse], bands: Bands, *, window_hours: float) -> Iterator[Cause]:
    """A low hit rate, or a TTL that a plan over the same window proposes, too."""
    for use in uses:
        if use.was.reads_count < bands.least_calls_count:
            continue
        chosen = best(use.tried, bands)
        if bands.cache_hit_rate_percent.judge(use.was.hit_rate_percent) != "ok":
            yield _low(use, chosen, bands, window_hours)
        elif chosen is not None:
            yield _better(use, chosen, window_hours)


def _low(use: CacheUse, chosen: Candidate | None, bands: Bands, window_hours: float) -> Cause:
    told = (
        f"{use.was.hit_rate_percent:.0f} % of {use.was.reads_count} readings came from the mirror"
    )
    return Cause(
        "low_cache_hit_rate",
        (told, *ttl_lines(use)),
        _leave(use, bands) if chosen is None else _plan(chosen, window_hours),
        about=use.key,
        severity="info" if chosen is None else "warning",
        saved_requests=None if chosen is None else _saved(use, chosen),
    )


def _better(use: CacheUse, chosen: Candidate, window_hours: float) -> Cause:
    told = f"a TTL of {chosen.ttl_s:g} s instead of {use.ttl_s:g} s: {chosen.impact}"
    return Cause(
        "ttl",
        (f"{told}, over {use.was.reads_count} readings", *ttl_lines(use)),
        _plan(chosen, window_hours),
        about=use.key,
        severity="info",
        confidence="likely",
        saved_requests=_saved(use, chosen),
    )


def _plan(chosen: Candidate, window_hours: float) -> str:
    window = f"window_days={window_hours / 24:.4g}"
    return f"Set its TTL to {chosen.ttl_s:g} s with plan_change(kind='optimize', {window})."


def _leave(use: CacheUse, bands: Bands) -> str:
    closest = nearest(use.tried)
    if closest is None:
        return "Look again when the mirror says which TTL is in force."
    return (
        f"Leave its TTL at {use.ttl_s:g} s; the best other one, {closest.ttl_s:g} s:"
        f" {closest.objection(bands)}."
    )


def _saved(use: CacheUse, chosen: Candidate) -> float | None:
    """Against the TTL in force, which may be newer than what was recorded."""
    if use.under_ttl is None:
        return None
    return use.under_ttl.requests_count - chosen.replayed.requests_count


def ttl_lines(use: CacheUse) -> tuple[str, ...]:
    """What happened, and what each TTL would have done, one short line."""
    was = f"as it was: {_line(use.was)}; {use.edits_count} edits were seen"
    if use.under_ttl is None:
        return (was,)
    under = [f"{use.ttl_s:g} s, in force: {_line(use.under_ttl)}"]
    tried = [f"{one.ttl_s:g} s: {_line(one.replayed)}" for one in use.tried]
    return (was, f"by TTL: {'; '.join([*under, *tried])}")


def _line(again: Replay) -> str:
    return (
        f"{again.hit_rate_percent:.0f} % hits, {again.stale_percent:.0f} % stale,"
        f" {again.requests_count:.0f} requests"
    )
