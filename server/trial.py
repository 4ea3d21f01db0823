"""A trial restore: a snapshot made again in an embedded workspace of its own, and compared."""

import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from playbooks.apply_plan import apply_plan
from playbooks.data_ports import Backups
from playbooks.errors import BackupUnusable
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from playbooks.restore_told import ENOUGH_PERCENT
from server.notion.client import open_client
from server.notion.editor import NotionEditor
from server.notion.exporter import NotionExporter
from server.notion.maker import NotionMaker
from server.notion.wire import Profile
from server.store.kept_remade import KeptRemade
from server.store.sql import SqlStore
from server.workspace.asgi import create_app
from server.workspace.core import Actor, Workspace
from server.workspace.inside import Inside

if TYPE_CHECKING:
    from playbooks.desk import Desk

Figures = Mapping[str, float | int | str | None]

_KEY: Final = "trial"
_ADDRESS: Final = "http://trial.invalid"
_OWNER: Final = Actor("00000000-0000-4000-8000-000000000000", "person")
_NAMES: Final = (
    "match_percent", "values_count", "lost_count", "doubled_count", "unexplained_count",
    "beyond_count",
)  # fmt: skip


async def try_restore(desk: "Desk", backups: Backups, snapshot_id: str) -> Figures:
    """Restore all of the snapshot with the plan that a person would approve; figures of it.

    Raises BackupUnusable when it cannot be restored, or is not the same afterwards.
    """
    with TemporaryDirectory(prefix="trial-") as apart:
        async with _apart(desk, backups, snapshot_id, Path(apart)) as (trial_desk, home_id):
            started_s = time.monotonic()
            planned = await plan_change(
                trial_desk, "restore", Request(snapshot=snapshot_id, into=home_id), actor=_KEY
            )
            plan_id = planned.measurements["plan_id"]
            if plan_id is None:
                return {"restored_s": 0.0, "changes_count": 0}
            applied = await apply_plan(trial_desk, str(plan_id), actor=_KEY)
            restored_s = round(time.monotonic() - started_s, 3)
    return _judged(applied, restored_s)


def _judged(applied: Report, restored_s: float) -> Figures:
    measured = applied.measurements
    if measured["state"] != "applied":
        raise BackupUnusable(
            f"Its trial restore ended {measured['state']}: {applied.headline}",
            remedy="Make a full backup with create_backup, and try that one.",
        )
    match, lost, doubled = (measured.get(name) for name in ("match_percent", "lost_count",
                                                            "doubled_count"))  # fmt: skip
    if (match is not None and float(match) < ENOUGH_PERCENT) or lost or doubled:
        raise BackupUnusable(
            f"Its trial restore is not the same: {match} % of the values match, {lost} objects"
            f" lost, {doubled} doubled.",
            remedy="Make a full backup with create_backup, and try that one.",
        )
    figures = {name: measured.get(name) for name in _NAMES}
    return {**figures, "restored_s": restored_s, "changes_count": measured["changes_count"]}


@asynccontextmanager
async def _apart(
    desk: "Desk", backups: Backups, snapshot_id: str, directory: Path
) -> AsyncGenerator[tuple["Desk", str]]:
    """A desk over a workspace and a store of their own, and a page to restore into."""
    token = f"trial_{secrets.token_hex(24)}"
    store = SqlStore(f"sqlite:///{directory / 'store.sqlite3'}", clock=desk.clock)
    opened = Workspace.open(directory / "workspace.sqlite3", clock=desk.clock)
    with closing(opened) as workspace:
        bot_id = workspace.add_bot("Trial", token=token)
        async for _, user_id, user in backups.records(snapshot_id, "user"):
            if user["type"] == "person":
                workspace.add_person(user.get("name") or "", None, user_id=user_id)
        home_id = _home(workspace)
        workspace.share(home_id, bot_id)
        client = open_client(
            token,
            profile=Profile(_ADDRESS, None),
            record=lambda _: None,
            default_deadline_s=None,
            network=Inside(create_app(workspace)),
        )
        try:
            async with client:
                yield (
                    replace(
                        desk,
                        connection=replace(desk.connection, key=_KEY, read_only=False),
                        notion=client,
                        mirror=None,
                        store=store,
                        editor=NotionEditor(client),
                        exporter=NotionExporter(client),
                        maker=NotionMaker(client, backups, KeptRemade(store, connection=_KEY)),
                        backups=backups,
                        own_rows=None,
                        standing_approvals=frozenset({"restore"}),
                    ),
                    home_id,
                )
        finally:
            await store.aclose()


def _home(workspace: Workspace) -> str:
    title = {"title": [{"text": {"content": "Trial"}}]}
    body = {"parent": {"workspace": True}, "properties": {"title": title}}
    return str(workspace.perform("POST", "/v1/pages", body, actor=_OWNER)["id"])
