"""What was recorded of a connection within a window, read from the store in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.cache_replay import MIRROR
from playbooks.call_patterns import LARGEST_PAGE, QUERY
from playbooks.causes import PROCEDURE
from playbooks.desk import Desk
from playbooks.errors import PlaybookError
from playbooks.records import BreakerState, CallRecord, Edit, Traffic


@dataclass(frozen=True, slots=True)
class History:
    """Recorded calls, readings of the mirror, edits and breakers; of each kind the oldest first.

    `cut_to`: so many were recorded that those before this instant were left out.
    `trouble` is why the store could not be read, `silent` that it gave no answer in time; then
    the rest is empty.
    """

    records: Sequence[CallRecord] = ()
    edits: Sequence[Edit] = ()
    breakers: Sequence[BreakerState] = ()
    traffic: Traffic | None = None
    trouble: PlaybookError | None = None
    silent: bool = False
    cut_to: datetime | None = None

    @property
    def calls(self) -> list[CallRecord]:
        """The calls of Notion alone, probes left out."""
        return [call for call in self.records if call.endpoint != MIRROR and not call.probe]

    def full_pages_ms(self, data_source_id: str) -> list[float]:
        """Notion's own time for each answered full page of a data source."""
        return [
            call.server_ms
            for call in self.calls
            if call.endpoint == QUERY
            and call.data_source_id == data_source_id
            and call.rows_count == LARGEST_PAGE
            and not call.narrowed
        ]

    def records_counts(self) -> Mapping[str, int]:
        """How many rows each data source has, by the newest reading of the mirror.

        Else at least as many as one unfiltered reading gave.
        """
        counts: dict[str, int] = {}
        read: dict[tuple[str, str], int] = {}
        for call in self.calls:
            source, run = call.data_source_id, call.run_id
            if not (call.filtered is False and source and run) or call.procedure == PROCEDURE:
                continue
            read[source, run] = read.get((source, run), 0) + (call.rows_count or 0)
            counts[source] = max(counts.get(source, 0), read[source, run])
            if not call.has_more:
                read[source, run] = 0
        whole = {source: count for source, count in counts.items() if count > LARGEST_PAGE}
        return whole | {
            record.data_source_id: record.rows_count
            for record in self.records
            if record.endpoint == MIRROR and record.data_source_id and record.rows_count is not None
        }


async def history_of(desk: Desk, since: datetime, *, within_s: float) -> History:
    """Read the window from the store; what went wrong is in the history, not raised."""
    (outcome,) = await desk.together([lambda: _read(desk, since)], within_s=within_s)
    if outcome.error is not None:
        return History(trouble=outcome.error)
    return outcome.value or History(silent=True)


async def _read(desk: Desk, since: datetime) -> History:
    store, key = desk.store, desk.connection.key
    recorded, readings = await store.calls_since(since, key), await store.readings(since, key)
    calls = [call for call in recorded.calls if call.endpoint != MIRROR]
    return History(
        records=[*calls, *readings.calls],  # readings come alone: calls cannot crowd them out
        edits=await store.edits_since(since, key),
        breakers=await store.breakers(key),
        traffic=await store.traffic(since, key),
        cut_to=max((part.calls[0].at for part in (recorded, readings) if part.cut), default=None),
    )
