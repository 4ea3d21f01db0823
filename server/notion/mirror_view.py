"""The rows as they are kept, and what is said of their age."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from playbooks.errors import PlaybookError
from playbooks.mirrored import KeptRow, KeptSource
from playbooks.objects import DataSource
from playbooks.records import Reading, Transition
from playbooks.rows import Row
from server.notion.answers import JSON
from server.notion.mirror_keeping import OVERLAP
from server.notion.mirror_kept import Kept
from server.notion.mirror_pages import has_computed
from server.notion.properties import row_of
from server.notion.schema import parse_data_source

_PORTION_ROWS: Final = 500
"""Rows that a reading holds at once."""


class KeptView:
    """Implements `playbooks.ports.View` over what is kept."""

    def __init__(self, kept: Kept, known: KeptSource, reading: Reading) -> None:
        self._kept = kept
        self._known = known
        self._reading = reading

    @property
    def schema(self) -> DataSource:
        """The schema that the rows have."""
        return parse_data_source(dict(self._known.schema))

    @property
    def record(self) -> JSON:
        """The schema as Notion tells it."""
        return dict(self._known.schema)

    @property
    def reading(self) -> Reading:
        """Where they come from."""
        return self._reading

    async def rows(
        self,
        properties: Sequence[str] = (),
        *,
        since: datetime | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Row]:
        """Every row out of the trash, oldest first; of these properties (names), all if none.

        With `since` only those that Notion has given, changed or not, at that instant or later;
        `unless` leaves out rows, by id, that are still of that version.
        """
        known = unless or {}
        async for kept in self._bodies(since):
            if known.get(kept.id) != kept.hash:
                page = _only(json.loads(kept.body), properties)
                yield row_of(page, version=kept.hash)

    async def records(self) -> AsyncIterator[JSON]:
        """Every row out of the trash as Notion tells it, oldest first."""
        async for kept in self._bodies():
            yield json.loads(kept.body)

    async def _bodies(self, since: datetime | None = None) -> AsyncIterator[KeptRow]:
        after: tuple[datetime, str] | None = None
        while portion := await self._kept.bodies(
            self._known.data_source_id, after, since=since, limit=_PORTION_ROWS
        ):
            for kept in portion:
                yield kept
            after = (portion[-1].created_at, portion[-1].id)

    async def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        """The recorded changes of status, oldest first."""
        after = 0
        while portion := await self._kept.transitions(
            self._known.data_source_id, since, after=after, limit=_PORTION_ROWS
        ):
            for _, transition in portion:
                yield transition
            after = portion[-1][0]


def _only(page: JSON, names: Sequence[str]) -> JSON:
    """The page with those properties alone, which spares parsing the others."""
    if not names:
        return page
    properties: JSON = page["properties"]
    return {**page, "properties": {name: properties[name] for name in names if name in properties}}


def reading_of(
    known: KeptSource, *, now: datetime, requests_count: int, failure: PlaybookError | None
) -> Reading:
    """What is said of the copy after so many requests and that failure."""
    missing = (*known.gaps, *_unread(known))
    is_live = requests_count > 0 and failure is None
    return Reading(
        source="live" if is_live else "cache",
        as_of=min(known.fetched_at, now),
        rows_count=known.rows_count,
        complete=not missing,
        requests_count=requests_count,
        swept_at=known.swept_at,
        gaps=(*missing, *_aged(known, now)),
        stale_because=failure,
    )


def _unread(known: KeptSource) -> list[str]:
    """What says that rows are missing."""
    if known.complete:
        return []
    return ["The first reading of every row was interrupted; the next one goes on with it."]


def _aged(known: KeptSource, now: datetime) -> list[str]:
    """What says that values are older than the reading."""
    if known.swept_at is None or not known.complete:
        return []
    aged: list[str] = []
    if known.fetched_at > now + OVERLAP:
        aged.append("Our clock was set back since it was read: its age is not known.")
    if known.pending is not None and not known.pending.narrowed:
        aged.append("A new reading of every row is under way: values may be as old as the last.")
    if has_computed(known.schema) and known.swept_at < known.fetched_at:
        when = f"{known.swept_at:%Y-%m-%d %H:%M} UTC"
        aged.append(f"Formulas and rollups may be as old as the last sweep, {when}.")
    return aged
