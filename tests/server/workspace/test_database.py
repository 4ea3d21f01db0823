"""The file: other programs' files are refused, and threads do not disturb each other."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.workspace.core import Actor, Workspace
from server.workspace.database import _UPGRADES
from server.workspace.errors import WorkspaceUnusable

Make = Callable[..., str]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("CREATE TABLE theirs (x)", id="another-programs"),
        pytest.param("PRAGMA user_version = 99", id="a-later-version"),
        pytest.param("CREATE TABLE t (x); PRAGMA user_version = 1", id="another-with-our-version"),
    ],
)
def test_a_database_that_is_not_ours_is_refused_and_left_as_it_was(
    tmp_path: Path, watch: Any, statement: str
) -> None:
    path = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.executescript(statement)
    before = path.read_bytes()

    with pytest.raises(WorkspaceUnusable, match="not a workspace of this version"):
        Workspace.open(path, clock=watch)

    assert path.read_bytes() == before


def test_a_folder_that_is_missing_is_named(tmp_path: Path, watch: Any) -> None:
    with pytest.raises(WorkspaceUnusable, match="No such file or directory"):
        Workspace.open(tmp_path / "missing" / "new.sqlite3", clock=watch)


def test_nobody_else_may_read_the_file(tmp_path: Path, workspace: Workspace, ada: Actor) -> None:
    page = {"parent": {"workspace": True}, "properties": {}}
    workspace.perform("POST", "/v1/pages", page, actor=ada)

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_two_processes_may_make_the_file_at_once(tmp_path: Path, watch: Any) -> None:
    path = tmp_path / "new.sqlite3"

    def open_it(_: int) -> tuple[bool, str]:
        with closing(Workspace.open(path, clock=watch)) as opened:
            return opened.created, opened.info().id

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(open_it, range(8)))

    assert sum(created for created, _ in outcomes) == 1
    assert len({workspace_id for _, workspace_id in outcomes}) == 1


def test_many_threads_write_and_nothing_is_lost(
    workspace: Workspace, make_table: Make, add_row: Make, ada: Actor
) -> None:
    table = make_table({"ID": {"unique_id": {}}})

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda i: add_row(table, str(i)), range(40)))

    rows = workspace.perform("POST", f"/v1/data_sources/{table}/query", {}, actor=ada)["results"]
    assert {row["id"] for row in rows} == set(made)
    numbers = [row["properties"]["ID"]["unique_id"]["number"] for row in rows]
    assert sorted(numbers) == list(range(1, 41))


def test_a_reader_sees_nothing_of_a_transaction_under_way(
    workspace: Workspace, make_table: Make, add_row: Make
) -> None:
    table = make_table({})

    with ThreadPoolExecutor(1) as beside, workspace.transaction():
        add_row(table, "row")
        seen = beside.submit(workspace.info).result()

    assert (seen.rows_count, workspace.info().rows_count) == (0, 1)


def test_a_file_of_the_first_version_is_opened_and_brought_up_to_date(
    tmp_path: Path, watch: Any
) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as old:
        for statement in _UPGRADES[0]:
            old.execute(statement)
        old.execute("INSERT INTO workspace VALUES ('its-id', 'Old')")
        old.execute("PRAGMA user_version = 1")
        old.commit()

    with closing(Workspace.open(path, clock=watch)) as opened:
        assert (opened.created, opened.info().id) == (False, "its-id")
        assert opened.set_conditions(search_delay_s=2).search_delay_s == 2
        assert opened.conditions().search_delay_s == 2


def test_a_file_in_which_something_stands_below_itself_still_answers(
    workspace: Workspace, ada: Actor, make_table: Make, add_row: Make, tmp_path: Path
) -> None:
    table = make_table({})
    row = add_row(table, "row")
    with closing(sqlite3.connect(tmp_path / "workspace.sqlite3")) as damaged, damaged:
        damaged.execute(
            "UPDATE nodes SET parent = (SELECT number FROM nodes WHERE id = ?)"
            " WHERE kind = 'database'",
            (row,),
        )

    found = workspace.perform("GET", f"/v1/pages/{row}", actor=ada)

    assert found["in_trash"] is False
