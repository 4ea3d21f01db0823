"""A backup of the command line may be killed: the next one finishes, and holds everything once.

Every other point, and other operations, are killed by `test_killed.py`.
"""

import json
import shutil
import signal
import subprocess

import pytest

from tests.journeys.house import SERVER, Home, report_in
from tests.playbooks.backed_up import Filled, filled

EMBEDDED = {"PLAYBOOKS_WORKSPACE": "embedded"}
AFTER_S = 1.5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("rich"), tasks_count=60)


def die_while_backing_up(home: Home) -> None:
    with subprocess.Popen(
        [*SERVER, "call", "create_backup", "--mode", "full"],
        env=home.environment(EMBEDDED),
        cwd=home.working,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(AFTER_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def test_a_backup_that_was_killed_ends_whole(home: Home, made: Filled) -> None:
    shutil.copy(made.file, home.data / "workspace.sqlite3")
    die_while_backing_up(home)

    report = report_in(home.run("call", "create_backup", "--mode", "full", "--json", env=EMBEDDED))
    verified = home.run("backups", "verify", "latest", "--level", "2", env=EMBEDDED)
    listed = json.loads(home.run("backups", "--json", "list", env=EMBEDDED).stdout)

    assert report.coverage.complete
    assert report.measurements["content_count"] == (
        int(report.measurements["rows_count"] or 0) + int(report.measurements["pages_count"] or 0)
    )
    assert verified.returncode == 0
    assert not [each for each in listed if "broken" in each]
    assert not list((home.data / "backups").glob(".draft-*"))
