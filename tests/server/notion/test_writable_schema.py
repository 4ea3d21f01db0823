"""A schema is made again from what Notion shows of it."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.rich_workspace import QUOTED, Rich, fill, text
from server.notion.writable_schema import formulas_by_names, writable_column, writable_schema
from server.workspace.core import JSON, Workspace
from tests.server.notion.fakes import NOON, TOKEN


class Home:
    """A workspace with one of everything, its schemas read and made."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.rich: Rich = fill(workspace, token=TOKEN, tasks_count=5)

    def table(self, data_source_id: str) -> JSON:
        path = f"/v1/data_sources/{data_source_id}"
        return self.workspace.perform("GET", path, actor=self.rich.owner)

    def make(self, properties: JSON) -> str:
        """A table; the id of its data source."""
        body = {
            "parent": {"page_id": self.rich.home_id},
            "title": [text("Again")],
            "initial_data_source": {"properties": properties},
        }
        made = self.workspace.perform("POST", "/v1/databases", body, actor=self.rich.owner)
        return str(made["data_sources"][0]["id"])


@pytest.fixture
def home(tmp_path: Path) -> Generator[Home]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        yield Home(opened)


def elsewhere(schema: dict[str, JSON]) -> dict[str, JSON]:
    """What a second table needs of its own: another prefix, another other side."""
    tasks = {"Project": {"dual_property": {"synced_property_name": "Tasks again"}}}
    return {
        name: {**column, "unique_id": {"prefix": "AGAIN"}}
        if "unique_id" in column
        else {**column, "relation": {**column["relation"], **tasks.get(name, {})}}
        if "relation" in column
        else column
        for name, column in schema.items()
    }


def test_a_table_with_every_type_of_property_is_made_again(home: Home) -> None:
    wanted = elsewhere(writable_schema(formulas_by_names(home.table(home.rich.tasks_id))))
    made = home.table(home.make(wanted))
    assert writable_schema(formulas_by_names(made)) == wanted


def test_formulas_name_properties_as_they_are_called(home: Home) -> None:
    table = home.table(home.rich.tasks_id)
    shown = table["properties"]["Twice"]
    assert "notion:block_property" in shown["formula"]["expression"]

    named = formulas_by_names(table)["Twice"]
    assert named["formula"]["expression"] == 'prop("Points") * 2 + prop("Points \\"raw\\"")'
    assert named["id"] == shown["id"]


def test_a_property_of_another_table_stays_in_a_formula_as_notion_shows_it() -> None:
    foreign = "{{notion:block_property:title:other:space}}"
    named = formulas_by_names({
        "id": "own",
        "properties": {
            "Name": {"id": "title", "type": "title", "title": {}},
            "F": {"id": "a", "type": "formula", "formula": {"expression": foreign}},
        },
    })  # fmt: skip
    assert named["F"]["formula"]["expression"] == foreign


def test_a_column_is_told_with_its_name_and_without_ids(home: Home) -> None:
    column = writable_column(QUOTED, home.table(home.rich.tasks_id)["properties"])
    assert column == {"name": QUOTED, "number": {"format": "euro"}}


def test_a_rollup_of_which_a_name_is_not_told_is_known_by_the_id() -> None:
    rollup = {
        "relation_property_name": "", "relation_property_id": "re", "rollup_property_name": "N",
        "rollup_property_id": "ro", "function": "sum",
    }  # fmt: skip
    schema = {"R": {"id": "a", "type": "rollup", "rollup": rollup}}
    assert writable_schema(schema)["R"]["rollup"] == {
        "relation_property_id": "re", "rollup_property_name": "N", "function": "sum",
    }  # fmt: skip
