"""The checklist of P15, answered item by item from what was measured; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.bands import Bands
from playbooks.cache_causes import CacheUse
from playbooks.call_patterns import QUERY
from playbooks.call_split import Split, split_of
from playbooks.causes import Cause, CauseName
from playbooks.latency import latency_of
from playbooks.records import CallRecord
from playbooks.report import Gate, GateStatus, worst
from playbooks.text import listed

_MOST_CONNECTS_PART: Final = 0.2
"""With more calls than this part on new connections, pooling does not work."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checklist is answered from; `compressed` None: no answer told.

    `in_process`: the workspace is the embedded one, with no network on the way.
    """

    bands: Bands
    calls: Sequence[CallRecord]
    uses: Sequence[CacheUse]
    causes: Sequence[Cause]
    compressed: bool | None
    in_process: bool = False

    def named(self, *names: CauseName) -> list[Cause]:
        """The causes of those names."""
        return [cause for cause in self.causes if cause.name in names]

    @property
    def queries(self) -> list[CallRecord]:
        """The queries of data sources among the calls."""
        return [call for call in self.calls if call.endpoint == QUERY]


def checklist(facts: Facts) -> tuple[Gate, ...]:
    """One gate for each area, its items answered in its reason; the worst item decides.

    An item is ok, worth doing (a warning), or not measurable from here, and says so. The first
    item of all, cache hit rates, is the health check's own gate `cache`.
    """
    return (
        _area("checklist cache", (_ttls(facts), _invalidation(facts))),
        _area("checklist queries", (_filters(facts), _pagination(facts), _indexing(facts))),
        _area("checklist network", (_response_times(facts), _compression(facts), _pooling(facts))),
        _unmeasured("checklist front end", "cannot be measured from here"),
    )


def _area(name: str, items: Sequence[Gate]) -> Gate:
    statuses: list[GateStatus] = [item.status for item in items]
    is_measured = set(statuses) != {"not_measured"}
    reason = "; ".join(f"{item.name}: {item.reason}" for item in items)
    return Gate(name=name, status=worst(statuses) if is_measured else "not_measured", reason=reason)


def _ttls(facts: Facts) -> Gate:
    if not facts.uses:
        return _unmeasured("TTLs", "not measured, no reading of the mirror")
    edits = sum(use.edits_count for use in facts.uses)
    told = f"{edits} edits seen in {len(facts.uses)} databases; no other TTL saves enough"
    return _judged("TTLs", facts.named("ttl", "low_cache_hit_rate"), told)


def _invalidation(facts: Facts) -> Gate:
    name = "invalidation"
    hits = sum(use.was.hits_count for use in facts.uses)
    if not hits:
        return _unmeasured(name, "not measured, nothing came from the mirror")
    reads = sum(use.was.reads_count for use in facts.uses)
    percent = 100 * sum(use.was.stale_count for use in facts.uses) / reads
    is_fine = percent <= facts.bands.most_stale_percent
    told = f"{percent:.1f} % of {reads} readings were stale"
    return Gate(name=name, status="ok" if is_fine else "warning", reason=told)


def _filters(facts: Facts) -> Gate:
    queries = facts.queries
    if not queries:
        return _unmeasured("filters", "not measured, no query")
    filtered = sum(query.filtered is True for query in queries)
    narrowed = sum(query.narrowed is True for query in queries)
    told = f"{filtered} of {len(queries)} filtered, {narrowed} narrowed to properties"
    causes = facts.named("unfiltered", "missing_filter_properties", "n_plus_one")
    return _judged("filters", causes, told)


def _pagination(facts: Facts) -> Gate:
    queries = facts.queries
    if not queries:
        return _unmeasured("pagination", "not measured, no query")
    sizes = Counter(query.page_size for query in queries)
    usual = sizes.most_common(1)[0][0]
    told = f"{len(queries)} pages, mostly of {usual}, none left unread"
    return _judged("pagination", facts.named("unread_pages", "small_pages"), told)


def _indexing(facts: Facts) -> Gate:
    told = "Notion's own; no heavy property or size in the way"
    causes = facts.named("heavy_rollups", "large_database")
    return _judged("indexing", causes, told)


def _response_times(facts: Facts) -> Gate:
    latency = latency_of([call.total_ms for call in facts.calls])
    if latency is None:
        return _unmeasured("response times", "not measured, no call")
    split: Split = split_of(facts.calls)
    share = "" if split.verdict == "mixed" else f" ({_share(split)} %)"
    told = f"{latency}; most time: {split.verdict.replace('_', ' ')}{share}"
    causes = facts.named("network", "client_time", "own_rate_limit", "foreign_rate_limit")
    slow = facts.named("slow_database", "slow_service", "change_point", "blocked", "breaker_open")
    return _judged("response times", [*causes, *slow], told)


def _share(split: Split) -> str:
    largest = max(split.parts_ms, key=lambda part: split.parts_ms[part])
    return f"{split.share_percent(largest) or 0:.0f}"


def _compression(facts: Facts) -> Gate:
    name = "compression"
    if facts.in_process:
        return _unmeasured(name, _IN_PROCESS)
    if facts.compressed is None:
        return _unmeasured(name, "not measured, no answer told")
    if facts.compressed:
        return Gate(name=name, status="ok", reason="answers come compressed")
    told = "worth doing: answers come uncompressed; look for a proxy that unpacks them"
    return Gate(name=name, status="warning", reason=told)


def _pooling(facts: Facts) -> Gate:
    name = "pooling"
    split = split_of(facts.calls)
    if facts.in_process or not split.calls_count:
        return _unmeasured(name, _IN_PROCESS if facts.in_process else "not measured, no call")
    told = f"{split.connects_count} new connections for {split.calls_count} calls"
    is_enough = split.calls_count >= facts.bands.least_calls_count
    is_bad = is_enough and split.connects_count > _MOST_CONNECTS_PART * split.calls_count
    return Gate(name=name, status="warning" if is_bad else "ok", reason=told)


_IN_PROCESS: Final = "not measured, there is no network"


def _judged(name: str, causes: Sequence[Cause], told: str) -> Gate:
    """Worth doing when a cause speaks against it, and a warning unless the cause is a hint."""
    if not causes:
        return Gate(name=name, status="ok", reason=told)
    named = listed([f"{c.name} ({c.about})" if c.about else c.name for c in causes], limit=3)
    is_grave = any(cause.severity != "info" for cause in causes)
    return Gate(name=name, status="warning" if is_grave else "ok", reason=f"worth doing: {named}")


def _unmeasured(name: str, why: str) -> Gate:
    return Gate(name=name, status="not_measured", reason=why)
