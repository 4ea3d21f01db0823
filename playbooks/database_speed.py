"""How fast one database answers, and what makes it slow: measured pages, judged; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import median
from typing import Final, Literal

from playbooks.bands import Bands
from playbooks.causes import Cause
from playbooks.errors import PlaybookError
from playbooks.latency import latency_of
from playbooks.objects import DataSource, PageMeasure
from playbooks.rank_test import p_larger
from playbooks.records import CallRecord
from playbooks.report import GateStatus, worst
from playbooks.verdict import Verdict

Shape = Literal["full", "title_only", "small"]
"""A page of 100 rows with all properties; the same with the title alone; one of 25 rows."""

LEAST_SAMPLES_COUNT: Final = 5
"""With fewer full pages a database is not called measured."""

RESULTS_CAP: Final = 10_000
"""Notion gives no more rows for one query."""

NEAR_CAP_PART: Final = 0.8
"""From this part of the cap on a database is told to be large."""

HEAVY_TYPES: Final = ("rollup", "formula", "relation")
"""Properties that Notion has to look up or compute for every row."""

_CHANCE: Final = 0.02
"""A difference that chance alone shows more often than this is none."""

_MUCH_SLOWER: Final = 2.0
"""Times the fastest database."""

_HEAVIER: Final = 1.5
"""Times the page with the title alone."""

_LEAST_DIFFERENCE_MS: Final = 100.0


@dataclass(slots=True)
class Measured:
    """What came of the pages that one database was asked for; grows as they come."""

    key: str
    source: DataSource
    pages: dict[Shape, list[PageMeasure]] = field(
        default_factory=lambda: {"full": [], "title_only": [], "small": []}
    )
    errors: list[PlaybookError] = field(default_factory=list[PlaybookError])
    calls: list[CallRecord] = field(default_factory=list[CallRecord])
    records_count: int | None = None
    recorded_ms: Sequence[float] = ()

    def server_ms(self, shape: Shape = "full") -> list[float]:
        """Notion's own time for each page of that shape."""
        return [page.server_ms for page in self.pages[shape]]

    @property
    def median_ms(self) -> float | None:
        """The median of Notion's own time for full pages; None when none came."""
        return median(self.server_ms()) if self.pages["full"] else None

    @property
    def is_measured(self) -> bool:
        """Whether enough full pages came."""
        return len(self.pages["full"]) >= LEAST_SAMPLES_COUNT

    @property
    def p95_ms(self) -> float | None:
        """The 95th percentile of the recorded full pages; None for too few."""
        recorded = latency_of(self.recorded_ms)
        return recorded.p95_ms if recorded else None

    @property
    def rows_count(self) -> int | None:
        """How many rows there are: as recorded, or all on one page; None when unknown."""
        full = self.pages["full"]
        if full and not full[-1].has_more:
            return full[-1].rows_count
        return self.records_count

    @property
    def size(self) -> str:
        """The same in words."""
        if self.rows_count is not None:
            return f"{self.rows_count} rows"
        full = self.pages["full"]
        return f"more than {full[-1].rows_count} rows" if full else "rows unknown"


def judge_speed(measured: Measured, bands: Bands) -> Verdict:
    """P11 over Notion's own time: the median of the fresh pages, the p95 of recorded ones."""
    name = f"database {measured.key}"
    fresh = latency_of(measured.server_ms())
    if fresh is None:
        first = next(iter(measured.errors), None)
        if first is None:
            return Verdict.silent(name)
        return Verdict.of(name, "unknown", first.problem.rstrip("."), first.remedy)
    band = bands.database_response_ms
    p95 = measured.p95_ms
    tail: GateStatus = "ok" if p95 is None else band.judge(p95)
    status = worst((band.judge(fresh.median_ms), tail))
    history = ""
    if p95 is not None:
        history = f"; p95 {p95:.0f} ms of {len(measured.recorded_ms)} recorded, judged too"
    failed = f"; {len(measured.errors)} failed" if measured.errors else ""
    told = f"{fresh}{history}; {measured.size}{failed}"
    if status == "ok" and not measured.is_measured:
        few = f"{told}; {LEAST_SAMPLES_COUNT} pages were wanted"
        return Verdict.of(name, "unknown", few, _TOO_FEW)
    return Verdict.of(name, status, told)


_TOO_FEW: Final = "Measure again in some minutes; health_check says whether anything fails."


def speed_causes(databases: Sequence[Measured], bands: Bands) -> tuple[Cause, ...]:
    """Why each database is slow or read incompletely, compared with itself and the others."""
    known = [each for each in databases if each.pages["full"]]
    heavy = {each.key: cause for each in known if (cause := _heavy(each)) is not None}
    if len(heavy) == len(known) > 1:
        heavy = {key: _doubted(cause) for key, cause in heavy.items()}
    slow = [each for each in known if each.key not in heavy and _is_critical(each, bands)]
    return (*heavy.values(), *_slow(slow, known), *(c for e in databases for c in _large(e)))


def _doubted(cause: Cause) -> Cause:
    """What all databases have alike may as well be the hour, or Notion."""
    doubt = "all databases differ so between full and reduced pages: it may be Notion itself"
    return replace(cause, evidence=(*cause.evidence, doubt), confidence="possible")


