import json
from pathlib import Path

import pytest

from server.settings import read_configuration, user_file
from server.told_settings import told_settings


def test_secrets_are_told_as_the_names_of_their_variables(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    token, password = "ntn_" + "a1" * 23, "pass" + "word9"
    monkeypatch.setenv("NOTION_API_TOKEN", token)
    monkeypatch.setenv("PLAYBOOKS_STORE__URL", f"postgresql://me:{password}@db/notes")
    Path("playbooks.toml").write_text(
        f'[work]\nzone = "Europe/Brussels"\n'
        f'[databases.task_management.properties]\nstatus = "{token}"\n',
        "utf-8",
    )

    told = told_settings(read_configuration())
    text = json.dumps(told)

    assert token not in text
    assert password not in text
    assert told["notion_api_token"] == {"secret_of": "NOTION_API_TOKEN"}
    assert told["store"] == {"url": {"secret_of": "PLAYBOOKS_STORE__URL"}}
    assert told["work"] == {"zone": "Europe/Brussels"}


def test_only_what_was_set_is_told(home: Path) -> None:
    del home

    assert told_settings(read_configuration()) == {}


@pytest.mark.parametrize("where", ["project", "dotenv"])
def test_a_project_does_not_steer_backups(home: Path, where: str) -> None:
    del home
    if where == "project":
        Path("playbooks.toml").write_text('[backups]\ndirectory = "out"\n', "utf-8")
    else:
        Path(".env").write_text("PLAYBOOKS_BACKUPS__DIRECTORY=out\n", "utf-8")

    configuration = read_configuration()

    assert any("alone" in mistake for mistake in configuration.mistakes)
    assert configuration.settings.backups.directory is None


def test_the_users_own_file_and_the_environment_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text("[backups]\nkeep.daily = 30\n", "utf-8")
    monkeypatch.setenv("PLAYBOOKS_BACKUPS__DIRECTORY", str(home / "elsewhere"))

    configuration = read_configuration()

    assert configuration.mistakes == ()
    assert configuration.settings.backups.keep.daily == 30
    assert configuration.backups_directory == home / "elsewhere"


def test_a_key_beside_the_backups_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = home / "data" / "notion-playbooks" / "backups"
    monkeypatch.setenv("PLAYBOOKS_BACKUPS__ENCRYPTION_KEY_FILE", str(directory / "x" / "key"))

    (mistake,) = read_configuration().mistakes

    assert "must not lie in the directory of the backups" in mistake
