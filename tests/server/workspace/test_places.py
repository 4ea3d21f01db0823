"""What stands above: deep trees are no trouble, and the rows of a table ask for it only once."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from server.workspace import nodes, pages, tables
from server.workspace.call import Call
from server.workspace.core import Actor, Workspace
from server.workspace.identities import owner
from server.workspace.inputs import Input
from server.workspace.places import Places

Make = Callable[..., str]


@pytest.fixture
def call(workspace: Workspace, tmp_path: Path, ada: Actor) -> Generator[Call]:
    """A request of the owner, on a connection of its own."""
    assert workspace.created
    with closing(sqlite3.connect(tmp_path / "workspace.sqlite3")) as db:
        db.row_factory = sqlite3.Row
        yield Call(db, owner(ada), now_ms=0, ids=uuid4, path={}, query=Input({}, "query"))


def test_many_rows_cost_as_many_statements_as_few(
    call: Call, make_table: Make, add_row: Make
) -> None:
    table_id = make_table({})
    rows = [add_row(table_id, str(i)) for i in range(20)]
    table = tables.load(call, nodes.known(call.db, table_id))
    numbers = [nodes.known(call.db, row).number for row in rows]

    def statements_count(asked: list[int]) -> int:
        seen: list[str] = []
        call.db.set_trace_callback(seen.append)
        pages.answers(call, asked, table)
        call.db.set_trace_callback(None)
        return len(seen)

    assert statements_count(numbers) == statements_count(numbers[:2])


def test_a_deep_tree_is_looked_through(call: Call) -> None:
    top = nodes.insert(call, "page", None, {})
    below = top
    for _ in range(1_500):
        below = nodes.insert(call, "page", below.number, {})

    nodes.update(call, top, {}, in_trash=True)

    assert Places(call).is_trashed(below)
