"""What the mirror needs kept; the store implements it, and neither knows the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource
from playbooks.records import Transition


class Kept(Protocol):
    """The copies of one connection's data sources; every method may raise StoreUnusable.

    What a refresh writes is fenced by its lease: `owner` is who took it, and within the transaction
    that writes, the lease must still be of that owner (it may have run out, as long as nobody else
    took it), else nothing is written and TurnLost is raised.
    """

    async def source(self, data_source_id: str) -> KeptSource | None:
        """What is known of the copy; None when there is none."""
        ...

    async def schemas(self) -> Sequence[Mapping[str, Any]]:
        """Of every data source with rows, as Notion wrote it; by id."""
        ...

    async def keep_source(self, source: KeptSource, *, owner: str) -> KeptSource:
        """Insert or replace it; gives it with its rows counted. Raises TurnLost."""
        ...

    async def rows_by_id(self, data_source_id: str, ids: Sequence[str]) -> Mapping[str, KeptRow]:
        """Those of the rows that are kept."""
        ...

    async def keep(
        self, data_source_id: str, batch: Batch, pending: FullRead | None, *, owner: str
    ) -> None:
        """Make the changes and set what is pending, in one transaction. Raises TurnLost."""
        ...

    async def keep_alone(self, data_source_id: str, batch: Batch) -> None:
        """Make the changes, whoever refreshes meanwhile."""
        ...

    async def forget(self, row_id: str, *, at: datetime) -> None:
        """Drop the row, which was in the trash at that instant.

        What was asked before it, as a refresh under way may have, does not bring it back.
        """
        ...

    async def unconfirmed(
        self, data_source_id: str, since: datetime, until: datetime, *, after_id: str, limit: int
    ) -> Sequence[str]:
        """Ids, in their order, of rows whose `fetched_at` is before `since` or after `until`.

        Notion has not confirmed them since then; those from the future met a clock that was wrong.
        """
        ...

    async def bodies(
        self,
        data_source_id: str,
        after: tuple[datetime, str] | None,
        *,
        limit: int,
        since: datetime | None = None,
    ) -> Sequence[KeptRow]:
        """The next rows by creation and id, after that place; fetched at `since` or later."""
        ...

    async def transitions(
        self, data_source_id: str, since: datetime, *, after: int, limit: int
    ) -> Sequence[tuple[int, Transition]]:
        """The next recorded transitions with their numbers, in the order of their recording."""
        ...

    async def record_edit(self, data_source_id: str, at: datetime, rows_count: int) -> None:
        """A refresh saw so many rows changed."""
        ...

    async def lease(self, data_source_id: str, owner: str, *, for_s: float) -> bool:
        """Take or extend the right to refresh; False while another owner's has not run out.

        By the clock that all who share the store see: the database's own where it is a server,
        else the store's. Who is cancelled leaves none behind.
        """
        ...

    async def release(self, data_source_id: str, owner: str) -> None:
        """Give the right back, where it is still this owner's."""
        ...
