from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from server.connection import connection_of
from server.settings import read_configuration

TOKEN = "ntn_" + "1" * 11 + "a" * 35  # made here, of no workspace


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def own_file(home: Path) -> Path:
    return home / "config" / "notion-playbooks" / "playbooks.toml"


def test_without_any_file_the_defaults_hold(home: Path) -> None:
    configuration = read_configuration()

    assert configuration.file is None
    assert configuration.mistakes == ()
    assert configuration.store_url.startswith(f"sqlite:///{home / 'data'}")


def test_the_named_file_wins_over_the_variable_the_directory_and_the_user(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write(own_file(home), "")
    assert read_configuration().file == own
    write(Path("playbooks.toml"), "")
    assert read_configuration().file == Path("playbooks.toml")
    monkeypatch.setenv("PLAYBOOKS_CONFIG", str(write(home / "by-variable.toml", "")))
    assert read_configuration().file == home / "by-variable.toml"
    named = write(home / "named.toml", "")
    assert read_configuration(str(named)).file == named


def test_a_named_file_has_to_exist(home: Path) -> None:
    assert read_configuration(str(home / "no.toml")).mistakes == (
        f"{home / 'no.toml'}: there is no such file",
    )


def test_every_mistake_is_listed_with_its_line_and_what_is_valid(home: Path) -> None:
    del home
    write(
        Path("playbooks.toml"),
        'workspce = "notion"\n\n[databases.task_management]\nid = "short"\n'
        "[bands.error_rate_percent]\ngood_below = 1\ncritical_above = 'much'\n",
    )

    mistakes = read_configuration().mistakes

    assert len(mistakes) == 3
    listed = "\n".join(mistakes)
    assert "line 1: workspce: there is no such key (did you mean workspace?)" in listed
    assert "line 4: databases.task_management.id: must be an id of 32 hex digits" in listed
    assert "line 7: bands.error_rate_percent.critical_above" in listed


def test_broken_toml_is_told_with_its_line(home: Path) -> None:
    del home
    write(Path("playbooks.toml"), "workspace = \n")

    (mistake,) = read_configuration().mistakes

    assert "not valid TOML" in mistake
    assert "line 1" in mistake


def test_an_unknown_role_is_told_with_the_valid_ones(home: Path) -> None:
    del home
    write(Path("playbooks.toml"), '[databases.development_log.properties]\nwhem = "Date"\n')

    (mistake,) = read_configuration().mistakes

    assert "unknown in properties: whem; valid: date, kind" in mistake


def test_the_environment_wins_over_the_file_and_a_typo_in_it_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    write(Path("playbooks.toml"), 'workspace = "notion"\n')
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    monkeypatch.setenv("PLAYBOOKS_STOER__URL", "sqlite:///x")

    configuration = read_configuration()

    assert configuration.settings.workspace == "embedded"
    (mistake,) = configuration.mistakes
    assert "environment variable PLAYBOOKS_STOER__URL: there is no such setting" in mistake


@pytest.mark.parametrize(
    "given",
    [
        "0123456789abcdef0123456789ABCDEF",
        "01234567-89ab-cdef-0123-456789abcdef",
        "https://www.notion.so/team/Tasks-0123456789abcdef0123456789abcdef?v=1",
    ],
)
def test_an_id_may_be_a_link(home: Path, given: str) -> None:
    del home
    write(Path("playbooks.toml"), f'[databases.task_management]\nid = "{given}"\n')

    configuration = read_configuration()

    assert configuration.mistakes == ()
    assert configuration.settings.databases.task_management.id == (
        "01234567-89ab-cdef-0123-456789abcdef"
    )


def test_the_address_of_the_api_is_taken_from_the_users_own_file_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write(own_file(home), '[notion]\nbase_url = "http://own.invalid"\n')
    write(Path("playbooks.toml"), '[notion]\nbase_url = "http://project.invalid"\n')
    write(Path(".env"), "playbooks_notion__base_url=http://dotenv.invalid\n")
    monkeypatch.setenv("PLAYBOOKS_NOTION", '{"base_url": "http://variable.invalid"}')

    configuration = read_configuration()

    assert configuration.settings.notion.base_url == "https://api.notion.com"
    assert len(configuration.mistakes) == 3
    assert all(f"accepted in {own} alone" in mistake for mistake in configuration.mistakes)


def test_a_project_may_not_say_where_reports_are_kept(home: Path) -> None:
    write(Path("playbooks.toml"), '[store]\nurl = "sqlite:///theirs.sqlite3"\n')
    write(Path(".env"), "PLAYBOOKS_STORE__URL=sqlite:///theirs.sqlite3\n")

    configuration = read_configuration()

    assert len(configuration.mistakes) == 2
    assert configuration.store_url.startswith(f"sqlite:///{home / 'data'}")


def test_other_variables_of_a_projects_dotenv_are_no_mistake(home: Path) -> None:
    del home
    write(Path(".env"), "DATABASE_URL=x\nPLAYBOOKS_READ_ONLY=true\n")

    configuration = read_configuration()

    assert configuration.mistakes == ()
    assert configuration.settings.read_only


@pytest.mark.parametrize("name", [".env", "playbooks.toml"])
def test_a_file_that_is_no_text_is_told(home: Path, name: str) -> None:
    del home
    Path(name).write_bytes(b"NOTION_API_TOKEN=\xff")

    assert read_configuration().mistakes == (f"{name}: cannot be read: not UTF-8",)


def test_an_unreadable_file_does_not_hide_a_mistake_of_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(own_file(home), '[notion]\nbase_url = "http://own.invalid"\n')
    Path("playbooks.toml").write_bytes(b"\xff")
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "elsewhere")

    unreadable, wrong = read_configuration().mistakes

    assert unreadable == "playbooks.toml: cannot be read: not UTF-8"
    assert "environment variable PLAYBOOKS_WORKSPACE: workspace: input should be" in wrong