def _is_critical(measured: Measured, bands: Bands) -> bool:
    median_ms = measured.median_ms
    return median_ms is not None and bands.database_response_ms.judge(median_ms) == "critical"


def _heavy(measured: Measured) -> Cause | None:
    """A full page that takes much longer than one with the title alone."""
    full, narrow = measured.server_ms(), measured.server_ms("title_only")
    if not narrow or p_larger(full, narrow) > _CHANCE:
        return None
    full_ms, narrow_ms = median(full), median(narrow)
    if full_ms < _HEAVIER * narrow_ms or full_ms - narrow_ms < _LEAST_DIFFERENCE_MS:
        return None
    counts = _heavy_counts(measured.source)
    told = (
        f"a full page takes {full_ms:.0f} ms (n = {len(full)}), with the title alone"
        f" {narrow_ms:.0f} ms (n = {len(narrow)})"
    )
    pages = _pages_count(measured)
    return Cause(
        "heavy_rollups" if counts else "missing_filter_properties",
        (told, f"its schema has {counts or 'no rollup, formula or relation'}", *_small(measured)),
        "Ask for the needed properties alone (filter_properties); drop rollups nobody reads."
        if counts
        else "Ask for the needed properties alone with filter_properties.",
        about=measured.key,
        confidence="certain" if counts else "likely",
        saved_s=(full_ms - narrow_ms) * pages / 1000,
    )


def _heavy_counts(source: DataSource) -> str:
    types = [each.type for each in source.properties]
    counts: Mapping[str, int] = {each: types.count(each) for each in HEAVY_TYPES}
    return ", ".join(f"{count} {name}s" for name, count in counts.items() if count)


def _small(measured: Measured) -> tuple[str, ...]:
    small = measured.server_ms("small")
    return (f"a page of 25 rows takes {median(small):.0f} ms (n = {len(small)})",) if small else ()


def _pages_count(measured: Measured) -> int:
    """Pages of one whole reading, as far as the size is known."""
    return max(1, ceil((measured.rows_count or 0) / 100))


def _slow(slow: Sequence[Measured], known: Sequence[Measured]) -> tuple[Cause, ...]:
    """Slow ones among faster ones are named; when all are alike it is no matter of a database."""
    if not slow:
        return ()
    fastest = min(known, key=lambda each: each.median_ms or 0.0)
    outstanding = [each for each in slow if _is_slower(each, fastest)]
    if not outstanding and len(slow) == len(known) > 1:
        return (_slow_service(slow),)
    alone = slow if len(known) == 1 else outstanding
    return tuple(_slow_database(each, fastest) for each in alone)


def _is_slower(measured: Measured, fastest: Measured) -> bool:
    is_much = (measured.median_ms or 0) >= _MUCH_SLOWER * (fastest.median_ms or 0)
    return is_much and p_larger(measured.server_ms(), fastest.server_ms()) <= _CHANCE


def _slow_database(measured: Measured, fastest: Measured) -> Cause:
    median_ms, fastest_ms = measured.median_ms or 0.0, fastest.median_ms or 0.0
    compared = f"{fastest.key}, the fastest, takes {fastest_ms:.0f} ms"
    alone = "there is no other database to compare it with"
    compared_fairly = measured is not fastest and bool(measured.pages["title_only"])
    return Cause(
        "slow_database",
        (
            f"Notion takes {latency_of(measured.server_ms())} for a full page",
            alone if measured is fastest else compared,
            *_title_alone(measured),
            *_small(measured),
        ),
        _ALONE if measured is fastest else _ARCHIVE,
        about=measured.key,
        confidence="likely" if compared_fairly else "possible",
        saved_s=None
        if measured is fastest
        else ((median_ms - fastest_ms) * _pages_count(measured) / 1000),
    )


_ARCHIVE: Final = "Move old rows into an archive, read it through the mirror, and lengthen its TTL."
_ALONE: Final = (
    "Measure all databases: where the others are as slow, it is Notion or the way to it, else this"
    " one holds too much for one query."
)


def _title_alone(measured: Measured) -> tuple[str, ...]:
    narrow = measured.server_ms("title_only")
    if not narrow:
        return ("it was not compared with the title alone: the time was up",)
    return (f"with the title alone it still takes {median(narrow):.0f} ms (n = {len(narrow)})",)


def _slow_service(slow: Sequence[Measured]) -> Cause:
    medians = [each.median_ms or 0.0 for each in slow]
    told = (
        f"all {len(slow)} databases take alike, {min(medians):.0f} to {max(medians):.0f} ms a page"
    )
    return Cause(
        "slow_service",
        (told,),
        "No database stands out, so it is Notion itself or the way to it: read through the"
        " mirror, and look at Notion's status page when this is new.",
        confidence="likely",
    )


def _large(measured: Measured) -> tuple[Cause, ...]:
    count = measured.rows_count or 0
    if count < NEAR_CAP_PART * RESULTS_CAP:
        return ()
    beyond = count >= RESULTS_CAP
    told = f"{count} rows, {'beyond' if beyond else 'near'} the {RESULTS_CAP} that one query gives"
    return (
        Cause(
            "large_database",
            (told, f"one whole reading costs {_pages_count(measured)} requests"),
            "Read it through the mirror, which reads by ranges of created_time and then only"
            " changes; other programs must split their queries, or they miss rows silently.",
            about=measured.key,
            severity="warning" if beyond else "info",
        ),
    )
