"""What the mirror keeps, as the client of Notion hands it to the store and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playbooks.errors import PlaybookError
from playbooks.records import Transition


class TurnLost(PlaybookError):
    """The right to refresh a data source has passed to another process; nothing was kept."""

    def __init__(self) -> None:
        super().__init__(
            "Another process has taken the reading of this data source over.",
            remedy="Ask again in a minute: its result will be shared.",
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows created from `since` (None: from the first one) until before `until` (None: no end).

    `where` are filters, in Notion's JSON, all of which they meet besides.
    """

    since: datetime | None
    until: datetime | None
    where: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class FullRead:
    """A reading of every row that is not through: what is left of it.

    `narrowed` reads ids alone. `newest_edit_at` is the newest edit seen so far. `gaps` are the
    sentences about what cannot be read.
    """

    began_at: datetime
    stretches: tuple[Stretch, ...]
    narrowed: bool
    newest_edit_at: datetime | None = None
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptSource:
    """What is known of the copy of one data source.

    `schema` is Notion's own JSON. `fetched_at` is when the last refresh that succeeded began,
    `swept_at` when the last reading of every row did. Every edit up to `newest_edit_at`, an
    instant of Notion's clock, is in the copy. `complete` False: never read to its end.
    """

    data_source_id: str
    schema: Mapping[str, Any]
    fetched_at: datetime
    newest_edit_at: datetime | None = None
    swept_at: datetime | None = None
    rows_count: int = 0
    complete: bool = False
    gaps: tuple[str, ...] = ()
    pending: FullRead | None = None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One row: `body` is the page as Notion wrote it, compact JSON; `hash` of what matters in it.

    `fetched_at` is when Notion last said that it is so.
    """

    id: str
    created_at: datetime
    last_edited_at: datetime
    fetched_at: datetime
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one portion of an answer changes; kept at once or not at all.

    `confirmed_ids` are rows that are as they were, at `at`. Nothing in it was asked before
    `began_at`: rows that were forgotten since then stay so.
    """

    at: datetime
    began_at: datetime | None = None
    rows: Sequence[KeptRow] = ()
    confirmed_ids: Sequence[str] = ()
    gone_ids: Sequence[str] = ()
    transitions: Sequence[Transition] = ()
