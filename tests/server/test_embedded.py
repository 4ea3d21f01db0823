from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.embedded import alone, make_sample, open_embedded
from server.workspace.errors import WorkspaceUnusable

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


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


def test_a_second_maker_leaves_the_first_ones_file(tmp_path: Path) -> None:
    path = tmp_path / "workspace.sqlite3"
    make_sample(path, clock=lambda: NOW)
    with closing(open_embedded(path, clock=lambda: NOW)) as first:
        token = first.own_token()

    make_sample(path, clock=lambda: NOW)

    with closing(open_embedded(path, clock=lambda: NOW)) as still:
        assert still.own_token() == token


def test_an_interrupted_making_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "workspace.sqlite3"

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

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
