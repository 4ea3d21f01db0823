"""Whether the blocks of a page are those of a snapshot, and the change that puts them back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from playbooks.data_ports import Backups, Exporter, Maker
from playbooks.plan import Change
from playbooks.restore_order import Thing, hash_of
from playbooks.semantic_diff import compare
from playbooks.snapshot import Json
from playbooks.targets import Target
from playbooks.text import shown

MOST_COMPARED_COUNT: Final = 60
"""Pages whose content one plan compares: each takes a request at least, and a person waits."""

Standing = Literal["same", "empty", "begun", "other"]
"""`empty`: nothing is there but pages and databases. `begun`: what is there is as it was, and
more is missing."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Compares the blocks of pages with a snapshot; methods may raise a NotionError."""

    backups: Backups
    exporter: Exporter
    maker: Maker

    async def standing(self, snapshot_id: str, page_id: str, ids: Mapping[str, str]) -> Standing:
        """How the blocks that the page has now stand to those of the snapshot."""
        old: Json = await self.backups.record(snapshot_id, "content", page_id) or []
        there: list[Json] = await self.exporter.content(page_id)
        before, after = (self.maker.essence("content", each) for each in (old, there))
        differing = compare(page_id, before, after, ids).unexplained
        if not differing:
            return "same"
        if not after.values and len(there) == len(after.keys):
            return "empty"
        return "begun" if all(each.place not in after.values for each in differing) else "other"

    async def refill(self, snapshot_id: str, page: Thing) -> Change:
        """The change that puts its content back; of an empty page."""
        record = await self.backups.record(snapshot_id, "content", page.id)
        return Change(
            target=str(Target("content", (snapshot_id, page.id))),
            before=None,
            after={"hash": hash_of(record)},
            shown=f"content of {shown(page.title)}",
        )


async def content_state(contents: Contents, change: Change, ids: Mapping[str, str]) -> Any:
    """How the target of such a change is: as one of its sides, or as neither."""
    snapshot_id, page_id = Target.of(change.target).parts
    match await contents.standing(snapshot_id, page_id, ids):
        case "same":
            return change.before if change.after is None else change.after
        case "empty":
            return None
        case "begun":
            return change.before  # another try was cut short: this one goes on
        case "other":
            return {"hash": "another"}