def test_a_link_that_leads_nowhere_is_told(home: Path) -> None:
    write(own_file(home), "")
    Path("playbooks.toml").symlink_to(home / "gone.toml")

    (mistake,) = read_configuration().mistakes

    assert "playbooks.toml: cannot be read: No such file" in mistake


def test_a_directory_in_place_of_the_file_is_told(home: Path) -> None:
    del home
    Path("playbooks.toml").mkdir()

    (mistake,) = read_configuration().mistakes

    assert "playbooks.toml: cannot be read: Is a directory" in mistake


def test_a_broken_own_file_is_told_although_a_projects_file_is_in_use(home: Path) -> None:
    write(own_file(home), "[notion\n")
    write(Path("playbooks.toml"), "read_only = true\n")

    (mistake,) = read_configuration().mistakes

    assert f"{own_file(home)}: not valid TOML" in mistake


def test_the_users_address_holds_beside_a_projects_file(home: Path) -> None:
    write(own_file(home), '[notion]\nbase_url = "http://own.invalid"\n')
    write(Path("playbooks.toml"), "read_only = true\n")

    settings = read_configuration().settings

    assert (settings.notion.base_url, settings.read_only) == ("http://own.invalid", True)


def test_a_token_in_dotenv_is_found_and_never_shown(home: Path) -> None:
    del home
    write(Path(".env"), f"NOTION_API_TOKEN={TOKEN}\nUNRELATED=1\n")

    configuration = read_configuration()
    view = connection_of(configuration).token

    assert configuration.token_origin == ".env file"
    assert (view.shape, view.origin) == ("ntn_", ".env file")
    assert TOKEN not in f"{configuration!r} {view!r}"
    assert view.masked.startswith("50 characters ending in aaaa, fingerprint ")


@pytest.mark.parametrize(
    ("variables", "text", "meant"),
    [
        pytest.param({}, "", ("sample workspace", False), id="nothing-set"),
        pytest.param({"NOTION_WORKSPACE_ID": "x"}, "", ("Notion", True), id="workspace-id-alone"),
        pytest.param({}, 'workspace = "notion"', ("Notion", True), id="notion-on-purpose"),
        pytest.param(
            {},
            f'[databases.task_management]\nid = "{"a" * 32}"',
            ("Notion", True),
            id="database-ids-alone",
        ),
        pytest.param({"NOTION_API_TOKEN": TOKEN}, "", ("Notion", False), id="token"),
        pytest.param(
            {"NOTION_API_TOKEN": TOKEN},
            'workspace = "embedded"',
            ("sample workspace", False),
            id="both",
        ),
    ],
)
def test_a_lost_token_is_never_taken_for_the_sample(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    text: str,
    meant: tuple[str, bool],
) -> None:
    del home
    write(Path("playbooks.toml"), text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    connection = connection_of(read_configuration())

    assert (connection.workspace, connection.token.lost) == meant


def test_another_token_is_another_configuration(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    monkeypatch.setenv("NOTION_API_TOKEN", TOKEN)
    first = read_configuration().fingerprint
    monkeypatch.setenv("NOTION_API_TOKEN", TOKEN + "b")

    assert read_configuration().fingerprint != first


def test_a_standing_approval_is_read_from_the_users_own_file(home: Path) -> None:
    write(own_file(home), '[approval]\nkinds = ["optimize"]\n')

    assert read_configuration().settings.approval.kinds == ("optimize",)


@pytest.mark.parametrize("place", ["project", "environment", ".env"])
def test_a_standing_approval_from_anywhere_else_is_a_mistake_and_approves_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    del home
    variable, value = "PLAYBOOKS_APPROVAL__KINDS", '["optimize"]'
    match place:
        case "project":
            write(Path("playbooks.toml"), f"[approval]\nkinds = {value}\n")
        case "environment":
            monkeypatch.setenv(variable, value)
        case _:
            write(Path(".env"), f"{variable}={value}\n")

    configuration = read_configuration()

    assert configuration.settings.approval.kinds == ()
    assert "alone" in configuration.mistakes[0]


@pytest.mark.parametrize("name", ["what?", "#1", "100%20", "mode=ro&x"])
def test_the_default_store_is_in_the_data_directory_whatever_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(home / name))

    address = make_url(read_configuration().store_url)

    expected = home / name / "notion-playbooks" / "store.sqlite3"
    assert (address.database, dict(address.query)) == (str(expected), {})


def test_the_days_of_the_team_are_read(home: Path) -> None:
    del home
    write(
        Path("playbooks.toml"),
        '[work]\nzone = "Europe/Brussels"\nworking_days = ["tue", "mon"]\n'
        'holidays = [2026-12-25]\nteam = "ai_assisted"\nexcluded_statuses = ["Template"]\n',
    )

    work = read_configuration().settings.work.work()

    assert work.days.zone == "Europe/Brussels"
    assert work.days.weekdays == (0, 1)
    assert not work.days.is_working(date(2026, 12, 25))
    assert (work.team, work.excluded_statuses) == ("ai_assisted", ("Template",))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param('zone = "Brussels"', "must be an IANA time zone", id="zone"),
        pytest.param('zone = "../etc"', "must be an IANA time zone", id="path"),
        pytest.param("working_days = []", "must name a day at least", id="no-day"),
        pytest.param('team = "big"', "work.team", id="team"),
    ],
)
def test_days_that_cannot_be_are_a_mistake(home: Path, line: str, says: str) -> None:
    del home
    write(Path("playbooks.toml"), f"[work]\n{line}\n")

    (mistake,) = read_configuration().mistakes

    assert "line 2" in mistake
    assert says in mistake
