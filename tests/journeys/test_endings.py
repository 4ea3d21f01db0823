"""However a person or a client ends us, nothing hangs and nothing is said that is not so."""

import json
import os
import signal
import subprocess

import pytest

from tests.journeys.house import INITIALIZE, SERVER, TIMEOUT_S, Home

SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}


def test_ctrl_c_ends_a_server_that_waits_for_its_client(home: Home) -> None:
    with subprocess.Popen(
        SERVER,
        cwd=home.working,
        env=home.environment(SAMPLE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
        server.stdin.flush()
        assert b"notion-playbooks" in server.stdout.readline()

        server.send_signal(signal.SIGINT)

        assert server.wait(TIMEOUT_S) == 130
        assert server.stderr.read() == b""


@pytest.mark.parametrize(
    "option", ["--json", pytest.param("--fail-on=warning", marks=pytest.mark.long)]
)
def test_a_reader_that_goes_away_is_no_failure_of_ours(sample_home: Home, option: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        [*SERVER, "--health-check", option],
        cwd=sample_home.working,
        env=sample_home.environment(SAMPLE),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT_S,
        check=False,
    )
    os.close(writing)

    assert (ended.returncode, ended.stderr) == (141, b"")
