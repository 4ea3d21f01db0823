"""`init`: a team whose properties have other names is mapped, and then the health check is well."""

import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest

from tests.journeys.house import SERVER, TIMEOUT_S, Here, Team, assert_kept_secret

END_OF_INPUT = "\x04"
RENAMED = {"properties": {"Status": {"name": "Etappe"}}}


class Terminal:
    """A person at a terminal: reads what is shown, types answers."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.shown = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The last match in what is shown, once there is one."""
        while not (found := list(re.finditer(pattern, self.shown))):
            assert self._read(), f"waited in vain for {pattern!r}, seen: {self.shown}"
        return found[-1]

    def answer(self, question: str, typed: str, *, end: str = "\n") -> None:
        """Type an answer once the question is asked; what was shown before is done with."""
        asked = self.wait_for(re.escape(question) + r".*\] ")
        self.shown = self.shown[asked.end() :]
        os.write(self._descriptor, f"{typed}{end}".encode())

    def read_on(self) -> str:
        """Everything until the command has ended."""
        with suppress(OSError):  # On Linux a terminal without another side is an error.
            while self._read():
                pass
        return self.shown

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], TIMEOUT_S)
        data = os.read(self._descriptor, 4096) if ready else b""
        self.shown += data.decode()
        return bool(data)


@contextmanager
def at_a_terminal(
    team: Team, *arguments: str
) -> Generator[tuple[Terminal, "subprocess.Popen[bytes]"]]:
    team.write_settings()
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*SERVER, *arguments],
        env=team.home.environment({**team.variables, "TERM": "dumb"}),
        cwd=team.home.working,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(ours), process
        finally:
            process.kill()
            os.close(ours)


def test_a_person_chooses_the_property_that_no_guess_finds(team: Team, here: Here) -> None:
    team.change_table("task_management", RENAMED)

    with at_a_terminal(team, "init") as (terminal, process):
        terminal.answer("Which is task_management?", "")
        chosen = terminal.wait_for(r"(\d+)\. `Etappe` \(status\)")
        terminal.answer("Which property is its status?", chosen[1])
        terminal.answer("Which is development_log?", "")
        terminal.answer("Which is ai_tool_metrics?", "")
        shown = terminal.read_on()
        assert process.wait(TIMEOUT_S) == 0

    assert_kept_secret(shown, team.variables)
    assert "Wrote playbooks.toml" in shown
    assert 'status = "Etappe"' in (team.home.working / "playbooks.toml").read_text()
    checked = here.run_for(team, "--health-check")
    assert checked.returncode == 0, checked.stdout


def interrupt(process: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C until it is noticed: one that comes just before the reading begins is not."""
    ended = None
    while ended is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            ended = process.wait(1)


@pytest.mark.parametrize("interrupted", [True, False], ids=["Ctrl-C", "Ctrl-D"])
def test_a_question_can_be_left_and_then_no_file_is_written(team: Team, interrupted: bool) -> None:
    with at_a_terminal(team, "init") as (terminal, process):
        if interrupted:
            terminal.wait_for("Which is task_management.*] ")
            interrupt(process)
        else:
            terminal.answer("Which is task_management?", END_OF_INPUT, end="")
        shown = terminal.read_on()
        assert process.wait(TIMEOUT_S) == 130

    assert "nothing is left half-done" in shown
    assert_kept_secret(shown, team.variables)
    assert not (team.home.working / "playbooks.toml").exists()


def test_every_proposal_accepted_makes_a_file_with_which_all_is_well(
    team: Team, here: Here
) -> None:
    made = here.run_for(team, "init", "--yes", "--output", "made.toml")
    checked = here.run_for(team, "--config", "made.toml", "--health-check")

    assert (made.returncode, checked.returncode) == (0, 0), checked.stdout
    assert "made.toml" in checked.stdout
    assert "found by its title" not in checked.stdout


def test_an_existing_file_is_refused_unless_it_may_be_replaced(team: Team, here: Here) -> None:
    existing = team.home.working / "playbooks.toml"
    existing.write_text("# mine\n")

    refused = here.run_for(team, "init", "--yes")
    kept = existing.read_text()
    replaced = here.run_for(team, "init", "--yes", "--force")

    assert (refused.returncode, replaced.returncode) == (64, 0)
    assert kept == "# mine\n"
    assert "--force" in refused.stderr
    assert "[databases.task_management]" in existing.read_text()


def test_without_a_terminal_nothing_is_asked(team: Team, here: Here) -> None:
    ended = here.run_for(team, "init")

    assert ended.returncode == 64
    assert ended.stderr.count("\n") == 1
    assert "--yes" in ended.stderr
