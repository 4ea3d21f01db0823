"""What the documents promise: every command in them is run, every key in them is known."""

import re
import shlex
from pathlib import Path

import pytest

from playbooks.databases import KINDS
from server.cli.main import main
from server.importing.map import parse_map
from server.settings import read_configuration

CHECKOUT = Path(__file__).parent.parent
DOCUMENTS = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
PROGRAM = ".venv/bin/notion-playbooks"
FIND_DEFECTS = {"velocity_report", "query_metrics", "validate_data"}
"""Tools that warn of the sample's honest defects, which is status 1."""


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text("utf-8"), re.DOTALL)


def commands() -> list[str]:
    lines = [
        line
        for document in DOCUMENTS
        for block in blocks(document, "sh")
        for line in block.splitlines()
    ]
    return [line for line in lines if line.startswith(PROGRAM)]


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_works(
    sample_home: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """In this process, since starting Python takes longer than most of them."""
    del sample_home
    Path("FILE.csv").write_text("Key,Summary\nA-1,Paint the door\n", "utf-8")
    Path("calls.csv").write_text("tool,at,response_time_ms\ncursor,2026-11-24,420\n", "utf-8")
    words = shlex.split(command)[1:]
    if "get_record" in words:
        main(["--health-check"])
        capsys.readouterr()

    status = main(words)

    shown = capsys.readouterr()
    warns = bool(FIND_DEFECTS & set(words))
    assert (status, shown.err) == (1 if warns else 0, "")
    assert shown.out


def test_the_first_command_of_the_readme_is_a_target_of_make() -> None:
    named = set(
        re.findall(r"^make (\w+)$", (CHECKOUT / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    targets = set(re.findall(r"^(\w+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert named == {"health", "test"}
    assert named <= targets


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    assert "\nmake test\n" in (CHECKOUT / ".ci" / "run").read_text("utf-8")


def test_the_documented_configuration_has_no_mistake(home: Path) -> None:
    del home
    (example,) = blocks(CHECKOUT / "docs" / "configuration.md", "toml")
    Path("playbooks.toml").write_text(example, "utf-8")

    assert read_configuration().mistakes == ()


def test_the_documented_contract_is_one(home: Path) -> None:
    del home
    (example,) = blocks(CHECKOUT / "docs" / "data-quality.md", "toml")
    Path("contracts").mkdir()
    Path("contracts/task_management.toml").write_text(example, "utf-8")

    assert read_configuration().mistakes == ()


def test_the_documented_map_is_one(home: Path) -> None:
    del home
    (example,) = blocks(CHECKOUT / "docs" / "import.md", "toml")
    Path("map.toml").write_text(example, "utf-8")

    assert parse_map(["map.toml"]).columns["title"] == "Summary"


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*DOCUMENTS, CHECKOUT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_role_is_documented() -> None:
    text = (CHECKOUT / "docs" / "configuration.md").read_text("utf-8")
    told = {
        row.split("|")[1].strip(" `"): set(re.findall(r"`(\w+)`", row.split("|")[2]))
        for row in re.findall(r"^\| `\w+` \|.*\|$", text, re.MULTILINE)
    }

    for kind in KINDS:
        assert told[kind.key] == {role.name for role in kind.roles}
