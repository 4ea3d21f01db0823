"""Security scans as a person in a shell, CI and an assistant over stdio have them."""

import json
import re
import shlex
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.journeys.house import CHECKOUT, Here, Home, report_in
from tests.sweeping import Sweep

EMBEDDED = {"PLAYBOOKS_WORKSPACE": "embedded"}
COMMANDS = re.findall(
    r"^notion-playbooks (call .*)$",
    (CHECKOUT / "docs" / "security.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.fixture
def sweep(
    sample_home: Home, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Generator[Sweep]:
    made = Sweep(sample_home.root, capsys, caplog)
    yield made
    made.require_absent()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_document_runs(here: Here, sample_home: Home, command: str) -> None:
    ended = here.run(sample_home, *shlex.split(command), env=EMBEDDED)

    assert ended.returncode in {0, 1, 2, 3}
    assert ended.stdout


def test_the_exit_status_tells_ci_what_was_found(
    here: Here, sample_home: Home, sweep: Sweep
) -> None:
    clean = here.run(sample_home, "call", "security_scan", "--json", env=EMBEDDED)
    sweep.plant(sample_home.working / "a.py", f"k = '{sweep.secret()}'\n")
    found = here.run(sample_home, "call", "security_scan", "--json", env=EMBEDDED)
    (sample_home.working / ".git").write_text("gitdir: /nowhere\n", "utf-8")
    (sample_home.working / "a.py").unlink()
    unknown = here.run(sample_home, "call", "security_scan", "--json", env=EMBEDDED)

    sweep.require_absent(clean.stdout, found.stdout, found.stderr, unknown.stdout)
    assert [clean.returncode, found.returncode, unknown.returncode] == [0, 2, 3]
    assert report_in(found).measurements["secrets_found_count"] == 1


def test_a_sarif_file_has_each_place_and_no_key(
    here: Here, sample_home: Home, sweep: Sweep
) -> None:
    sweep.plant(sample_home.working / "a.py", f"k = '{sweep.secret()}'\n")
    sweep.plant(sample_home.working / "b.py", f"k = '{sweep.secret()}'  # gitleaks:allow\n")

    ended = here.run(sample_home, "call", "security_scan", "--sarif", "out.sarif", env=EMBEDDED)

    written = (sample_home.working / "out.sarif").read_text("utf-8")
    sweep.require_absent(written)
    results = json.loads(written)["runs"][0]["results"]
    places = [
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results
    ]
    assert places == ["a.py", "b.py"]
    assert ["suppressions" in each for each in results] == [False, True]
    assert ended.returncode == 2


def test_a_sarif_file_of_a_scan_that_is_not_complete_says_so(here: Here, sample_home: Home) -> None:
    (sample_home.working / ".git").write_text("gitdir: /nowhere\n", "utf-8")

    ended = here.run(sample_home, "call", "security_scan", "--sarif", "out.sarif", env=EMBEDDED)

    written = (sample_home.working / "out.sarif").read_text("utf-8")
    (invocation,) = json.loads(written)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "not looked at" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert ended.returncode == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["--path", "none"], "no file or folder 'none'", id="path that is missing"),
        pytest.param(["--sarif"], "--sarif has no file", id="no file named"),
        pytest.param(["--sarif", "--json"], "--sarif has no file", id="an option for a file"),
        pytest.param(["--sarif", "none/x"], "No such file or directory", id="no folder for it"),
        pytest.param(["--verify=true"], "'verify'", id="verify as an argument"),
    ],
)
def test_what_is_asked_wrongly_is_one_clear_line(
    here: Here, sample_home: Home, words: list[str], told: str
) -> None:
    ended = here.run(sample_home, "call", "security_scan", *words, env=EMBEDDED)

    assert ended.returncode == 64
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_shell_may_scan_anywhere(
    here: Here, sample_home: Home, sweep: Sweep, tmp_path: Path
) -> None:
    sweep.plant(tmp_path / "elsewhere" / "a.py", sweep.secret())

    ended = here.run(
        sample_home, "call", "security_scan", "--path", str(tmp_path / "elsewhere"), env=EMBEDDED
    )

    assert ended.returncode == 2


async def test_an_assistant_over_stdio_gets_the_scan_of_its_working_directory(
    sample_home: Home, sweep: Sweep, tmp_path: Path
) -> None:
    sweep.plant(sample_home.working / "logs" / "a.log", f"key {sweep.secret()}\n")
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "server"],
        env=sample_home.environment(EMBEDDED),
        cwd=sample_home.working,
    )
    with (tmp_path / "stderr").open("w", encoding="utf-8") as stderr:
        async with Client(stdio_client(parameters, errlog=stderr)) as client:
            found = await client.call_tool("security_scan", {"detail": "full"})
            outside = await client.call_tool("security_scan", {"path": "/"})

    sweep.require_absent(
        found.model_dump_json(),
        outside.model_dump_json(),
        (tmp_path / "stderr").read_text("utf-8"),
    )
    assert found.structured_content is not None
    assert found.structured_content["measurements"]["secrets_found_count"] == 1
    assert outside.is_error
