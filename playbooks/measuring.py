"""Times each database past every cache, one page after the other, within the time that is left.

One request at a time, the databases by turns, full and reduced pages mixed: so no page waits for
another of ours, and whatever changes meanwhile hits all databases and all kinds of pages alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.bands import Bands
from playbooks.call_patterns import LARGEST_PAGE, QUERY
from playbooks.causes import PROCEDURE
from playbooks.clock import Clock
from playbooks.database_speed import Measured, Shape
from playbooks.errors import NotionError, PlaybookError, RateLimited
from playbooks.objects import PageMeasure
from playbooks.ports import Notion, Progress, Together
from playbooks.records import CallRecord

SMALL_PAGE: Final = 25

REDUCED_ROUNDS: Final[tuple[Shape, ...]] = ("title_only", "small", "title_only", "title_only")
"""Pages with less in them, asked of databases that are not fast, for comparison."""

_ERRORS_ENOUGH: Final = 2
"""A database that failed so often is left alone."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Measures pages until its time is up."""

    notion: Notion
    together: Together
    clock: Clock
    left_s: Callable[[], float]
    progress: Progress

    async def measure(
        self, databases: Sequence[Measured], samples_count: int, bands: Bands
    ) -> bool:
        """Fill in the pages and errors of each database; False when the time was too short."""
        total = len(databases) * (samples_count + len(REDUCED_ROUNDS))
        turns = _turns(databases, samples_count, bands, self.left_s)
        for done, (shape, measured) in enumerate(turns):
            await self.progress(done, total, f"measuring {measured.key}")
            if not await self._one(measured, shape):
                return False
        return True

    async def _one(self, measured: Measured, shape: Shape) -> bool:
        left_s, at = self.left_s(), self.clock()
        if left_s <= 0:
            return False
        (outcome,) = await self.together([lambda: self._page(measured, shape)], within_s=left_s)
        if outcome.value is not None:
            measured.pages[shape].append(outcome.value)
            measured.calls.append(_answered(at, measured, shape, outcome.value))
        elif outcome.error is not None:
            measured.errors.append(outcome.error)
            waited_ms = (self.clock() - at).total_seconds() * 1000
            measured.calls.append(_failed(at, measured, outcome.error, waited_ms))
        return outcome.value is not None or outcome.error is not None

    async def _page(self, measured: Measured, shape: Shape) -> PageMeasure:
        titles = [each.id for each in measured.source.properties if each.type == "title"]
        return await self.notion.measure_page(
            measured.source.id,
            page_size=SMALL_PAGE if shape == "small" else LARGEST_PAGE,
            property_ids=titles if shape == "title_only" else (),
        )


def _turns(
    databases: Sequence[Measured],
    samples_count: int,
    bands: Bands,
    left_s: Callable[[], float],
) -> Iterator[tuple[Shape, Measured]]:
    """Full pages of all by turns, and evenly among them reduced ones of those that are not fast.

    Reduced ones wait for the end where the time hardly suffices for the full ones.
    """
    every = max(1, samples_count // (len(REDUCED_ROUNDS) + 1))
    for number in range(1, samples_count + 1):
        for measured in _answering(databases):
            yield "full", measured
        full_left_count = len(databases) * (samples_count - number)
        if number % every == 0:
            for measured in _slow(databases, bands):
                if _lasts_s(databases, full_left_count + 1) <= left_s():
                    yield from _reduced(measured)
    for _ in REDUCED_ROUNDS:
        for measured in _slow(databases, bands):
            yield from _reduced(measured)


def _answering(databases: Sequence[Measured]) -> Iterator[Measured]:
    return (each for each in databases if len(each.errors) < _ERRORS_ENOUGH)


def _slow(databases: Sequence[Measured], bands: Bands) -> Iterator[Measured]:
    good_below_ms = bands.database_response_ms.good_below
    return (each for each in _answering(databases) if (each.median_ms or 0) >= good_below_ms)


def _reduced(measured: Measured) -> Iterator[tuple[Shape, Measured]]:
    """The next reduced page that is not there yet, if any."""
    done_count = len(measured.pages["title_only"]) + len(measured.pages["small"])
    for shape in REDUCED_ROUNDS[done_count : done_count + 1]:
        yield shape, measured


def _lasts_s(databases: Sequence[Measured], pages_count: int) -> float:
    """What so many more pages take at the pace so far."""
    taken_ms = [call.total_ms for each in databases for call in each.calls]
    return pages_count * sum(taken_ms) / len(taken_ms) / 1000 if taken_ms else 0.0


def _answered(at: datetime, measured: Measured, shape: Shape, page: PageMeasure) -> CallRecord:
    """A measured page as the telemetry records it, for the rules that judge recorded calls."""
    return CallRecord(
        at=at,
        method="POST",
        endpoint=QUERY,
        status=200,
        total_ms=page.total_ms,
        queue_wait_ms=page.queue_wait_ms,
        network_ms=page.network_ms,
        retry_wait_ms=page.retry_wait_ms,
        attempts_count=page.tries_count,
        data_source_id=measured.source.id,
        rate_limit_reason=page.rate_limit_reason,
        response_bytes=page.response_bytes,
        procedure=PROCEDURE,
        connect_ms=page.connect_ms,
        server_ms=page.server_ms,
        rows_count=page.rows_count,
        page_size=SMALL_PAGE if shape == "small" else LARGEST_PAGE,
        has_more=page.has_more,
        filtered=False,
        narrowed=shape == "title_only",
    )


def _failed(at: datetime, measured: Measured, error: PlaybookError, total_ms: float) -> CallRecord:
    return CallRecord(
        at=at,
        method="POST",
        endpoint=QUERY,
        status=error.status if isinstance(error, NotionError) else None,
        total_ms=total_ms,
        data_source_id=measured.source.id,
        error_code=error.code if isinstance(error, NotionError) else None,
        rate_limit_reason=error.reason if isinstance(error, RateLimited) else None,
        procedure=PROCEDURE,
    )
