"""Wasteful habits in recorded calls, each with the requests that it cost.

Each rule takes recorded calls, oldest first, of one connection. Calls of one run belong together;
those without a run are judged by no rule that needs to know what belongs together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Final, TypeAlias

from playbooks.causes import Cause
from playbooks.records import CallRecord

Names: TypeAlias = Mapping[str, str]
"""The keys of data source ids."""

LARGEST_PAGE: Final = 100
QUERY: Final = "/v1/data_sources/{data_source_id}/query"
_PAGE: Final = "/v1/pages/{page_id}"
_SINGLE_READS: Final[Mapping[str, str]] = {
    _PAGE: "pages",
    "/v1/pages/{page_id}/properties/{property_id}": "properties of pages",
    "/v1/blocks/{block_id}/children": "contents of pages",
}
_PEEK: Final = 1
"""A page of one row asks whether there are rows; nobody means to read them all with it."""

LEAST_SAVED_COUNT: Final = 10
"""A habit that costs fewer requests than this is no cause."""

_LEAST_REPEATS_COUNT: Final = 5
_LEAST_WHOLE_READS_COUNT: Final = 3
_HEAVY_ROW_BYTES: Final = 10_000
_LEAST_HEAVY_PAGES_COUNT: Final = 20
_STILL_RUNNING: Final = timedelta(seconds=60)
_TOO_HEAVY: Final = frozenset({503, 504})
_FINAL: Final = frozenset({400, 401, 403, 404})
_LEAST_ROWS_COUNT: Final = 10


def pattern_causes(calls: Sequence[CallRecord], names: Names, now: datetime) -> tuple[Cause, ...]:
    """Every wasteful habit that costs enough."""
    told = [call for call in calls if not call.probe]
    queries = [call for call in told if call.endpoint == QUERY and _is_answered(call)]
    return (
        *_n_plus_one(told),
        *_unread_pages(told, names, now),
        *_small_pages(told, names),
        *_unfiltered(queries, names),
        *_missing_filter_properties(queries, names),
        *_useless_retries(told),
    )


def _grouped(calls: Iterable[CallRecord], *by: str) -> dict[tuple[str, ...], list[CallRecord]]:
    """The calls by those attributes; without those that lack one."""
    groups: dict[tuple[str, ...], list[CallRecord]] = defaultdict(list)
    for call in calls:
        key = tuple(getattr(call, name) for name in by)
        if None not in key:
            groups[key].append(call)
    return groups


def _is_answered(call: CallRecord) -> bool:
    return HTTPStatus.OK <= (call.status or 0) < HTTPStatus.MULTIPLE_CHOICES


def _n_plus_one(calls: Sequence[CallRecord]) -> Iterator[Cause]:
    single = [call for call in calls if call.method == "GET" and call.endpoint in _SINGLE_READS]
    wasted: Counter[str] = Counter()
    spent_s: dict[str, float] = defaultdict(float)
    for (_, endpoint), reads in _grouped(single, "run_id", "endpoint").items():
        saved = len(reads) - ceil(len({read.object_id for read in reads}) / LARGEST_PAGE)
        if saved >= LEAST_SAVED_COUNT:
            wasted[endpoint] += saved
            spent_s[endpoint] += _mean_s(reads) * saved
    for endpoint, saved in wasted.items():
        told = f"{saved} requests read {_SINGLE_READS[endpoint]} one by one within single runs"
        yield Cause(
            "n_plus_one",
            (told,),
            "Query the data source instead, which gives 100 rows with their properties at once;"
            " what reads the mirror does so.",
            about=_SINGLE_READS[endpoint].replace(" ", "_"),
            confidence="certain" if endpoint == _PAGE else "possible",
            saved_requests=saved,
            saved_s=spent_s[endpoint],
        )


def _unread_pages(calls: Sequence[CallRecord], names: Names, now: datetime) -> Iterator[Cause]:
    queries = [call for call in calls if call.endpoint == QUERY]
    cut: dict[str, list[int]] = defaultdict(list)
    for (_, source), pages in _grouped(queries, "run_id", "data_source_id").items():
        if _stopped_early(pages[-1], now):
            cut[source].append(_rows_count(pages))
    for source, rows in cut.items():
        told = (
            f"{len(rows)} runs stopped although there were more rows, after {min(rows)} to"
            f" {max(rows)} rows: what they counted is too low"
        )
        yield Cause(
            "unread_pages",
            (told,),
            "Follow next_cursor until has_more is false; the mirror does so.",
            about=names.get(source, source),
            confidence="likely",
        )


def _stopped_early(last: CallRecord, now: datetime) -> bool:
    """Whether a run that did not fail and is not going on left rows unread."""
    is_over = now - last.at > _STILL_RUNNING
    return bool(_is_answered(last) and last.has_more and last.page_size != _PEEK and is_over)


def _small_pages(calls: Sequence[CallRecord], names: Names) -> Iterator[Cause]:
    queries = [call for call in calls if call.endpoint == QUERY]
    # A service that cannot manage a large page is rightly asked for smaller ones.
    halved = {(c.run_id, c.data_source_id) for c in queries if c.status in _TOO_HEAVY}
    small = [q for q in queries if _is_small(q) and (q.run_id, q.data_source_id) not in halved]
    for (source,), pages in _grouped(small, "data_source_id").items():
        needed = ceil(_rows_count(pages) / LARGEST_PAGE)
        saved = len(pages) - needed
        if saved < LEAST_SAVED_COUNT:
            continue
        sizes = [page.page_size or 0 for page in pages]
        told = (
            f"{len(pages)} pages of {min(sizes)} to {max(sizes)} rows were read where {needed}"
            f" of {LARGEST_PAGE} would do"
        )
        yield Cause(
            "small_pages",
            (told,),
            f"Ask for page_size {LARGEST_PAGE}.",
            about=names.get(source, source),
            saved_requests=saved,
            saved_s=_mean_s(pages) * saved,
        )


def _is_small(query: CallRecord) -> bool:
    size = query.page_size or LARGEST_PAGE
    return bool(_is_answered(query) and query.has_more and _PEEK < size < LARGEST_PAGE)


def _unfiltered(queries: Sequence[CallRecord], names: Names) -> Iterator[Cause]:
    whole = [q for q in queries if q.filtered is False and not q.narrowed and q.page_size != _PEEK]
    readings: dict[str, list[list[CallRecord]]] = defaultdict(list)
    for (_, source), pages in _grouped(whole, "run_id", "data_source_id").items():
        if len(pages) > 1:
            readings[source].append(pages)
    for source, reads in readings.items():
        pages = [page for read in reads for page in read]
        # What is left: one whole reading, and a refresh of one request in place of each other.
        saved = len(pages) - max(len(read) for read in reads) - (len(reads) - 1)
        if len(reads) < _LEAST_WHOLE_READS_COUNT or saved < LEAST_SAVED_COUNT:
            continue
        yield Cause(
            "unfiltered",
            (f"it was read whole {len(reads)} times, with {len(pages)} requests in all",),
            "Read only what changed: filter by last_edited_time, or use the mirror, whose refresh"
            " costs one request and one more for every hundred changed rows.",
            about=names.get(source, source),
            saved_requests=saved,
            saved_s=_mean_s(pages) * saved,
        )


def _missing_filter_properties(queries: Sequence[CallRecord], names: Names) -> Iterator[Cause]:
    wide = [q for q in queries if q.narrowed is False and (q.rows_count or 0) >= _LEAST_ROWS_COUNT]
    for (source,), pages in _grouped(wide, "data_source_id").items():
        row_bytes = sum(page.response_bytes or 0 for page in pages) / _rows_count(pages)
        if len(pages) < _LEAST_HEAVY_PAGES_COUNT or row_bytes < _HEAVY_ROW_BYTES:
            continue
        told = f"{row_bytes / 1000:.0f} kB a row over {len(pages)} pages, with every property"
        yield Cause(
            "missing_filter_properties",
            (told,),
            "Ask for the needed properties alone with filter_properties.",
            about=names.get(source, source),
            confidence="possible",
        )


def _useless_retries(calls: Sequence[CallRecord]) -> Iterator[Cause]:
    asked = Counter(_question(call) for call in calls if call.status in _FINAL)
    repeated = {key: count for key, count in asked.items() if count >= _LEAST_REPEATS_COUNT}
    for status in sorted({status for status, *_ in repeated}):
        counts = {key[1:3]: count for key, count in repeated.items() if key[0] == status}
        told = [f"{' '.join(which)} was asked {count} times" for which, count in counts.items()]
        yield Cause(
            "useless_retries",
            (f"refusals with {status} were asked for again", *told),
            "A refusal does not change by asking again: correct the request or the sharing;"
            " health_check names what is wrong.",
            about=str(status),
            saved_requests=sum(repeated[key] - 1 for key in repeated if key[0] == status),
        )


def _question(call: CallRecord) -> tuple[int, str, str, str | None]:
    return call.status or 0, call.method, call.endpoint, call.object_id or call.data_source_id


def _rows_count(pages: Iterable[CallRecord]) -> int:
    return sum(page.rows_count or 0 for page in pages)


def _mean_s(calls: Sequence[CallRecord]) -> float:
    return sum(call.total_ms for call in calls) / len(calls) / 1000
