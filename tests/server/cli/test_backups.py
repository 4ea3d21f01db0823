import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from server.cli.main import main
from server.settings import user_file
from tests.playbooks.backed_up import Filled, filled

Run: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"), tasks_count=3)


@pytest.fixture
def run(
    home: Path, made: Filled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    shutil.copy(made.file, data / "workspace.sqlite3")

    def run(*words: str) -> tuple[int, str, str]:
        status = main(words)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


def test_a_backup_is_listed_verified_and_kept(run: Run) -> None:
    made, _, _ = run("call", "create_backup")
    listed, shown, _ = run("backups")
    _, as_json, _ = run("backups", "--json", "list")
    verified, told, _ = run("backups", "verify", "latest", "--level", "2")
    pruned, none, _ = run("backups", "prune", "--dry-run")

    (row,) = json.loads(as_json)
    assert (made, listed, verified, pruned) == (0, 0, 0, 0)
    assert row["id"] in shown
    assert row["verified"]
    assert "level 2 passed" in told
    assert none == "Nothing to remove.\n"


def test_a_harmed_backup_fails_with_status_1(run: Run, home: Path) -> None:
    run("call", "create_backup")
    (file,) = (home / "data" / "notion-playbooks" / "backups").glob("*/users.jsonl.zst")
    file.write_bytes(b"?" * file.stat().st_size)

    verified, told, _ = run("backups", "verify", "latest")
    file.unlink()
    listed, shown, _ = run("backups")

    assert (verified, listed) == (1, 1)
    assert "FAILED" in told
    assert "a file is missing: users.jsonl.zst" in shown


def test_what_is_no_backup_is_listed_as_foreign_and_fails_nothing(
    run: Run, home: Path, tmp_path: Path
) -> None:
    run("call", "create_backup")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (home / "data" / "notion-playbooks" / "backups" / "link").symlink_to(theirs)

    made, told, _ = run("call", "create_backup")
    listed, shown, _ = run("backups")
    verified, _, why = run("backups", "verify", "link")

    assert (made, listed, verified) == (0, 0, 64)
    assert "link  foreign: it is no backup, and is left alone" in shown
    assert "unusable" not in told
    assert "There is no backup 'link'" in why
    assert not list(theirs.iterdir())


def test_without_a_backup_it_says_how_to_make_one(run: Run) -> None:
    listed, shown, _ = run("backups", "list", "--all")
    verified, _, why = run("backups", "verify", "latest")

    assert (listed, verified) == (0, 64)
    assert "create_backup makes one" in shown
    assert "create_backup makes one" in why


def test_the_settings_come_back_as_a_file_that_holds(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTION_API_TOKEN", "ntn_" + "c3" * 23)
    user_file().parent.mkdir(parents=True)
    user_file().write_text(
        '[work]\nzone = "Europe/Brussels"\n[backups]\nkeep.daily = 30\n', "utf-8"
    )
    run("call", "create_backup")

    status, printed, _ = run("backups", "settings", "latest")

    told = tomllib.loads(printed)
    assert status == 0
    assert told["work"] == {"zone": "Europe/Brussels"}
    assert told["backups"] == {"keep": {"daily": 30}}
    assert "# NOTION_API_TOKEN holds a secret" in printed
    user_file().write_text(printed, "utf-8")
    assert run("backups")[0] == 0


def test_backups_are_encrypted_once_a_key_is_named(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = home / "key"
    made, told, _ = run("backups", "new-key", str(key))
    again, _, why = run("backups", "new-key", str(key))
    monkeypatch.setenv("PLAYBOOKS_BACKUPS__ENCRYPTION_KEY_FILE", str(key))

    run("call", "create_backup")
    with_key, _, _ = run("backups", "verify", "latest", "--level", "2")
    monkeypatch.delenv("PLAYBOOKS_BACKUPS__ENCRYPTION_KEY_FILE")
    without, said, _ = run("backups", "verify", "latest")

    assert (made, again, with_key, without) == (0, 1, 0, 1)
    assert "without it no backup can be read" in told
    assert "exists" in why
    assert "no key is configured" in said
