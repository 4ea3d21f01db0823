"""The workspace with one of everything lacks nothing that the embedded workspace serves."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.rich_workspace import Rich, fill
from server.workspace.block_types import NAMES
from server.workspace.core import JSON, Workspace
from server.workspace.properties import CODECS
from tests.server.notion.fakes import NOON, TOKEN


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        yield opened


@pytest.fixture
def rich(workspace: Workspace) -> Rich:
    return fill(workspace, token=TOKEN)


def kinds_below(workspace: Workspace, rich: Rich, block_id: str) -> Iterator[str]:
    path = f"/v1/blocks/{block_id}/children"
    for block in workspace.perform("GET", path, actor=rich.owner)["results"]:
        yield block["type"]
        yield from kinds_below(workspace, rich, block["id"])


def test_it_has_every_type_of_block(workspace: Workspace, rich: Rich) -> None:
    found = set(kinds_below(workspace, rich, rich.handbook_id))
    assert found == {*NAMES, "child_page", "child_database"}


def test_it_has_every_type_of_property(workspace: Workspace, rich: Rich) -> None:
    schema = workspace.perform("GET", f"/v1/data_sources/{rich.tasks_id}", actor=rich.owner)
    assert {prop["type"] for prop in schema["properties"].values()} == set(CODECS)


def test_its_first_rows_have_more_relations_than_a_page_shows(
    workspace: Workspace, rich: Rich
) -> None:
    def row(page_id: str) -> JSON:
        shown = workspace.perform("GET", f"/v1/pages/{page_id}", actor=rich.owner)
        properties: JSON = shown["properties"]
        return properties

    assert row(rich.project_ids[0])["Tasks"]["has_more"]
    assert row(rich.task_ids[0])["Blocks"]["has_more"]
