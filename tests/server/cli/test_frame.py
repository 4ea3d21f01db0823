"""Every command ends with the same status for the same trouble."""

from pathlib import Path

import pytest

from server.cli.main import main

COMMANDS = [
    pytest.param(["plans"], id="plans"),
    pytest.param(["audit"], id="audit"),
    pytest.param(["contract", "acknowledged"], id="contract"),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_store_that_cannot_be_used_is_a_failure(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.setenv("PLAYBOOKS_STORE__URL", f"sqlite:///{home}")

    assert main(command) == 1
    assert "cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        pytest.param(["backups", "list"], id="backups"),
        pytest.param(["workspace", "reset", "--yes"], id="workspace"),
        pytest.param(["import-usage", "x.csv"], id="import-usage"),
    ],
)
def test_a_mistake_in_the_configuration_is_a_usage_error(
    home: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (home / "playbooks.toml").write_text("bogus = 1\n", "utf-8")

    assert main(command) == 64
    assert "bogus" in capsys.readouterr().err
