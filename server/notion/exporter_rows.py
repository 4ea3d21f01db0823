"""The rows of a data source in batches, beyond what Notion gives for one query."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from playbooks.errors import RequestRefused
from playbooks.mirrored import Stretch
from server.notion.answers import JSON, read_as
from server.notion.mirror_source import Rows
from server.notion.paging import ResultCut
from server.notion.properties import instant_of

_MINUTE: Final = timedelta(minutes=1)
"""Notion cuts its timestamps to the minute."""


async def batches_of(rows: Rows, gaps: list[str]) -> AsyncGenerator[Sequence[JSON]]:
    """All rows in the order of creation, each once, a page of them at a time.

    Where Notion cuts a query, the next one begins with the last minute that was seen. Of a minute
    that holds more than a query gives, the rest is told to `gaps`.
    """
    since: datetime | None = None
    seen: frozenset[str] = frozenset()
    while True:
        began = since
        try:
            async with aclosing(rows.batches(Stretch(since, None))) as batches:
                async for batch in batches:
                    new = [row for row in batch if row["id"] not in seen]
                    since, seen = _place(batch, since, seen)
                    yield new
        except ResultCut:
            if since is not None and since == began:
                gaps.append(_gap(since))
                since, seen = since + _MINUTE, frozenset()
        except RequestRefused:
            # A cursor dies with its row; without it the reading goes on where it has come on.
            if since == began:
                raise
        else:
            return


def _place(
    batch: Sequence[JSON], since: datetime | None, seen: frozenset[str]
) -> tuple[datetime | None, frozenset[str]]:
    """The minute of the newest row, and the rows of that minute that were seen."""
    if not batch:
        return since, seen
    last = read_as(_created, batch[-1])
    of_last = frozenset(str(row["id"]) for row in batch if read_as(_created, row) == last)
    return last, (seen | of_last if last == since else of_last)


def _created(row: JSON) -> datetime:
    return instant_of(row["created_time"])


def _gap(minute: datetime) -> str:
    return (
        f"Some rows created in the minute {minute:%Y-%m-%d %H:%M} UTC are missing: Notion"
        " gives no more of one minute."
    )
