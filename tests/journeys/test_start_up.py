"""A client that starts the server waits for no module that its first answer does not need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import INITIALIZE, TIMEOUT_S, Home

LIGHT = frozenset(
    {
        *("arguments", "aside", "backup_policy", "bands", "clock", "databases", "days", "desk"),
        *("errors", "lazy", "metric_names", "read_only", "report", "text"),
        "work",
    }
)
"""What the tools are declared from. A procedure, and what only it needs, comes when it is called:
see playbooks.lazy, and playbooks.arguments for what a declaration takes from a procedure."""

HEAVY = frozenset(
    {
        *("alembic", "httpx", "numpy", "psycopg", "scipy", "sqlalchemy", "sqlite3", "tomlkit"),
        *("vl_convert", "server.embedded", "server.importing", "server.link", "server.notion"),
        *("server.store.schema", "server.workspace"),
    }
)


@pytest.fixture
def imported(home: Home) -> frozenset[str]:
    """The modules that a server has imported when it has answered `initialize`, and no more."""
    log = home.root / "imports"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            (sys.executable, "-X", "importtime", "-m", "server"),
            cwd=home.working,
            env=home.environment({"PLAYBOOKS_WORKSPACE": "embedded"}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as server,
    ):
        answer, _ = server.communicate(json.dumps(INITIALIZE).encode() + b"\n", TIMEOUT_S)
    assert b"notion-playbooks" in answer
    return _names(log)


def _names(log: Path) -> frozenset[str]:
    """The last column of what `-X importtime` writes."""
    lines = log.read_text("utf-8").splitlines()
    return frozenset(line.rpartition("|")[2].strip() for line in lines if "|" in line)


def test_no_procedure_is_imported_before_the_server_answers(imported: frozenset[str]) -> None:
    playbooks = {name.removeprefix("playbooks.") for name in imported if "playbooks." in name}

    assert playbooks == LIGHT


def test_nothing_heavy_is_imported_before_the_server_answers(imported: frozenset[str]) -> None:
    assert "server.app" in imported
    assert not imported & HEAVY
