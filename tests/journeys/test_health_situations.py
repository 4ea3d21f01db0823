"""`--health-check` in every situation a user may be in: the exit status, and what it tells."""

import socket
from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

import pytest

from server.workspace.faults import Delayed, FaultRule, RateLimited
from tests.journeys.house import (
    OWNER,
    Here,
    Home,
    Served,
    Team,
    new_token,
    report_in,
)

OK, WARNING, CRITICAL, UNKNOWN, REFUSED = 0, 1, 2, 3, 64
SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}


def nothing(team: Team) -> None:
    """Leave all as it is."""


def expected_workspace_and_ids(team: Team) -> None:
    database_id = team.table("task_management")["parent"]["database_id"]
    team.configure_ids(task_management=database_id)
    team.variables["NOTION_WORKSPACE_ID"] = team.workspace.info().id


def token_of_unknown_shape(team: Team) -> None:
    team.integrate(token=f"key-{uuid4()}")


def wrong_token(team: Team) -> None:
    team.variables["NOTION_API_TOKEN"] = new_token()


def token_lost_but_workspace_named(team: Team) -> None:
    team.variables = {"NOTION_WORKSPACE_ID": team.workspace.info().id}


def token_lost_but_databases_configured(team: Team) -> None:
    team.configure_ids()
    team.variables = {}


def wrong_workspace_id(team: Team) -> None:
    team.variables["NOTION_WORKSPACE_ID"] = str(uuid4())


def no_network(team: Team) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        team.settings["notion"]["base_url"] = f"http://127.0.0.1:{taken.getsockname()[1]}"
    team.settings["bands"] = {"health_deadline_s": 1}


def database_not_shared(team: Team) -> None:
    team.configure_ids()
    database_id = team.table("development_log")["parent"]["database_id"]
    team.workspace.unshare(database_id, team.bot_id)


def database_trashed(team: Team) -> None:
    team.configure_ids()
    team.change_table("ai_tool_metrics", {"in_trash": True})


def id_of_a_page(team: Team) -> None:
    page = team.workspace.perform(
        "POST",
        "/v1/pages",
        {
            "parent": {"workspace": True},
            "properties": {"title": {"title": [{"text": {"content": "Notes"}}]}},
        },
        actor=OWNER,
    )
    team.workspace.share(page["id"], team.bot_id)
    team.configure_ids(task_management=page["id"])


def no_insert_content(team: Team) -> None:
    team.integrate(capabilities=("read_content", "update_content"))


def no_read_content(team: Team) -> None:
    team.integrate(capabilities=("insert_content", "update_content"))


def rate_limited(team: Team) -> None:
    team.workspace.faults.set(FaultRule(RateLimited(retry_after_s=60)))


def slower_than_the_deadline(team: Team) -> None:
    # Were the deadline not kept, the command would outlive the time it is given here.
    team.workspace.faults.set(FaultRule(Delayed(latency_ms=60_000)))
    team.settings["bands"] = {"health_deadline_s": 0.5}


def some_databases_slow(team: Team) -> None:
    team.configure_ids()
    route = f"* /v1/data_sources/{team.table('task_management')['id']}*"
    team.workspace.faults.set(FaultRule(Delayed(latency_ms=60_000), route))
    team.settings["bands"] = {"health_deadline_s": 2}


def store_below_a_file(team: Team) -> None:
    blocked = team.home.working / "file"
    blocked.write_text("not a directory")
    team.variables["PLAYBOOKS_STORE__URL"] = f"sqlite:///{blocked / 'store.sqlite3'}"


def required_property_renamed(team: Team) -> None:
    team.change_table("task_management", {"properties": {"Status": {"name": "Etappe"}}})


SITUATIONS = (
    pytest.param(nothing, OK, "3 of 3 databases accessible (Notion)", "", id="good"),
    pytest.param(
        expected_workspace_and_ids,
        OK,
        "`Tasks` can be read",
        "",
        id="good with the ids of workspace, database and data sources",
    ),
    pytest.param(
        token_of_unknown_shape, WARNING, "of unknown shape", "begin with ntn_", id="token's shape"
    ),
    pytest.param(wrong_token, CRITICAL, "Notion refused the token", "Copy it again", id="refused"),
    pytest.param(
        token_lost_but_workspace_named,
        CRITICAL,
        "there is no token",
        "Set NOTION_API_TOKEN",
        id="a lost token and a workspace id",
    ),
    pytest.param(
        token_lost_but_databases_configured,
        CRITICAL,
        "there is no token",
        "Set NOTION_API_TOKEN",
        id="a lost token and database ids",
    ),
    pytest.param(
        wrong_workspace_id,
        CRITICAL,
        "NOTION_WORKSPACE_ID names another workspace",
        "correct NOTION_WORKSPACE_ID",
        id="another workspace",
    ),
    pytest.param(
        no_network, UNKNOWN, "Notion gave no answer", "network and proxy", id="no network"
    ),
    pytest.param(
        database_not_shared,
        CRITICAL,
        "is not shared with the integration or not there",
        "••• > Connections and add the integration",
        id="a database not shared",
    ),
    pytest.param(
        database_trashed, CRITICAL, "lies in the trash", "Restore it", id="a database in the trash"
    ),
    pytest.param(
        id_of_a_page, CRITICAL, "is of a page, not of a database", "copy its link", id="a page"
    ),
    pytest.param(
        no_insert_content,
        WARNING,
        "insert_content missing",
        "switch the capability on",
        id="may not insert",
    ),
    pytest.param(
        no_read_content,
        CRITICAL,
        "read_content is missing",
        "switch the capability on",
        id="may not read",
    ),
    pytest.param(
        rate_limited, UNKNOWN, "Notion limits the rate", "Try again in 60 s", id="rate limited"
    ),
    pytest.param(
        slower_than_the_deadline,
        UNKNOWN,
        "authentication",
        "network and proxy",
        id="slower than the deadline",
    ),
    pytest.param(
        some_databases_slow,
        UNKNOWN,
        "2 of 3 databases accessible",
        "network and proxy",
        id="one database slower than the deadline",
    ),
    pytest.param(
        store_below_a_file,
        CRITICAL,
        "cannot be used",
        "PLAYBOOKS_STORE__URL",
        id="the store lies below a file",
    ),
    pytest.param(
        required_property_renamed,
        CRITICAL,
        "status: no property fills it",
        "`notion-playbooks init` proposes them",
        id="a required property of another name",
    ),
)


