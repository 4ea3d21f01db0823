"""Calls from files, through the command line, into figures and into rows of Notion."""

import json
from pathlib import Path
from typing import Any

from tests.journeys.house import Here, Home, Team

SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}
EVENT = {
    "eventName": "tokensGenerated",
    "schema": "0.2.0",
    "timestamp": "2026-11-24T10:00:00.000Z",
    "model": "a-model",
    "provider": "ollama",
    "promptTokens": 900,
    "generatedTokens": 100,
}


def dev_data(root: Path) -> str:
    """Continue's folder: three requests, and a completion that took 412 ms."""
    folder = root / "dev_data" / "0.2.0"
    folder.mkdir(parents=True)
    shown = {"eventName": "autocomplete", "timestamp": EVENT["timestamp"], "time": 412}
    chat = {"eventName": "chatInteraction"}
    (folder / "tokensGenerated.jsonl").write_text((json.dumps(EVENT) + "\n") * 3)
    (folder / "autocomplete.jsonl").write_text(json.dumps(shown) + "\n")
    (folder / "chatInteraction.jsonl").write_text(json.dumps(chat) + "\n")
    return str(folder.parent)


def told(here: Here, home: Home, *arguments: str) -> dict[str, Any]:
    ended = here.run(home, *arguments, "--json", env=SAMPLE)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_continues_own_files_are_imported_once_and_counted(
    here: Here, sample_home: Home, tmp_path: Path
) -> None:
    folder = dev_data(tmp_path)

    dry = told(here, sample_home, "import-usage", folder, "--dry-run")
    first = told(here, sample_home, "import-usage", folder)
    again = told(here, sample_home, "import-usage", folder)
    day = ("--since", "2026-11-24", "--until", "2026-11-24")
    asked = ("call", "query_metrics", "--metric", "tokens", *day)
    figures = json.loads(here.run(sample_home, *asked, "--json", env=SAMPLE).stdout)

    assert (dry["new_count"], dry["by_tool"]) == (0, {"continue": 4})
    assert (first["new_count"], first["elsewhere_count"]) == (4, 1)
    assert (again["new_count"], again["known_count"]) == (0, 4)
    assert figures["measurements"]["continue_tokens_count"] >= 3000


def test_a_csv_reaches_a_database_that_is_ours_as_one_row_a_day_and_outcome(
    here: Here, team: Team, tmp_path: Path
) -> None:
    team.configure_ids()
    team.settings["databases"]["ai_tool_metrics"]["ours"] = True
    path = tmp_path / "calls.csv"
    lines = [f"copilot,2026-11-24T10:{n:02}:00Z,{100 + n},{'yes' if n else 'no'}" for n in range(9)]
    path.write_text("tool,at,response_time_ms,success\n" + "\n".join(lines) + "\n")

    first = json.loads(here.run_for(team, "import-usage", str(path), "--json").stdout)
    path.write_text(path.read_text() + "copilot,2026-11-24T11:00:00Z,500,yes\n")
    again = json.loads(here.run_for(team, "import-usage", str(path), "--json").stdout)

    assert (first["rows_added_count"], first["rows_pending_count"]) == (2, 0)
    assert (again["new_count"], again["rows_added_count"], again["rows_updated_count"]) == (1, 0, 1)


def test_lines_that_cannot_be_read_are_told_with_their_number(
    here: Here, sample_home: Home, tmp_path: Path
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"tool": "cursor", "at": "2026-11-24"}\n{broken\n')

    ended = here.run(sample_home, "import-usage", str(path), env=SAMPLE)

    assert ended.returncode == 1
    assert "calls.jsonl, line 2: is no JSON object" in ended.stdout
    assert "1 new" in ended.stdout


def test_a_file_that_is_not_there_is_refused(here: Here, sample_home: Home) -> None:
    ended = here.run(sample_home, "import-usage", "absent.jsonl", env=SAMPLE)

    assert ended.returncode == 64
    assert "Correct the path" in ended.stderr
