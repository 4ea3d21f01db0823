"""Plans of kind `restore` (P27): what a verified snapshot holds is brought back.

Everything or a database is made again below a new page, and nothing that is there is touched.
Rows and properties are put back where they were, as everything is with into="original": out of
the trash first, since that keeps ids, and never over what was edited later unless asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.backups_kept import Kept
from playbooks.data_ports import Backups, Editor, Exporter, Maker
from playbooks.databases import DatabaseKey, kind_of, normal
from playbooks.desk import Desk
from playbooks.errors import BackupUnusable, NotFoundOrNotShared, RequestRefused
from playbooks.plan import Plan
from playbooks.plan_kind import Draft, Request, Trial
from playbooks.reconstruction import reconstruct
from playbooks.report import Finding
from playbooks.restore_check import Check, what_was_made
from playbooks.restore_in_place import InPlace
from playbooks.restore_order import (
    Holdings,
    below,
    changes_for,
    holdings_of,
    roots_of,
)
from playbooks.restore_request import fitted, is_in_place
from playbooks.restore_told import RestorePlan, drafted, told_comparison
from playbooks.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Means:
    """What a restore works with."""

    backups: Backups
    exporter: Exporter
    maker: Maker
    editor: Editor


async def propose(desk: Desk, request: Request) -> Draft:
    """What would be brought back, and what cannot be; without a backup, what is known of losses.

    Raises PlanUnusable when the arguments do not go together, BackupUnusable when the snapshot
    that was asked for is not there or does not verify.
    """
    request = fitted(request)
    means = _means(desk)
    if means is None:
        return Draft("There is no workspace to restore into.", blockers=(_NOWHERE,))
    snapshot = await _snapshot(means.backups, request)
    if snapshot is None:
        return await reconstruct(desk, means.exporter, means.editor)
    held = await holdings_of(means.backups, means.maker, snapshot.id)
    tables = _tables(desk, held, request.database)
    if request.database is not None and not tables:
        return Draft(f"The snapshot holds no {request.database}.", blockers=(_NO_TABLE,))
    if is_in_place(request):
        plan = await InPlace(means.backups, means.exporter, means.maker, means.editor).plan(
            snapshot, held, request, tables
        )
    else:
        plan = await _anew(means, snapshot, held, request, tables)
    return drafted(plan, snapshot, request)


async def judge(desk: Desk, plan: Plan, since: datetime) -> Trial:
    """Read back what was made and compare it with the snapshot; it stays either way."""
    del since
    means = _means(desk)
    made = None if means is None else await what_was_made(means.maker, plan)
    if means is None or made is None:
        return Trial("What was put back reads as it was planned.")
    compared = await Check(means.backups, means.exporter, means.maker, made).compared()
    return told_comparison(compared)


async def _anew(
    means: Means, snapshot: Snapshot, held: Holdings, request: Request, tables: Sequence[str]
) -> RestorePlan:
    databases = dict.fromkeys(held.things[table].parent_id or "" for table in tables)
    roots = tuple(databases) if request.database else roots_of(held)
    things = below(held, roots)
    if request.into is not None and not await _is_page(means.editor, request.into):
        return RestorePlan(held=held, things=things, blockers=(_NO_PAGE,))
    into = request.into or await _place(means, held, roots)
    if into is None:
        return RestorePlan(held=held, things=things, blockers=(_NO_PLACE,))
    day = f"{snapshot.manifest.started_at:%Y-%m-%d %H:%M} UTC"
    changes = changes_for(snapshot.id, held, things, into=into, day=day)
    return RestorePlan(held=held, things=things, changes=changes)


async def _is_page(editor: Editor, page_id: str) -> bool:
    """Whether it is a page that is shared and in no trash; a value of it can be read."""
    try:
        await editor.cell(page_id, "title")
        return await editor.in_trash(page_id) is False
    except (NotFoundOrNotShared, RequestRefused):
        return False


async def _place(means: Means, held: Holdings, roots: Sequence[str]) -> str | None:
    """A page to make the new one in: the holder of what is restored, else any that is there."""
    holders = dict.fromkeys(held.things[root].parent_id for root in roots if root in held.things)
    for holder in holders:
        if holder is not None and await means.editor.in_trash(holder) is False:
            return holder
    async for page in means.exporter.pages():
        page_id: str = page["id"]
        return page_id
    return None


async def _snapshot(backups: Backups, request: Request) -> Snapshot | None:
    """The one asked for, else the newest good one of the time asked for; each is checked now.

    None when there is no backup at all. Raises BackupUnusable when none that is meant is good.
    """
    if request.snapshot is not None:
        meant: tuple[Snapshot, ...] = (await backups.snapshot(request.snapshot),)
    else:
        found = Kept.of(await backups.snapshots()).snapshots
        meant = tuple(each for each in found if each.verified() and _is_in_time(each, request))
    for snapshot in meant:
        check = await backups.verify(snapshot.id, 1)
        if check.passed:
            return snapshot
    if not meant and request.as_of is None:
        return None
    raise BackupUnusable(
        f"Of the {len(meant)} backups that are meant none is good now.",
        remedy="`notion-playbooks backups list` tells which are there and why; name one with"
        " snapshot=ID, or leave as_of out.",
    )


def _is_in_time(snapshot: Snapshot, request: Request) -> bool:
    return request.as_of is None or snapshot.manifest.started_at <= request.as_of


def _tables(desk: Desk, held: Holdings, key: DatabaseKey | None) -> tuple[str, ...]:
    """The tables that are meant: configured by id, or of a usual title; all for None."""
    tables = [each for each in held.things.values() if each.kind == "data_source"]
    if key is None:
        return tuple(each.id for each in tables)
    setting, titles = desk.connection.databases.get(key), kind_of(key).titles
    configured = setting.id if setting is not None else None
    if configured is not None:
        wanted = configured.replace("-", "")
        named = [t for t in tables if wanted in {_plain(t.id), _plain(t.parent_id or "")}]
    else:
        named = [each for each in tables if normal(each.title) in titles]
    return tuple(each.id for each in named)


def _plain(object_id: str) -> str:
    return object_id.replace("-", "")


def _means(desk: Desk) -> Means | None:
    ports = desk.backups, desk.exporter, desk.maker, desk.editor
    backups, exporter, maker, editor = ports
    if backups is None or exporter is None or maker is None or editor is None:
        return None
    return Means(backups, exporter, maker, editor)


_NOWHERE: Final = Finding(
    id="restore.no_workspace",
    severity="critical",
    what="there is no workspace to restore into, or this server only reads",
    remedy="health_check tells what is missing.",
)
_NO_TABLE: Final = Finding(
    id="restore.no_table",
    severity="warning",
    what="no table of that meaning is in the snapshot",
    remedy="Name another snapshot, or restore everything.",
)
_NO_PAGE: Final = Finding(
    id="restore.no_page",
    severity="critical",
    what="into names no page that is shared with the integration and out of the trash",
    remedy="Name the id of such a page, or leave into out.",
)
_NO_PLACE: Final = Finding(
    id="restore.no_place",
    severity="critical",
    what="no page is shared in which the new page could be made",
    remedy="Share a page with the integration and name its id with into=PAGE_ID.",
)
