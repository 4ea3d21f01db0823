"""What of a snapshot is made again below a new page, and in which order.

First all objects, what holds them before them; then the columns of tables that lead to others;
then what of pages leads to others. So whatever is named is there when it is.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.data_ports import Backups, Maker
from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.snapshot import Json
from playbooks.targets import Target
from playbooks.text import shown

PLACE: Final = "place"
"""The original id of the new page below which everything is made."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a snapshot. `links`: something of it leads to other objects.

    `blocks_count` is what it takes of a workspace whose blocks are limited for its lifetime.
    """

    id: str
    kind: str
    title: str
    parent_id: str | None
    hash: str
    links: bool = False
    blocks_count: int = 1


@dataclass(slots=True)
class Holdings:
    """Everything that a snapshot holds, by id; `beyond` counts what nobody can make again.

    `tables_of` are the tables of each database, the one first that comes with it.
    """

    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    tables_of: dict[str, list[str]] = field(
        default_factory=lambda: defaultdict[str, list[str]](list)
    )
    beyond: Counter[str] = field(default_factory=Counter[str])

    def first_tables(self) -> frozenset[str]:
        """The tables that are made with their databases."""
        return frozenset(tables[0] for tables in self.tables_of.values())


async def holdings_of(backups: Backups, maker: Maker, snapshot_id: str) -> Holdings:
    """Read the snapshot; raises BackupUnusable at the first thing that is not as it should be."""
    held = Holdings()
    stands_in: dict[str, str] = {}
    blocks: dict[str, tuple[int, bool]] = {}
    async for _, page_id, record in backups.records(snapshot_id, "content"):
        essence = maker.essence("content", record)
        stands_in |= dict.fromkeys(essence.keys, page_id)
        blocks[page_id] = (len(essence.values), bool(essence.leads_to))
        _count_beyond(held, essence)
    discussed: set[str] = set()
    async for _, page_id, record in backups.records(snapshot_id, "comments"):
        discussed.add(page_id)
        _count_beyond(held, maker.essence("comments", record))
    async for _, database_id, record in backups.records(snapshot_id, "database"):
        _take(held, "database", database_id, record, maker.essence("database", record))
    async for _, table_id, record in backups.records(snapshot_id, "data_source"):
        essence = maker.essence("data_source", record)
        _take(held, "data_source", table_id, record, essence)
        held.tables_of[essence.parent_id or ""].append(table_id)
    async for _, page_id, record in backups.records(snapshot_id, "page"):
        essence = maker.essence("page", record)
        count, leads = blocks.get(page_id, (0, False))
        links = leads or bool(essence.leads_to) or page_id in discussed or "lock" in essence.values
        _take(held, "page", page_id, record, essence, links=links, blocks_count=count + 1)
    for thing_id, page_id in stands_in.items():
        if thing_id in held.things:
            held.things[thing_id] = _moved(held.things[thing_id], page_id)
    return held


def _take(  # noqa: PLR0913 - what a thing consists of
    held: Holdings,
    kind: str,
    thing_id: str,
    record: Json,
    essence: Essence,
    *,
    links: bool = False,
    blocks_count: int = 1,
) -> None:
    held.things[thing_id] = Thing(
        thing_id, kind, essence.title, essence.parent_id, hash_of(record), links, blocks_count
    )
    _count_beyond(held, essence)


def _count_beyond(held: Holdings, essence: Essence) -> None:
    held.beyond.update(essence.beyond.values())


def _moved(thing: Thing, page_id: str) -> Thing:
    """On the page that holds the block that it stands in."""
    return Thing(
        thing.id, thing.kind, thing.title, page_id, thing.hash, thing.links, thing.blocks_count
    )


def hash_of(record: Json) -> str:
    """SHA-256 of a record, by which a plan is about this very one."""
    written = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def below(held: Holdings, roots: Sequence[str]) -> tuple[Thing, ...]:
    """These things and all that they hold, what holds before what is held."""
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for thing in held.things.values():
        children[thing.parent_id].append(thing.id)
    found, reached = list(roots), set(roots)
    for thing_id in found:
        new = [each for each in children[thing_id] if each not in reached]
        found += new
        reached.update(new)
    return tuple(held.things[thing_id] for thing_id in found if thing_id in held.things)


def roots_of(held: Holdings) -> tuple[str, ...]:
    """The things whose holder is not in the snapshot: tables and their pages' tops first."""
    tops = [each for each in held.things.values() if each.parent_id not in held.things]
    return tuple(each.id for each in tops)


def changes_for(
    snapshot_id: str, held: Holdings, things: Sequence[Thing], *, into: str, day: str
) -> tuple[Change, ...]:
    """Every change that makes these things again below a new page in `into`."""
    return (
        _made(snapshot_id, _place(snapshot_id, day), into),
        *made_changes(snapshot_id, held, things),
        *linked_changes(snapshot_id, things),
    )


def _place(snapshot_id: str, day: str) -> Thing:
    return Thing(PLACE, "page", f"Restored from {day}", None, hash_of(snapshot_id))


def made_changes(snapshot_id: str, held: Holdings, things: Iterable[Thing]) -> Iterator[Change]:
    """The objects, below what holds them, or else below the new page."""
    inside = {thing.id for thing in things}
    for thing in things:
        if thing.id not in held.first_tables():
            parent = thing.parent_id if thing.parent_id in inside else PLACE
            yield _made(snapshot_id, thing, parent or PLACE)


def linked_changes(snapshot_id: str, things: Sequence[Thing]) -> Iterator[Change]:
    """What leads to others: of tables, then of pages."""
    for thing in sorted(things, key=lambda each: each.kind != "data_source"):
        if thing.kind == "data_source" or thing.links:
            target = Target("linked", (snapshot_id, thing.id))
            after = {"hash": thing.hash}
            yield Change(target=str(target), before=None, after=after, shown=_named(thing))


def made_change(snapshot_id: str, thing: Thing, parent: str) -> Change:
    """The change that makes it below that parent."""
    return _made(snapshot_id, thing, parent)


def _made(snapshot_id: str, thing: Thing, parent: str) -> Change:
    target = Target("made", (snapshot_id, thing.id))
    after = {"hash": thing.hash, "parent": parent}
    return Change(target=str(target), before=None, after=after, shown=_named(thing))


def _named(thing: Thing) -> str:
    return f"{thing.kind.replace('_', ' ')} {shown(thing.title)}"


def counts_of(things: Iterable[Thing]) -> Mapping[str, int]:
    """How many things of each kind."""
    return Counter(thing.kind for thing in things)
