"""What a person types wrongly is answered in one line, with status 64."""

from pathlib import Path

import httpx
import pytest

from server.workspace.sample.names import ROOT_TITLE
from tests.journeys.house import Here, Home, Served, copy_database

SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}
REFUSED = 64
MAP = "--map external_id=No --map title=Title"


MISTAKES = (
    pytest.param("dance", "'dance'", id="unknown command"),
    pytest.param("--dance", "--dance", id="unknown option"),
    pytest.param("--health-check --max-age soon", "'soon'", id="max age that is no number"),
    pytest.param("--health-check --max-age -1", "--max-age", id="negative max age"),
    pytest.param("--health-check --max-age", "--max-age", id="max age without a value"),
    pytest.param("--health-check --fail-on never", "never", id="unknown status"),
    pytest.param("call", "TOOL", id="no tool named"),
    pytest.param("call velocity", "'velocity'", id="unknown tool"),
    pytest.param("call health_check --max-age 3", "'max_age'", id="unknown argument"),
    pytest.param("call get_record --kind", "--kind", id="argument without a value"),
    pytest.param("call get_record kind=run", "'kind' is no argument", id="argument without dashes"),
    pytest.param("call get_record --kind plan", "'run'", id="argument of another kind"),
    pytest.param("call get_record --kind run --id run_0", "'run_0'", id="unknown record"),
    pytest.param("workspace", "ACTION", id="no action named"),
    pytest.param("workspace serve --port many", "'many'", id="port that is no number"),
    pytest.param("workspace serve --port 65536", "'65536'", id="port out of range"),
    pytest.param("workspace import tasks none.csv", "--map", id="import without a map"),
    pytest.param(f"workspace import tasks none.csv {MAP}", "none.csv", id="import of no file"),
    pytest.param("workspace import tasks tasks.csv --map none.toml", "none.toml", id="no map file"),
    pytest.param("workspace import tasks tasks.csv --map bad.toml", "bad.toml", id="malformed map"),
    pytest.param(f"workspace import tasks tasks.csv {MAP} --map mood=No", "mood", id="role"),
    pytest.param(f"workspace import tasks tasks.csv {MAP} --map status=Of", "Of", id="column"),
    pytest.param("workspace faults dance", "'dance'", id="unknown act"),
    pytest.param("workspace faults add", "--fault", id="no fault named"),
    pytest.param("workspace faults add --fault fire", "'fire'", id="unknown fault"),
    pytest.param("workspace faults add --fault conflict --rate 2", "rate", id="rate beyond 1"),
    pytest.param("workspace faults add --fault conflict --route x", "'x'", id="route"),
    pytest.param(
        f"workspace faults add --fault conflict --count {10**20}", "less than", id="huge count"
    ),
    pytest.param("workspace faults add --fault conflict --status 500", "status", id="option"),
    pytest.param("workspace faults add --fault delayed", "latency_ms", id="option is missing"),
    pytest.param("workspace faults set none.json", "none.json", id="no plan file"),
    pytest.param("workspace faults set bad.toml", "bad.toml", id="malformed plan"),
    pytest.param("workspace faults limit", "--per-token", id="no limit named"),
    pytest.param("workspace faults limit --per-token 0", "'0'", id="no budget"),
    pytest.param("workspace faults limit --window 90000", "window_s", id="window too long"),
)


@pytest.fixture(scope="module")
def mistaken_home(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.made(tmp_path_factory.mktemp("mistakes") / "home")
    copy_database(served.pristine, home.data / "workspace.sqlite3")
    (home.working / "tasks.csv").write_text("No,Title,State\n1,One,Done\n")
    (home.working / "bad.toml").write_text("title = = 3\n")
    return home


@pytest.mark.parametrize(("typed", "told"), MISTAKES)
def test_bad_input_is_refused_in_one_line(
    mistaken_home: Home, here: Here, typed: str, told: str
) -> None:
    ended = here.run(mistaken_home, *typed.split(), env=SAMPLE)

    assert ended.returncode == REFUSED, ended.stderr
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    "typed",
    [
        "--help",
        "call --help",
        "init --help",
        "workspace --help",
        "workspace serve --help",
        "workspace faults --help",
    ],
)
def test_help_is_no_mistake(home: Home, here: Here, typed: str) -> None:
    ended = here.run(home, *typed.split())

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("usage: notion-playbooks")


def test_a_named_configuration_that_is_not_there_is_a_mistake(home: Home, here: Here) -> None:
    checked = here.run(home, "--config", "none.toml", "--health-check")
    refused = here.run(home, "--config", "none.toml", "call", "get_record", "--kind", "run")

    assert (checked.returncode, refused.returncode) == (2, REFUSED)
    assert "none.toml: there is no such file" in checked.stdout
    assert "none.toml: there is no such file" in refused.stderr


def test_reset_changes_nothing_unless_somebody_says_so(sample_home: Home) -> None:
    file = sample_home.data / "workspace.sqlite3"
    before = file.read_bytes()

    piped = sample_home.run("workspace", "reset", typed="yes\n")

    assert piped.returncode == REFUSED
    assert "--yes" in piped.stderr
    assert file.read_bytes() == before


def test_reset_with_yes_makes_the_sample_anew(home: Home, here: Here) -> None:
    file = home.data / "workspace.sqlite3"
    file.write_text("broken")

    ended = here.run(home, "workspace", "reset", "--yes")

    assert ended.returncode == 0
    assert file.read_bytes().startswith(b"SQLite format 3")
    assert [left.name for left in Path(home.data).iterdir()] == ["workspace.sqlite3"]


def test_a_reset_reaches_the_process_that_serves_and_its_clients_go_on(served: Served) -> None:
    served.restore()
    headers = {"Authorization": f"Bearer {served.own_token}", "Notion-Version": "2026-03-11"}
    with httpx.Client(base_url=served.address, headers=headers) as client:
        (found,) = client.post("/v1/search", json={"query": ROOT_TITLE}).json()["results"]
        titled = {"title": {"title": [{"text": {"content": "Renamed"}}]}}
        client.patch(f"/v1/pages/{found['id']}", json={"properties": titled})

        ended = Home(served.file.parents[2]).run("workspace", "reset", "--yes")

        assert ended.returncode == 0
        assert len(client.post("/v1/search", json={"query": ROOT_TITLE}).json()["results"]) == 1
        assert client.post("/v1/search", json={"query": "Renamed"}).json()["results"] == []
    served.restore()


def test_a_port_that_is_taken_is_told(sample_home: Home, here: Here, served: Served) -> None:
    port = served.address.rpartition(":")[2]

    ended = here.run(sample_home, "workspace", "serve", "--port", port)

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert f"port {port} cannot be taken" in ended.stderr


def test_call_prints_json_alone_and_the_record_is_the_run_just_made(
    sample_home: Home, here: Here
) -> None:
    made = sample_home.run("call", "health_check", "--json", env=SAMPLE)
    again = here.run(sample_home, "call", "get_record", "--kind=run", env=SAMPLE)

    assert (made.returncode, again.returncode) == (0, 0)
    run_id = made.stdout.partition('"run_id":"')[2].partition('"')[0]
    assert f"run {run_id}" in again.stdout