Arrange = Callable[[Team], None]


@pytest.mark.parametrize(("arrange", "status", "told", "remedy"), SITUATIONS)
def test_the_exit_status_the_reason_and_the_remedy_fit_the_situation(  # noqa: PLR0917 - a row of the table
    team: Team, here: Here, arrange: Arrange, status: int, told: str, remedy: str
) -> None:
    arrange(team)

    ended = here.run_for(team, "--health-check")

    assert ended.returncode == status, ended.stdout
    assert told in ended.stdout
    assert remedy in ended.stdout
    assert ("To do" in ended.stdout) == (status != OK)
    assert ended.stderr == ""


def test_the_token_that_serve_prints_works(team: Team, here: Here, served: Served) -> None:
    team.variables["NOTION_API_TOKEN"] = served.own_token

    ended = here.run_for(team, "--health-check")

    assert ended.returncode == OK
    assert "`Playbooks (sample)` of workspace `Sample workspace` answered" in ended.stdout


def test_without_a_token_sample_data_are_a_warning_that_only_critical_lets_pass(
    sample_home: Home, here: Here
) -> None:
    careful = here.run(sample_home, "--health-check")
    lenient = here.run(sample_home, "--health-check", "--fail-on", "critical")

    assert (careful.returncode, lenient.returncode) == (WARNING, OK)
    assert "no token: these are sample data" in careful.stdout
    assert "Set NOTION_API_TOKEN" in careful.stdout


def test_the_sample_chosen_on_purpose_is_well_from_the_first_run(home: Home) -> None:
    ended = home.run("--health-check", env=SAMPLE)

    assert ended.returncode == OK
    assert "3 of 3 databases accessible (sample workspace)" in ended.stdout
    assert ended.stderr == ""


def test_a_recent_report_is_reused_with_its_age_and_only_when_asked(
    sample_home: Home, here: Here
) -> None:
    asked = ("--health-check", "--json")
    first = report_in(here.run(sample_home, *asked, env=SAMPLE))
    again = report_in(here.run(sample_home, *asked, "--max-age", "3600", env=SAMPLE))

    assert (first.source, first.age_s) == ("live", 0)
    assert (again.source, again.run_id) == ("cache", first.run_id)
    assert again.age_s > 0


def test_a_report_of_another_token_is_not_reused(team: Team, here: Here) -> None:
    first = report_in(here.run_for(team, "--health-check", "--json"))
    team.integrate()

    second = report_in(here.run_for(team, "--health-check", "--json", "--max-age", "3600"))

    assert second.run_id != first.run_id


MISTAKEN = """
workspace = "embedded"
[databases.task_management]
id = "not an id"
[bands]
health_deadline = 3
"""


def test_every_mistake_of_the_configuration_is_told_with_its_place(home: Home, here: Here) -> None:
    file = home.working / "playbooks.toml"
    file.write_text(MISTAKEN)

    ended = here.run(home, "--health-check")
    refused = here.run(home, "call", "get_record", "--kind", "run")

    assert (ended.returncode, refused.returncode) == (CRITICAL, REFUSED)
    for told in (ended.stdout, refused.stderr):
        assert "playbooks.toml, line 4: databases.task_management.id: must be an id" in told
        assert "playbooks.toml, line 6: bands.health_deadline: there is no such key" in told
        assert "did you mean health_deadline_s?" in told


def test_a_project_cannot_redirect_the_token(team: Team, here: Here) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        project = team.home.working / "playbooks.toml"
        project.write_text(f'[notion]\nbase_url = "http://127.0.0.1:{port}"\n')

        ended = here.run_for(team, "--health-check")
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()

    assert ended.returncode == CRITICAL
    assert "[notion]: accepted in" in ended.stdout
