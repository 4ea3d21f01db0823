"""Plans of kind `optimize` (P20, P21): TTLs of our own mirror, chosen by replay of real traffic.

Only our own settings change. A change must save more of the requests than `least_impact`, surely,
and serve no more stale readings than `most_stale_percent`. What it brought is measured over as
much time as was replayed, and taken back if that is worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from playbooks.bands import Bands
from playbooks.cache_replay import Replay
from playbooks.desk import Desk
from playbooks.errors import NotionError
from playbooks.plan import Change, Plan
from playbooks.plan_kind import Draft, Request, Trial
from playbooks.report import Finding, Gate
from playbooks.text import shown
from playbooks.ttl_choice import (
    LEAST_READS_COUNT,
    Candidate,
    Trace,
    best,
    candidates,
    nearest,
    traces,
)
from playbooks.ttl_trial import baseline_of, compare, sources_in, total

TTL_SETTING: Final = "mirror.ttl_s."
"""Before the id of the data source: the name of a tuned TTL."""

USUAL_WINDOW_DAYS: Final = 7

_NAMED_COUNT: Final = 10
"""Names cost a request each; of more data sources the rest are told by their ids."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """One data source: its TTL now, every other TTL tried, and the one that is proposed."""

    trace: Trace
    ttl_s: float
    tried: tuple[Candidate, ...]
    chosen: Candidate | None


async def propose(desk: Desk, request: Request) -> Draft:
    """The TTL of each data source that replay finds better; none is an answer, with numbers."""
    if desk.mirror is None:
        return Draft("There is no workspace to read from.", blockers=(_NO_MIRROR,))
    seen, cut_to = await _traces(desk, desk.clock() - timedelta(days=_window_days(request)))
    ttls = {one.data_source_id: await desk.mirror.ttl_s(one.data_source_id) for one in seen}
    judged = [_judge(trace, ttls[trace.data_source_id], desk.bands) for trace in seen]
    names = await _names(desk, [one.trace.data_source_id for one in judged])
    tuned = await desk.store.tuned()
    changing = [one for one in judged if one.chosen is not None]
    return Draft(
        headline=_headline(judged, request),
        changes=tuple(_change(one, names, tuned) for one in changing),
        gates=(*(_gate(one, names, desk.bands) for one in judged), *_cut_gate(cut_to)),
        evidence=_evidence(judged, names),
        looked_at_count=len(judged),
        measurements=_measurements(judged),
        baseline=baseline_of([one.trace for one in changing]),
    )


def _window_days(request: Request) -> float:
    return USUAL_WINDOW_DAYS if request.window_days is None else request.window_days


_NO_MIRROR: Final = Finding(
    id="optimize.no_mirror",
    severity="warning",
    what="there is no workspace to read from",
    remedy="health_check tells what is missing.",
)


async def judge(desk: Desk, plan: Plan, since: datetime) -> Trial:
    """Requests, hit rate and stale share since then, beside those before, over as long a time.

    Says when there were too many readings to look at all of them.
    """
    baseline = plan.outcome["baseline"]
    until = since + timedelta(seconds=baseline["window_s"])
    own = {change.target.removeprefix(TTL_SETTING) for change in plan.changes}
    traces_since, cut_to = await _traces(desk, since, until=until)
    seen = [_until(trace, until) for trace in traces_since if trace.data_source_id in own]
    after = {trace.data_source_id: trace.recorded for trace in seen if trace.reads}
    trial = compare(sources_in(baseline), after, desk.bands)
    running = desk.clock() < until
    says = "; ".join([trial.says, *(gate.reason for gate in _cut_gate(cut_to))])
    return Trial(says, until if running else None, trial.worse, trial.measurements)


async def _traces(
    desk: Desk, since: datetime, *, until: datetime | None = None
) -> tuple[tuple[Trace, ...], datetime | None]:
    """What was read since then, and from when on where there were too many readings for all."""
    key = desk.connection.key
    recorded = await desk.store.readings(since, key, until=until)
    cut_to = recorded.calls[0].at if recorded.cut else None
    return traces(recorded.calls, await desk.store.edits_since(since, key)), cut_to


def _cut_gate(cut_to: datetime | None) -> tuple[Gate, ...]:
    if cut_to is None:
        return ()
    told = f"readings since {cut_to:%Y-%m-%d %H:%M} UTC alone, older ones left out"
    return (Gate(name="recorded readings", status="not_measured", reason=told),)


def _until(trace: Trace, until: datetime) -> Trace:
    reads = tuple(read for read in trace.reads if read.at < until)
    return Trace(trace.data_source_id, reads, tuple(at for at in trace.edits if at < until))


def _judge(trace: Trace, ttl_s: float, bands: Bands) -> _Judged:
    if len(trace.reads) < LEAST_READS_COUNT:
        return _Judged(trace, ttl_s, (), None)
    tried = candidates(trace, ttl_s, bands)
    return _Judged(trace, ttl_s, tried, best(tried, bands))


async def _names(desk: Desk, ids: Sequence[str]) -> dict[str, str]:
    """Titles as Notion has them; the id where it does not answer."""
    names = dict(zip(ids, ids, strict=True))
    if desk.notion is None:
        return names
    for data_source_id in ids[:_NAMED_COUNT]:
        try:
            names[data_source_id] = shown((await desk.notion.data_source(data_source_id)).title)
        except NotionError:
            break  # names are a courtesy: an outage does not wait for each of them
    return names


def _headline(judged: Sequence[_Judged], request: Request) -> str:
    changes_count = sum(one.chosen is not None for one in judged)
    if changes_count:
        return f"{changes_count} of {len(judged)} data sources would do better with another TTL."
    if not judged:
        return (
            f"No reading was recorded in the last {_window_days(request):g} days: nothing to judge."
        )
    closest = nearest([candidate for one in judged for candidate in one.tried])
    if closest is None:
        return "No change passes: no data source was read twice, and then no TTL helps."
    return f"No change passes: the best, a TTL of {closest.ttl_s:g} s, gives {closest.impact}."


def _change(one: _Judged, names: Mapping[str, str], tuned: Mapping[str, float]) -> Change:
    assert one.chosen is not None
    target = TTL_SETTING + one.trace.data_source_id
    return Change(
        target=target,
        before=tuned.get(target),
        after=one.chosen.ttl_s,
        expected=f"{names[one.trace.data_source_id]}: {_promise(one.ttl_s, one.chosen)}",
    )


def _promise(ttl_s: float, chosen: Candidate) -> str:
    return (
        f"{ttl_s:g} s to {chosen.ttl_s:g} s: {chosen.impact},"
        f" {chosen.replayed.stale_percent:.1f} % of the readings stale"
    )


def _gate(one: _Judged, names: Mapping[str, str], bands: Bands) -> Gate:
    name = f"TTL of {names[one.trace.data_source_id]}"
    if not one.tried:
        return Gate(name=name, status="not_measured", reason="read once: out of reach of any TTL")
    if one.chosen is not None:
        return Gate(name=name, status="ok", reason=_promise(one.ttl_s, one.chosen))
    closest = nearest(one.tried)
    assert closest is not None
    reason = f"stays at {one.ttl_s:g} s; {closest.ttl_s:g} s: {closest.objection(bands)}"
    return Gate(name=name, status="ok", reason=reason)


def _evidence(judged: Sequence[_Judged], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{names[one.trace.data_source_id]} at {one.ttl_s:g} s, {len(one.trace.reads)} readings:"
        f" hit rate {one.trace.recorded.hit_rate_percent:.0f} % recorded,"
        f" {one.trace.under(one.ttl_s).hit_rate_percent:.0f} % replayed;"
        f" {one.trace.recorded.stale_percent:.1f} % stale"
        for one in judged
    )


def _measurements(judged: Sequence[_Judged]) -> dict[str, float | int | str | None]:
    closest = nearest([candidate for one in judged for candidate in one.tried])
    whole = total([one.trace.recorded for one in judged])
    return {
        "data_sources_count": len(judged),
        "data_sources_out_of_reach_count": sum(not one.tried for one in judged),
        "readings_count": whole.reads_count,
        "cache_hit_rate_percent": _rounded(whole.hit_rate_percent, whole),
        "stale_percent": _rounded(whole.stale_percent, whole),
        "best_impact": None if closest is None else round(closest.impact.share, 4),
        "best_ttl_s": None if closest is None else closest.ttl_s,
    }


def _rounded(percent: float, whole: Replay) -> float | None:
    return round(percent, 1) if whole.reads_count else None
