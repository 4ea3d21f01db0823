import json
import tomllib
from pathlib import Path

import pytest

from playbooks.contract import Contract
from server.cli.main import main
from server.settings import read_configuration


def validate(capsys: pytest.CaptureFixture[str], rule: str) -> dict[str, object]:
    """The finding on that rule of the sample's development log."""
    words = ["--database", "development_log", "--rules", json.dumps([rule]), "--detail", "full"]
    main(["call", "validate_data", *words, "--json"])
    report = json.loads(capsys.readouterr().out)
    (finding,) = report["findings"]
    return {"status": report["status"], **finding}


def test_a_contract_is_inferred_from_what_is_there(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    assert main(["contract", "infer", "task_management"]) == 0

    inferred = Contract.model_validate(tomllib.loads(capsys.readouterr().out))
    title, status = inferred.properties["title"], inferred.properties["status"]
    assert title.filled
    assert not title.unique
    assert "Parked" in status.options
    assert inferred.properties["estimated_hours"].minimum == 0
    assert not inferred.properties["completed"].filled


def test_an_inferred_contract_is_written_once_and_then_in_force(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    written = Path("contracts/ai_tool_metrics.toml")
    assert main(["contract", "infer", "ai_tool_metrics", "--write"]) == 0
    written.write_text("version = 1\n", "utf-8")

    assert main(["contract", "infer", "ai_tool_metrics", "--write"]) == 64
    assert "--force replaces it" in capsys.readouterr().err
    assert main(["contract", "infer", "ai_tool_metrics", "--write", "--force"]) == 0
    assert read_configuration().contracts["ai_tool_metrics"].properties["tool"].filled
    assert main(["contract", "show", "ai_tool_metrics"]) == 0
    assert "# ai_tool_metrics: the team's over the playbook's" in capsys.readouterr().out


def test_an_inferred_contract_hides_no_defect_of_today(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    words = ["call", "validate_data", "--database", "task_management", "--json"]
    main(words)
    before = json.loads(capsys.readouterr().out)["measurements"]
    main(["contract", "infer", "task_management", "--write"])
    capsys.readouterr()

    main(words)

    assert json.loads(capsys.readouterr().out)["measurements"] == before


def test_what_is_acknowledged_is_told_and_does_not_vote(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    before = validate(capsys, "missing_date")
    rule = "development_log.missing_date"

    told = main(
        ["contract", "acknowledge", rule, "--until", "2999-12-31", "--reason", "old import"]
    )

    assert told == 0
    capsys.readouterr()
    assert main(["contract", "acknowledged"]) == 0
    assert capsys.readouterr().out == f"{rule}  every row  until 2999-12-31  old import\n"
    after = validate(capsys, "missing_date")
    assert (before["status"], before["severity"]) == ("warning", "warning")
    assert (after["status"], after["severity"]) == ("ok", "info")
    assert str(after["what"]).endswith("7 acknowledged")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["clock_time", "--until", "2999-01-01"], "is no rule", id="rule"),
        pytest.param(["development_log.x", "7", "--until", "2999-01-01"], "is no id", id="row"),
        pytest.param(["development_log.x", "--until", "soon"], "is no day", id="day"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["contract", "acknowledge", *words, "--reason", "known"])

    assert ended.value.code == 64
    assert told in capsys.readouterr().err


def test_a_day_that_is_past_is_refused(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    words = ["development_log.missing_date", "--until", "2020-01-01", "--reason", "known"]

    assert main(["contract", "acknowledge", *words]) == 64
    assert "2020-01-01 is past" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            ["development_log.missing_date", "--until", "9999-12-31"],
            "9999-12-31 has no day after it",
            id="last-day-of-all",
        ),
        pytest.param(
            ["development_log.spelling", "--until", "2999-12-31"],
            "there is no rule development_log.spelling; valid: ",
            id="no-rule",
        ),
    ],
)
def test_what_cannot_be_known_is_not_acknowledged(
    sample_home: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    del sample_home

    assert main(["contract", "acknowledge", *words, "--reason", "known"]) == 64

    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1
    main(["contract", "acknowledged"])
    assert capsys.readouterr().out == "Nothing is acknowledged.\n"


def test_a_change_of_a_schema_can_be_acknowledged(sample_home: Path) -> None:
    del sample_home
    words = ["development_log.drift.removed.abc", "--until", "2999-12-31", "--reason", "meant"]

    assert main(["contract", "acknowledge", *words]) == 0


def test_a_file_in_place_of_the_directory_of_contracts_is_told(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del sample_home
    Path("contracts").write_text("", "utf-8")

    assert main(["contract", "infer", "ai_tool_metrics", "--write", "--force"]) == 64

    assert "contracts is a file; contracts need a directory" in capsys.readouterr().err
