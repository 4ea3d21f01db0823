from pathlib import Path

import pytest

from server.contracts import read_contracts
from server.settings import read_configuration

TASKS = """version = 1

[properties.status]
types = ["status"]
options = ["To do", "Done"]

[others."Sprint goal"]
filled = true

[rules.done_without_actual]
mostly = 0.9
"""


@pytest.fixture
def contracts(home: Path) -> Path:
    del home
    directory = Path("contracts")
    directory.mkdir()
    return directory


def test_a_contract_beside_the_configuration_is_read(contracts: Path) -> None:
    (contracts / "task_management.toml").write_text(TASKS, "utf-8")

    configuration = read_configuration()

    contract = configuration.contracts["task_management"]
    assert configuration.mistakes == ()
    assert contract.properties["status"].options == ("To do", "Done")
    assert contract.others["Sprint goal"].filled
    assert contract.rule("done_without_actual").mostly == 0.9


def test_every_mistake_is_told_with_its_file_and_line(contracts: Path) -> None:
    (contracts / "task_management.toml").write_text(
        "version = 2\n[properties.statsu]\n[properties.title]\nfild = true\n"
        '[others."A"]\nuniqu=1\n',
        "utf-8",
    )
    (contracts / "development_log.toml").write_text("version = \n", "utf-8")
    (contracts / "tasks.toml").write_text("version = 1\n", "utf-8")

    log, strange, *others = read_configuration().mistakes

    path = "contracts/task_management.toml"
    assert log.startswith("contracts/development_log.toml: not valid TOML")
    assert strange.startswith(f"{path}, line 2: properties.statsu: there is no such role; valid:")
    version, filled, unique, file = others
    assert version.startswith(f"{path}, line 1: version: ")
    assert filled.startswith(f"{path}, line 4: properties.title.fild: there is no such key (did")
    assert unique.startswith(f"{path}, line 6: others.A.uniqu: there is no such key (did you mean")
    assert file.startswith("contracts/tasks.toml: no database of that name; valid: task_management")


def test_a_directory_that_is_configured_has_to_be_there(home: Path) -> None:
    del home
    Path("playbooks.toml").write_text('[contracts]\ndirectory = "agreed"\n', "utf-8")

    assert read_configuration().mistakes == ("agreed: there is no such directory",)
    assert read_contracts(Path("agreed"), configured=False).mistakes == ()
