"""Shifts of latency within the window, one series for each kind of query of each database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from playbooks.call_patterns import QUERY
from playbooks.causes import Cause
from playbooks.change_points import ChangePoint, Sample, change_point
from playbooks.records import CallRecord

FALSE_ALARMS: Final = 0.01
"""How likely one diagnosis of a steady workspace names a shift, over all its series together."""

_LEAST_FACTOR: Final = 1.5
_LEAST_DIFFERENCE_MS: Final = 100.0


def shift_causes(calls: Sequence[CallRecord], names: Mapping[str, str]) -> Iterator[Cause]:
    """A cause for each series with a shift that is both sure and large."""
    found = [
        (name, series, point)
        for name, series in _series(calls, names).items()
        if (point := change_point(series)) is not None
    ]
    for name, series, point in found:
        if point.p_value <= FALSE_ALARMS / len(found) and _is_large(point):
            yield _rhythm(name, point) if _is_undone(series, point) else _cause(name, point)


def _series(calls: Sequence[CallRecord], names: Mapping[str, str]) -> dict[str, list[Sample]]:
    """Only queries alike are compared: of one database, size, filter and width."""
    series: dict[tuple[object, ...], list[Sample]] = defaultdict(list)
    for call in calls:
        if call.endpoint == QUERY and call.error_code is None and call.data_source_id in names:
            alike = (call.data_source_id, call.page_size, call.filtered, call.narrowed)
            series[alike].append((call.at, call.server_ms))
    longest: dict[str, list[Sample]] = {}
    for (source, *_), samples in series.items():
        name = names[str(source)]
        if len(samples) > len(longest.get(name, ())):
            longest[name] = samples
    return longest


def _is_large(point: ChangePoint) -> bool:
    slow_ms, fast_ms = max(point.before_ms, point.after_ms), min(point.before_ms, point.after_ms)
    return slow_ms >= _LEAST_FACTOR * fast_ms and slow_ms - fast_ms >= _LEAST_DIFFERENCE_MS


def _is_undone(series: Sequence[Sample], point: ChangePoint) -> bool:
    """Whether the level also went the other way, on either side: up and down is no shift."""
    sides = (
        [sample for sample in series if sample[0] < point.at],
        [sample for sample in series if sample[0] >= point.at],
    )
    others = [other for side in sides if (other := change_point(side)) is not None]
    return any(
        other.p_value <= FALSE_ALARMS
        and _is_large(other)
        and _is_slower(other) != _is_slower(point)
        for other in others
    )


def _is_slower(point: ChangePoint) -> bool:
    return point.after_ms > point.before_ms


def _evidence(point: ChangePoint) -> tuple[str, ...]:
    told = (
        f"Notion's time went from {point.before_ms:.0f} to {point.after_ms:.0f} ms"
        f" at about {point.at:%m-%d %H:%M} UTC"
    )
    sure = f"{point.bins_count} medians of 5 minutes, p = {point.p_value:.1g}"
    return told, f"{sure}, if they do not hang together: a rhythm of the day looks like a shift"


def _rhythm(name: str, point: ChangePoint) -> Cause:
    return Cause(
        "change_point",
        (*_evidence(point), "within the window it also went the other way"),
        "It goes up and down, so look at the hours: compare the same ones of another day.",
        about=name,
        severity="info",
        confidence="possible",
    )


def _cause(name: str, point: ChangePoint) -> Cause:
    is_slower = _is_slower(point)
    return Cause(
        "change_point",
        _evidence(point),
        "Ask what changed in the database then: new rollups, formulas or relations, or many rows."
        if is_slower
        else "It became faster: nothing to do.",
        about=name,
        severity="warning" if is_slower else "info",
        confidence="likely",
    )
