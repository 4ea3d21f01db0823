"""Planted defects, repaired by plans of both classes: what remains is nobody's but the team's."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.contract import Contract, PropertyContract
from playbooks.databases import DatabaseKey
from playbooks.desk import DatabaseSetting, Desk
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.repair_rows import mender_of
from playbooks.report import Report
from playbooks.validate_data import validate_data
from server.notion.editor import NotionEditor
from server.notion.exporter import NotionExporter
from server.workspace.core import JSON
from tests.journeys.test_planted_workspace import (
    UNPLANTABLE,
    Planting,
    broken,
    config,
    roles_of,
    today_of,
)
from tests.planted import CONTRACT, TYPES, planted
from tests.server.notion.mirroring import Table, open_table

BY_HAND = frozenset(
    {
        "completed_in_future",
        "started_in_future",
        "date_in_future",
        "done_without_completed",
        "in_progress_without_started",
        "unmapped_status",
        "unknown_priority",
        "duplicate_title",
        "similar_title",
        "duplicate_key",
    }
)
"""A person may decide these, but the planted rows do not tell what is right."""


@dataclass(slots=True)
class Office:
    desk: Desk
    table: Table

    async def repaired(self, *, review: bool, database: DatabaseKey | None = None) -> list[Report]:
        """Plans of one class, each applied, until there is nothing left to plan."""
        reports = list[Report]()
        while True:
            self.table.watch.now += timedelta(minutes=5)
            report = await plan_change(
                self.desk, "repair", Request(review=review, database=database)
            )
            reports.append(report)
            plan_id = report.measurements["plan_id"]
            if plan_id is None:
                return reports
            await self.applied(str(plan_id))

    async def applied(self, plan_id: str) -> None:
        plan = await self.desk.store.plan(plan_id)
        assert plan is not None
        await approve(self.desk, plan.id, digest=plan.digest, by="terminal", actor="test")
        report = await apply_plan(self.desk, plan.id)
        assert report.measurements["changes_failed_count"] == 0, report.summary
        assert report.measurements["changes_skipped_count"] == 0, report.summary

    async def broken(self) -> dict[str, int]:
        """How many rows break each rule."""
        self.table.watch.now += timedelta(minutes=5)
        found = [await broken(self.desk, key) for key in TYPES]
        return {rule: len(ids) for each in found for rule, ids in each.items()}


@asynccontextmanager
async def opened(desk: Desk, directory: Path, seed: int) -> AsyncGenerator[Office]:
    types = {name: kind for name, kind in TYPES["task_management"].items() if kind != "relation"}
    schema = {name: config(kind, "") for name, kind in types.items()}
    async with open_table(directory, schema=schema) as table:
        planting = Planting(table, planted(seed, today_of(table), count=1, without=UNPLANTABLE))
        planting.make()
        databases: dict[DatabaseKey, DatabaseSetting] = {
            key: DatabaseSetting(id=place, properties={name: name for name in roles_of(key)})
            for key, place in planting.tables.items()
        }
        yield Office(at(desk, table, databases, CONTRACT), table)


def at(
    desk: Desk,
    table: Table,
    databases: Mapping[DatabaseKey, DatabaseSetting],
    contract: Contract,
) -> Desk:
    """The desk over that table's workspace and time."""
    return replace(
        desk,
        mirror=table.mirror,
        notion=table.client,
        editor=NotionEditor(table.client),
        exporter=NotionExporter(table.client),
        connection=replace(desk.connection, databases=databases),
        clock=table.watch,
        contracts={"task_management": contract},
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A place of its own for the workspace."""
    directory = tmp_path / "made"
    directory.mkdir()
    return directory


@pytest.mark.parametrize(
    "seed",
    [
        7,
        *(pytest.param(seed, marks=pytest.mark.long) for seed in range(20, 25)),
        *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(25, 70)),
    ],
)
async def test_after_safe_and_reviewed_plans_only_what_a_person_knows_remains(
    desk: Desk, made: Path, seed: int
) -> None:
    async with opened(desk, made, seed) as office:
        safe = await office.repaired(review=False)
        left = await office.broken()
        review = await office.repaired(review=True)
        remaining = await office.broken()
        last = review[-1].measurements

        assert (len(safe), len(review)) == (2, 2)
        assert not names(left) & {"spaced_title", "completed_before_started", "clock_time"}
        assert {rule for rule in names(remaining) if mender_of(rule) is not None} <= BY_HAND
        assert last["never_count"] == sum(remaining.values())
        assert [last[f"{word}_count"] for word in ("planned", "safe", "waiting")] == [0, 0, 0]


def names(rules: Mapping[str, int]) -> set[str]:
    """The rules without their databases."""
    return {rule.partition(".")[2] for rule in rules}


AGREED = Contract(
    properties={"status": PropertyContract(options=("Done", "Blocked"))},
    others={"Reviewer": PropertyContract(types=("rich_text",), required=True)},
)


async def test_a_schema_becomes_as_agreed_and_what_was_renamed_is_renamed_back(
    desk: Desk, made: Path
) -> None:
    schema: JSON = {"Status": {"select": {"options": [{"name": "Done"}]}}, "Hours": {"number": {}}}
    async with open_table(made, schema=schema) as table:
        setting = DatabaseSetting(id=table.id, properties={"actual_hours": "Hours"})
        office = Office(at(desk, table, {"task_management": setting}, AGREED), table)
        await validate_data(office.desk, database="task_management")
        renamed: JSON = {"properties": {"Hours": {"name": "Effort"}}}
        table.watch.now += timedelta(minutes=5)
        table.perform("PATCH", f"/v1/data_sources/{table.id}", renamed)
        task = table.add("A task", Effort={"number": 3})

        safe = await office.repaired(review=False, database="task_management")
        review = await office.repaired(review=True, database="task_management")
        columns = table.perform("GET", f"/v1/data_sources/{table.id}")["properties"]
        hours = table.perform("GET", f"/v1/pages/{task}")["properties"]["Hours"]["number"]

        assert (len(safe), len(review)) == (2, 2)
        assert columns.keys() == {"Name", "Status", "Hours", "Reviewer"}
        options = columns["Status"]["select"]["options"]
        assert [option["name"] for option in options] == ["Done", "Blocked"]
        assert hours == 3
