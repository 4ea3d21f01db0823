"""What the procedures that change, keep and bring back data ask of the world.

`server/` holds the adapters: Editor, Exporter and Maker in `notion/`, Backups in `backups/`,
DataBook in `store/`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from playbooks.essence import Essence
from playbooks.kept_data import Acknowledged, RolledRow
from playbooks.objects import Found
from playbooks.remade import Reached
from playbooks.snapshot import Broken, Check, CheckLevel, Json, Mode, RecordKind, Snapshot


class Editor(Protocol):
    """One aspect of one thing in Notion, read and written for plans that a person approved.

    Values are in the form in which Notion accepts them, so that what was read can be written back
    and compared by equality: a cell `{type: content}`, as in `{"number": 3}` or `{"select":
    {"name": "Red"}}`; a column `{"name": …, type: configuration}`, with its `description` where
    it has one. Every method may raise a NotionError. Reads go past every cache.
    """

    def attributed(self, procedure: str, run_id: str) -> "Editor":
        """The same, its calls recorded under that procedure and run."""
        ...

    async def cell(self, page_id: str, property_id: str) -> Json:
        """The value, relations and people complete; None when it is empty or there is none."""
        ...

    async def set_cell(self, page_id: str, property_id: str, value: Json) -> None:
        """Give the page that value; None empties it."""
        ...

    async def in_trash(
        self, object_id: str, *, as_edited_at: datetime | None = None
    ) -> bool | None:
        """Whether a page or database is in the trash; None when it is gone, or not shared.

        With `as_edited_at` None, too, when it is out of the trash and was edited at another time.
        """
        ...

    async def set_in_trash(self, object_id: str, value: bool) -> None:
        """Move the page or database to the trash, or out of it."""
        ...

    async def column(self, data_source_id: str, key: str) -> Json:
        """The schema of the column of that id or else name, without its id; None for none."""
        ...

    async def set_column(self, data_source_id: str, key: str, column: Json) -> None:
        """Add, change or rename the column; None removes it."""
        ...


class Exporter(Protocol):
    """What Notion holds, as records of a snapshot; every method may raise a NotionError.

    Records are Notion's own JSON with sorted keys, signed addresses of files cut to what lasts,
    and property ids, formulas and rollups in a form that a schema can be made from again.
    """

    def attributed(self, procedure: str, run_id: str) -> "Exporter":
        """The same, its calls recorded so and let go in the background."""
        ...

    @property
    def requests_count(self) -> int:
        """The calls made so far, each try counted, since it was attributed."""
        ...

    @property
    def gaps(self) -> Sequence[str]:
        """Sentences on what could not be read although Notion answered, since then."""
        ...

    async def tables(self) -> tuple[Found, ...]:
        """Every data source that is shared."""
        ...

    async def table(self, data_source_id: str) -> tuple[Json, Json]:
        """Its database and itself, formulas by names."""
        ...

    def rows(self, data_source_id: str, *, since: datetime | None = None) -> AsyncIterator[Json]:
        """Its rows, relations and people complete; edited at `since` or later, where given.

        More than a query gives is read in stretches; what even they miss is told by `gaps`.
        """
        ...

    def row_ids(self, data_source_id: str) -> AsyncIterator[str]:
        """The ids of all its rows out of the trash, at the least cost."""
        ...

    def pages(self) -> AsyncIterator[Json]:
        """Every shared page that is no row."""
        ...

    def users(self) -> AsyncIterator[Json]:
        """People and bots of the workspace."""
        ...

    async def content(self, page_id: str) -> Json:
        """The tree of its blocks: a list, each block with `children` where it has some."""
        ...

    async def comments(self, page_id: str, block_ids: Sequence[str] = ()) -> Json:
        """The open comments of a page, and of those of its blocks."""
        ...


class Draft(Protocol):
    """A snapshot being written; a process that dies leaves it to be gone on with."""

    @property
    def id(self) -> str:
        """Of the snapshot that it will be."""
        ...

    @property
    def started_at(self) -> datetime:
        """When it was begun, also when it is gone on with."""
        ...

    async def put(self, kind: RecordKind, records: Sequence[tuple[str, str, Json]]) -> None:
        """Keep records (place, id, record), each in the place of one of that kind and id.

        `place` is the data source of rows and their content, "" for all else. Durable on return.
        """
        ...

    async def drop(self, kind: RecordKind, ids: Sequence[str]) -> None:
        """Forget records that were taken over from the base and are there no more."""
        ...

    async def has(self, kind: RecordKind, place: str = "") -> Mapping[str, str]:
        """What is kept of that kind and place: ids with their `last_edited_time` ("" for none)."""
        ...

    async def record(self, kind: RecordKind, record_id: str) -> Json:
        """What is kept under that id, or None."""
        ...

    async def note(self, key: str, value: Json) -> None:
        """Remember how far it is, for whoever goes on."""
        ...

    async def noted(self, key: str) -> Json:
        """What was noted; None for nothing."""
        ...

    async def finish(self, about: Mapping[str, Json]) -> Snapshot:
        """Write the files, the manifest last.

        `about` are the manifest's fields that only the procedure knows: workspace, full_at,
        read_at, content, unread_content, comments_read, requests_count, edited_meanwhile_count,
        warnings.
        """
        ...

    async def abandon(self) -> None:
        """Throw it away."""
        ...

    def close(self) -> None:
        """Let go of it as it is, for whoever goes on; nothing to do once it is finished."""
        ...


class Backups(Protocol):
    """The snapshots of one connection on this machine; methods may raise BackupUnusable."""

    async def begin(self, *, mode: Mode, base_id: str | None, at: datetime) -> Draft:
        """The unfinished draft of that mode and base, else a new one that holds the base's records.

        Raises BackupUnusable while another process writes one; BaseUnusable when it is the base
        that cannot be read.
        """
        ...

    async def snapshots(self) -> tuple[Snapshot | Broken, ...]:
        """All that are there, newest first; their manifests were read, their files were not."""
        ...

    async def snapshot(self, snapshot_id: str) -> Snapshot:
        """That one; BackupUnusable when it is not there or its manifest does not hold."""
        ...

    async def verify(self, snapshot_id: str, level: CheckLevel) -> Check:
        """Check it up to that level and remember what came of it, which is never raised."""
        ...

    def records(
        self, snapshot_id: str, kind: RecordKind, place: str | None = None
    ) -> AsyncIterator[tuple[str, str, Json]]:
        """Its records (place, id, record) by place and id, of one place where it is named.

        Raises BackupUnusable with the reason at the first byte that is not as the manifest says.
        """
        ...

    async def record(self, snapshot_id: str, kind: RecordKind, record_id: str) -> Json:
        """One record, or None. Raises BackupUnusable as `records`."""
        ...

    async def remove(self, snapshot_id: str) -> None:
        """Remove it for good."""
        ...


class Maker(Protocol):
    """Makes objects of a snapshot again; every method may raise a NotionError.

    `plan_id` is of the plan that makes them: its map from old ids to new ones is kept after each.
    The original id `place` is of none of them: a new page below which they are made.
    """

    def attributed(self, procedure: str, run_id: str) -> "Maker":
        """The same, its calls recorded under that procedure and run."""
        ...

    def essence(self, kind: RecordKind, record: Json) -> Essence:
        """What procedures may know of the record."""
        ...

    async def state(self, plan_id: str, original_id: str) -> Reached | None:
        """How far that object is; None when it is not made, or in the trash again."""
        ...

    async def make(self, plan_id: str, snapshot_id: str, original_id: str, parent: str) -> None:
        """Make it below `parent` (an original id of the map, or an id of Notion): twice is once.

        With its content, unless that leads to what is not made yet: then `link` makes it. What
        another process left half done is finished. A new database has its first table.
        """
        ...

    async def link(self, plan_id: str, snapshot_id: str, original_id: str) -> None:
        """Make what of it leads to other objects, and its comments: twice is once."""
        ...

    async def refill(self, plan_id: str, snapshot_id: str, page_id: str) -> None:
        """Add those blocks that its content in the snapshot has and the page has not, at its end.

        What is there has to be the beginning of it. Twice is once. What leads to objects that the
        plan made leads to the new ones; to what is gone, it becomes text.
        """
        ...

    async def empty(self, page_id: str) -> None:
        """Move its blocks to the trash, the last first; pages and databases in it stay."""
        ...

    async def unmake(self, plan_id: str, original_id: str) -> None:
        """Move what was made to the trash."""
        ...

    async def new_ids(self, plan_id: str) -> Mapping[str, str]:
        """What was made by the plan so far: new ids by original ones."""
        ...


class DataBook(Protocol):
    """What we remember of the data's state; methods may raise StoreUnusable."""

    async def note_schema(self, data_source_id: str, at: datetime, schema: Json) -> None:
        """Remember the schema, when it is not the newest that is kept."""
        ...

    async def schemas(self, data_source_id: str) -> tuple[tuple[datetime, Json], ...]:
        """The schemas seen and since when, newest first."""
        ...

    async def acknowledge(self, known: Sequence[Acknowledged]) -> None:
        """Keep them, each in the place of one of the same rule and row."""
        ...

    async def acknowledged(self) -> tuple[Acknowledged, ...]:
        """All that are kept, expired ones too."""
        ...

    async def saw(
        self, rule: str, row_ids: Sequence[str], at: datetime, *, complete: bool
    ) -> Mapping[str, datetime]:
        """When each of the rows was first seen to break the rule, this time included.

        `complete`: every row was checked, so that those not among them are forgotten.
        """
        ...

    async def roll_up(self, data_source_id: str, samples: Sequence[RolledRow]) -> None:
        """Keep what reports need of rows that will be gone; the same row again replaces it."""
        ...

    async def rolled_up(
        self, data_source_id: str, since: date, until: date
    ) -> tuple[RolledRow, ...]:
        """What is kept of rows of those days, `until` included, oldest first."""
        ...
