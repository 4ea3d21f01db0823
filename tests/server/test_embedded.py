import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.embedded import alone, make_sample, open_embedded
from server.workspace.errors import WorkspaceUnusable

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NAME_OF_IT = "SELECT name FROM workspace"


def test_the_sample_is_made_once_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "workspace.sqlite3"
    told: list[int] = []
    with closing(
        open_embedded(path, clock=lambda: NOW, tell=lambda done, _: told.append(done))
    ) as w:
        token = w.own_token()
    with closing(open_embedded(path, clock=lambda: NOW)) as again:
        assert again.own_token() == token

    assert told == sorted(told)
    assert told
    assert path.stat().st_mode & 0o077 == 0
    assert [left.name for left in path.parent.glob(".making-*")] == []


def test_a_second_maker_leaves_the_first_ones_file(tmp_path: Path, sample_file: Path) -> None:
    path = tmp_path / "workspace.sqlite3"
    shutil.copy(sample_file, path)
    with closing(open_embedded(path, clock=lambda: NOW)) as first:
        token = first.own_token()

    make_sample(path, clock=lambda: NOW)

    with closing(open_embedded(path, clock=lambda: NOW)) as still:
        assert still.own_token() == token


def test_a_reset_gives_the_new_sample_to_whoever_has_the_workspace_open(
    tmp_path: Path, sample_file: Path
) -> None:
    path = tmp_path / "workspace.sqlite3"
    shutil.copy(sample_file, path)
    with (
        closing(open_embedded(path, clock=lambda: NOW)) as opened,
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
    ):
        token = opened.own_token()
        opened.rename("Before")
        reader.execute("BEGIN")
        before = reader.execute(NAME_OF_IT).fetchone()

        make_sample(path, clock=lambda: NOW, replace=True)

        assert opened.info().name == "Sample workspace"
        assert (opened.own_token(), opened.knows(token)) == (token, True)
        # A read that was under way sees one state until its end.
        assert reader.execute(NAME_OF_IT).fetchone() == before == ("Before",)
        opened.rename("After")
        reader.execute("COMMIT")
        assert reader.execute(NAME_OF_IT).fetchone() == ("After",)
    with closing(open_embedded(path, clock=lambda: NOW)) as again:
        assert again.info().name == "After"


def test_a_reset_that_is_interrupted_changes_nothing(tmp_path: Path, sample_file: Path) -> None:
    path = tmp_path / "workspace.sqlite3"
    shutil.copy(sample_file, path)

    with pytest.raises(KeyboardInterrupt):
        make_sample(path, clock=lambda: NOW, tell=interrupt, replace=True)

    assert path.read_bytes() == sample_file.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def interrupt(_done: int, _total: int) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_making_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "workspace.sqlite3"

    with pytest.raises(KeyboardInterrupt):
        make_sample(path, clock=lambda: NOW, tell=interrupt)

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceUnusable, match=r"Not a directory|File exists"):
        open_embedded(tmp_path / "file" / "workspace.sqlite3", clock=lambda: NOW)


def test_only_one_at_a_time_holds_a_lock_and_the_next_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "workspace.sqlite3"

    with alone(path) as first, alone(path) as second:
        assert (first, second) == (True, False)
    with alone(path) as third:
        assert third


def test_a_full_disk_or_broken_file_is_told_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "workspace.sqlite3"
    path.mkdir()

    with pytest.raises(WorkspaceUnusable):
        make_sample(path, clock=lambda: NOW, replace=True)


def test_the_lock_makes_its_place_at_first_use(tmp_path: Path) -> None:
    with alone(tmp_path / "data" / "workspace.sqlite3") as first:
        assert first


def test_a_lock_without_a_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(WorkspaceUnusable),
        alone(tmp_path / "file" / "workspace.sqlite3"),
    ):
        pytest.fail("nobody may hold it")
