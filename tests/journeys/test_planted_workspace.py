"""Planted defects through the whole path: API, mirror, procedure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from playbooks.databases import DatabaseKey, kind_of
from playbooks.desk import DatabaseSetting, Desk
from playbooks.row_rules_check import failures
from playbooks.verdict import Verdict
from server.workspace.core import JSON
from tests.planted import CONTRACT, TYPES, Bed, planted
from tests.server.notion.mirroring import Table, make_table, open_table

UNPLANTABLE = frozenset(
    {
        "unreadable_value",  # Notion takes no such value
        "wrong_result_score",  # a formula has one type
        "one_sided_relation",  # Notion keeps both sides
        "reopened_after_completed",  # needs a refresh before and after
    }
)
CONFIGURED: Mapping[str, JSON] = {
    "select": {"select": {}},
    "formula": {"formula": {"expression": "1 + 1"}},
}


def config(kind: str, tasks_id: str) -> JSON:
    if kind == "relation":
        return {"relation": {"data_source_id": tasks_id, "single_property": {}}}
    return CONFIGURED.get(kind, {kind: {}})


def written(kind: str, value: Any, ids: list[str], trashed_id: str) -> JSON | None:
    """A value as the API takes it; None where there is nothing to write."""
    match kind:
        case "formula":
            return None
        case "title" | "rich_text":
            return {kind: [{"text": {"content": value}}] if value else []}
        case "select":
            return {"select": None if value is None else {"name": value}}
        case "date":
            return {"date": None if value is None else {"start": value.isoformat()}}
        case "relation":
            return {"relation": [{"id": ids[n] if n >= 0 else trashed_id} for n in value]}
        case _:
            return {kind: value}


class Planting:
    """Writes a bed into the tables of a workspace; `ids` are the pages by database."""

    def __init__(self, table: Table, bed: Bed) -> None:
        self.table = table
        self.bed = bed
        self.ids: dict[DatabaseKey, list[str]] = {key: [] for key in TYPES}
        self.tables: dict[DatabaseKey, str] = {}
        self.trashed_id = ""

    def make(self) -> None:
        tasks_id = self.table.id
        self._add_columns(tasks_id)
        for key, types in TYPES.items():
            schema = {name: config(kind, tasks_id) for name, kind in types.items()}
            if key == "task_management":
                self.tables[key] = tasks_id
            else:
                place = (self.table.workspace, self.table.actor, self.table.home_id)
                self.tables[key] = make_table(*place, schema)
        with self.table.workspace.transaction():
            self._fill()

    def _add_columns(self, tasks_id: str) -> None:
        relation: JSON = {
            "relation": {"data_source_id": tasks_id, "type": "dual_property", "dual_property": {}}
        }
        body: JSON = {"properties": {"related_tasks": relation}}
        self.table.perform("PATCH", f"/v1/data_sources/{tasks_id}", body)

    def _fill(self) -> None:
        self.trashed_id = self._page("task_management", {"title": "Thrown away"})
        for key, rows in self.bed.rows.items():
            for row in rows:
                self.table.watch.now += timedelta(minutes=1)  # Notion tells no finer
                late = {name for name, kind in TYPES[key].items() if kind == "relation"}
                self.ids[key].append(self._page(key, without(row, late)))
        for key, rows in self.bed.rows.items():
            for page_id, row in zip(self.ids[key], rows, strict=True):
                self._relate(key, page_id, row)
        self.table.edit(self.trashed_id, in_trash=True)

    def _page(self, key: DatabaseKey, row: Mapping[str, Any]) -> str:
        told = self._told(key, row)
        body = {"parent": {"data_source_id": self.tables[key]}, "properties": told}
        return str(self.table.perform("POST", "/v1/pages", body)["id"])

    def _told(self, key: DatabaseKey, row: Mapping[str, Any]) -> JSON:
        tasks = self.ids["task_management"]
        told = {
            name: written(TYPES[key][name], value, tasks, self.trashed_id)
            for name, value in row.items()
        }
        return {name: value for name, value in told.items() if value is not None}

    def _relate(self, key: DatabaseKey, page_id: str, row: Mapping[str, Any]) -> None:
        related = {
            name: row[name] for name, kind in TYPES[key].items() if kind == "relation" and row[name]
        }
        if related:
            self.table.edit(page_id, **self._told(key, related))


def without(row: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(20, 26))]
)
async def test_exactly_the_planted_defects_are_found_by_the_whole_path(
    desk: Desk, tmp_path: Path, seed: int
) -> None:
    types = {name: kind for name, kind in TYPES["task_management"].items() if kind != "relation"}
    schema = {name: config(kind, "") for name, kind in types.items()}
    (tmp_path / "made").mkdir()
    async with open_table(tmp_path / "made", schema=schema) as table:
        bed = planted(seed, today_of(table), count=1, without=UNPLANTABLE)
        planting = Planting(table, bed)
        planting.make()
        databases = {
            key: DatabaseSetting(id=place, properties={name: name for name in roles_of(key)})
            for key, place in planting.tables.items()
        }
        reading = replace(
            desk,
            mirror=table.mirror,
            connection=replace(desk.connection, databases=databases),
            clock=table.watch,
            contracts={"task_management": CONTRACT},
        )

        found = {rule: ids for key in TYPES for rule, ids in (await broken(reading, key)).items()}

        assert found == {
            rule: {planting.ids[key_of(rule)][place] for place in places}
            for rule, places in bed.expected.items()
        }


def today_of(table: Table) -> date:
    return table.watch.now.date()


def roles_of(key: DatabaseKey) -> list[str]:
    known = {role.name for role in kind_of(key).roles}
    return [name for name in TYPES[key] if name in known]


def key_of(rule: str) -> DatabaseKey:
    return next(key for key in TYPES if rule.startswith(f"{key}."))


async def broken(desk: Desk, key: DatabaseKey) -> dict[str, set[str]]:
    checkup = await failures(desk, key, procedure="validate_data", run_id="r")
    assert not isinstance(checkup, Verdict), checkup.gate.reason
    assert [each.error for each in checkup.results if each.error] == []
    results = {each.rule.id: each.failed for each in checkup.results if each.failed}
    return {rule: {each.row.id for each in failed} for rule, failed in results.items()}
