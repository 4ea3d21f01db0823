"""Makes the objects of a snapshot again, each once, and points them at each other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from playbooks.data_ports import Backups
from playbooks.errors import BackupUnusable, NotFoundOrNotShared
from playbooks.essence import Essence
from playbooks.remade import BEGUN, KeptObject, Reached
from playbooks.snapshot import RecordKind
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.essence import essence_of
from server.notion.maker_columns import Columns
from server.notion.maker_content import cleared, complete
from server.notion.maker_links import Links
from server.notion.maker_map import KeptMaps, Maps
from server.notion.maker_objects import Made, Objects, Wanted
from server.notion.maker_world import ObjectKind, World
from server.notion.references import references, translated, with_own_copies, without
from server.notion.writable_blocks import writable_blocks

PLACE: Final = "place"
"""The original id of what has none: the page below which everything is made."""

_PATIENCE_S: Final = 300.0
"""A restore spends whole windows of the budget: a call of it waits for the next ones."""


class NotionMaker:
    """Implements playbooks.data_ports.Maker.

    The map in `kept` says that an object is about to be made before it is, so that whoever goes
    on knows to look for it; and which one it is as soon as that is known.
    """

    def __init__(self, notion: NotionClient, backups: Backups, kept: KeptMaps) -> None:
        self._notion = notion.within(_PATIENCE_S)
        self._backups = backups
        self._kept = kept
        self._world = World(self._notion, backups)
        self._objects = Objects(self._notion, self._world)
        self._maps = Maps(kept)

    def attributed(self, procedure: str, run_id: str) -> "NotionMaker":
        """The same, its calls recorded under that procedure and run; it has looked up nothing."""
        return NotionMaker(self._notion.attributed(procedure, run_id), self._backups, self._kept)

    def essence(self, kind: RecordKind, record: Any) -> Essence:
        """What procedures may know of the record."""
        return essence_of(kind, record)

    async def state(self, plan_id: str, original_id: str) -> Reached | None:
        """How far the object is; None when it is not made, or in the trash again."""
        kept = await self._standing(plan_id, original_id)
        return None if kept is None or kept.state == "begun" else kept.state

    async def make(self, plan_id: str, snapshot_id: str, original_id: str, parent: str) -> None:
        """Make it below `parent`, with its content unless that leads to what is not made yet.

        Raises BackupUnusable when the snapshot has no such object.
        """
        kept = await self._standing(plan_id, original_id)
        if kept is not None and kept.state in {"filled", "linked"}:
            return
        wanted = await self._wanted(plan_id, snapshot_id, original_id, parent)
        if kept is not None and kept.state == "made":
            made = Made({original_id: kept.new_id})
        else:
            made = await self._made(plan_id, wanted, kept)
        if wanted.content and not made.whole:
            await complete(self._notion, made.ids[original_id], wanted.content)
            await self._maps.settle(plan_id, original_id, made.ids[original_id], "filled")

    async def link(self, plan_id: str, snapshot_id: str, original_id: str) -> None:
        """Make the columns, values, content and comments that lead to other objects.

        What leads outside the plan stays as it is if that is still there, else it is left out.
        """
        kept = await self._maps.find(plan_id, original_id)
        if kept is None or kept.state == BEGUN:
            raise NotFoundOrNotShared(None)
        kind, record = await self._record(snapshot_id, original_id)
        ids = await self._maps.ids(plan_id)
        match kind:
            case "data_source":
                table_of = partial(self._world.table, snapshot_id)
                await Columns(self._notion, ids, table_of).make_all(original_id)
                self._world.forget_columns()
            case "page":
                content = with_own_copies(await self._content(snapshot_id, original_id))
                comments = await self._backups.record(snapshot_id, "comments", original_id)
                links = Links(self._notion, self._world, ids)
                await links.make(kept.new_id, record, content, comments or [])
            case _:
                pass
        await self._maps.settle(plan_id, original_id, kept.new_id, "linked")

    async def refill(self, plan_id: str, snapshot_id: str, page_id: str) -> None:
        """Add what is missing of the page's content, which what is there begins."""
        content = with_own_copies(await self._content(snapshot_id, page_id))
        ids = await self._maps.ids(plan_id)
        gone = await self._world.gone(references(content) - ids.keys())
        wanted = translated(without(content, gone), ids)
        await complete(self._notion, page_id, writable_blocks(wanted))

    async def empty(self, page_id: str) -> None:
        """Move its blocks to the trash, the last first; pages and databases in it stay."""
        await cleared(self._notion, page_id)

    async def unmake(self, plan_id: str, original_id: str) -> None:
        """Move what was made to the trash."""
        kept = await self._maps.find(plan_id, original_id)
        if kept is not None and kept.new_id:
            await self._objects.trash(kept.new_id)

    async def new_ids(self, plan_id: str) -> Mapping[str, str]:
        """What was made by the plan so far: new ids by original ones."""
        return dict(await self._maps.ids(plan_id))

    async def _standing(self, plan_id: str, original_id: str) -> KeptObject | None:
        """The object as it is kept, unless it is gone or in the trash again."""
        kept = await self._maps.find(plan_id, original_id)
        if kept is None or kept.state == BEGUN:
            return kept
        return kept if await self._world.is_in_trash(kept.new_id) is False else None

    async def _made(self, plan_id: str, wanted: Wanted, kept: KeptObject | None) -> Made:
        """Made now, or by a dead process; kept from now on, what came with it first."""
        made = None
        if kept is None:
            await self._maps.begin(plan_id, wanted.original_id, self._clock())
        else:
            made = await self._objects.find(wanted, kept.at)
        made = made or await self._objects.create(wanted)
        for original_id, new_id in made.ids.items():
            if original_id != wanted.original_id:
                await self._maps.begin(plan_id, original_id, self._clock())
                await self._maps.settle(plan_id, original_id, new_id, "filled")
        state: Reached = "made" if wanted.content and not made.whole else "filled"
        await self._maps.settle(plan_id, wanted.original_id, made.ids[wanted.original_id], state)
        return made

    async def _wanted(
        self, plan_id: str, snapshot_id: str, original_id: str, parent: str
    ) -> Wanted:
        kind, record = await self._record(snapshot_id, original_id)
        ids = await self._maps.ids(plan_id)
        wanted = Wanted(original_id, kind, record, ids.get(parent, parent), ids)
        if kind == "database" and record["data_sources"]:
            first: str = record["data_sources"][0]["id"]
            table = await self._world.table(snapshot_id, first)
            return replace(wanted, first_table=table)
        if kind != "page":
            return wanted
        content = with_own_copies(await self._content(snapshot_id, original_id))
        if references(content) <= ids.keys():
            return replace(wanted, content=writable_blocks(translated(content, ids)))
        return wanted

    async def _record(self, snapshot_id: str, original_id: str) -> tuple[ObjectKind, JSON]:
        if original_id == PLACE:
            started_at = (await self._backups.snapshot(snapshot_id)).manifest.started_at
            return "place", {"title": f"Restored from {started_at:%Y-%m-%d %H:%M} UTC"}
        found = await self._world.record(snapshot_id, original_id)
        if found is None:
            raise BackupUnusable(
                f"The snapshot {snapshot_id} holds no {original_id[:64]!r}.",
                remedy="Make a new plan with plan_change.",
            )
        return found

    async def _content(self, snapshot_id: str, original_id: str) -> list[JSON]:
        return await self._backups.record(snapshot_id, "content", original_id) or []

    def _clock(self) -> datetime:
        return self._notion.api.given.clock()
