"""An archive in a directory of the test, and a small workspace's records to put into it."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playbooks.snapshot import Mode, RecordKind, Snapshot
from server.backups.archive import Archive, Trial
from server.backups.draft import FileDraft, Maker
from server.backups.drafts import Place
from server.backups.sealing import Sealer, Unsealed

START = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
ABOUT: Mapping[str, Any] = {
    "workspace": "w",
    "full_at": START,
    "content": True,
    "requests_count": 7,
    "edited_meanwhile_count": 0,
    "warnings": (),
}
Records = Sequence[tuple[RecordKind, Sequence[tuple[str, str, Any]]]]


@dataclass(slots=True)
class Shelf:
    """Archives over one directory, as processes that share it have; time stands until moved."""

    directory: Path
    sealer: Sealer = field(default_factory=Unsealed)
    now: datetime = START

    def archive(self, connection: str = "c", trial: Trial | None = None) -> Archive:
        ticks = itertools.count()
        return Archive(
            Place(self.directory, connection, Maker("1.0", "2026-03-11"), self.sealer),
            clock=lambda: self.now,
            monotonic=lambda: float(next(ticks)),
            trial=trial,
        )

    async def begin(self, base_id: str | None = None, *, connection: str = "c") -> FileDraft:
        mode: Mode = "full" if base_id is None else "incremental"
        archive = self.archive(connection)
        return await archive.begin(mode=mode, base_id=base_id, at=self.now)

    async def kept(
        self,
        records: Records,
        *,
        base_id: str | None = None,
        connection: str = "c",
        **about: Any,
    ) -> Snapshot:
        """A finished snapshot of these records, a second after the last one."""
        self.now += timedelta(seconds=1)
        draft = await self.begin(base_id, connection=connection)
        for kind, batch in records:
            await draft.put(kind, batch)
        return await draft.finish({**ABOUT, **about})


def table(*columns: tuple[str, str, str], table_id: str = "ds-1") -> tuple[str, str, Any]:
    """A schema of columns (id, type, target of a relation)."""
    properties = {
        f"{column_id} name": {
            "id": column_id,
            "type": kind,
            **({"relation": {"data_source_id": target}} if target else {}),
        }
        for column_id, kind, target in columns
    }
    return "", table_id, {"id": table_id, "properties": properties}


def row(row_id: str, *, links: Iterable[str] = (), edited: str = "", place: str = "ds-1") -> Any:
    """A row with a title, which names it, and a relation."""
    properties = {
        "t name": {"id": "t", "type": "title", "title": [{"plain_text": f"row {row_id} ✓"}]},
        "r name": {"id": "r", "type": "relation", "relation": [{"id": each} for each in links]},
    }
    return place, row_id, {"id": row_id, "last_edited_time": edited, "properties": properties}


TABLE = table(("t", "title", ""), ("r", "relation", "ds-1"))

SMALL: Records = (
    ("data_source", [TABLE]),
    ("page", [row("b", links=["a"]), row("a"), ("", "p", {"id": "p"})]),
    ("content", [("ds-1", "a", [{"type": "paragraph", "children": []}])]),
    ("user", [("", "u", {"id": "u", "name": "Ann \ud800"})]),
    ("setting", [("", "work", {"zone": "UTC"})]),
)
