"""What was lost, when there is no backup: the best evidence of each thing that is gone."""

from dataclasses import dataclass, field
from typing import Final

from playbooks.aspects import requests_of
from playbooks.data_ports import Editor, Exporter
from playbooks.desk import Desk
from playbooks.errors import NotFoundOrNotShared, NothingKept
from playbooks.objects import DataSource
from playbooks.plan import Change
from playbooks.plan_kind import Draft
from playbooks.report import Finding
from playbooks.rows import Row, Unreadable
from playbooks.targets import Target
from playbooks.text import listed, shown

_VALUES_SHOWN: Final = 6


@dataclass(slots=True)
class _Losses:
    untrashed: list[Change] = field(default_factory=list[Change])
    known: list[str] = field(default_factory=list[str])
    gone_count: int = 0
    looked_at_count: int = 0


async def reconstruct(desk: Desk, exporter: Exporter, editor: Editor) -> Draft:
    """Rows that our copies still hold and Notion shows no more.

    What is in the trash is taken out by the plan. Of the rest the values are told as they were
    last seen, for a person to enter again: they may be old, and no content is among them.
    """
    losses = _Losses()
    for table in () if desk.mirror is None else await desk.mirror.kept():
        await _look(desk, exporter, editor, table, losses)
    runs = await desk.store.latest_runs(connection=desk.configuration.digest, limit=20)
    reports = tuple(f"report {run.run_id} of {run.as_of:%Y-%m-%d %H:%M}" for run in runs)
    return Draft(
        headline=_headline(losses),
        changes=tuple(losses.untrashed),
        evidence=(*losses.known, *([f"our reports: {listed(reports)}"] if reports else [])),
        blockers=(_NO_BACKUP,),
        requests_count=sum(map(requests_of, losses.untrashed)),
        measurements={
            "rows_in_trash_count": len(losses.untrashed),
            "rows_gone_count": losses.gone_count,
        },
    )


async def _look(
    desk: Desk, exporter: Exporter, editor: Editor, table: DataSource, losses: _Losses
) -> None:
    if desk.mirror is None:
        return
    try:
        view = await desk.mirror.open(table.id, strategy="OFFLINE")
    except NothingKept:
        return
    age = f"{(desk.clock() - view.reading.as_of).total_seconds() / 3600:.1f} h ago"
    try:
        there = frozenset([row_id async for row_id in exporter.row_ids(table.id)])
    except NotFoundOrNotShared:
        there = frozenset[str]()
    async for row in view.rows():
        if row.id in there:
            continue
        title = _title(row)
        if await editor.in_trash(row.id):
            target = str(Target("trash", (row.id,)))
            losses.untrashed.append(
                Change(target=target, before=True, after=False, shown=shown(title))
            )
        else:
            losses.gone_count += 1
            losses.known.append(f"{shown(table.title)}, seen {age}: {_values(row)}")


def _title(row: Row) -> str:
    titles = [value.plain for value in row.values.values() if value.type == "title"]
    return str(titles[0]) if titles else row.id


def _values(row: Row) -> str:
    told = [
        f"{shown(name)} {shown(str(value.plain))}"
        for name, value in row.values.items()
        if value.plain not in {None, ""} and not isinstance(value.plain, Unreadable)
    ]
    return listed(told, _VALUES_SHOWN)


def _headline(losses: _Losses) -> str:
    return (
        f"There is no backup to restore from. {len(losses.untrashed)} rows that were seen can be"
        f" taken out of the trash; of {losses.gone_count} more only our copy is left."
    )


_NO_BACKUP: Final = Finding(
    id="restore.no_backup",
    severity="warning",
    what="no verified backup is kept, so pages, contents and rows we never read are not covered",
    remedy="Once all is well again: create_backup.",
)
