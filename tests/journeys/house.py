"""What the journeys stand on: a user's own home, and a workspace served to it by another process.

Everything goes through the public surface: the command line, MCP over stdio and HTTP.
"""

import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Collection, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

import pytest
import tomlkit

from playbooks.objects import Capability
from playbooks.report import Report
from server.cli.main import main
from server.workspace.core import JSON, Actor, Workspace

CHECKOUT = Path(__file__).parents[2]
TIMEOUT_S = 20
"""A command that has not ended by then hangs."""

OWNER = Actor("00000000-0000-4000-8000-000000000000", "person")
SERVER: tuple[str, ...] = (sys.executable, "-m", "server")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
INHERITED = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")

Key = Literal["task_management", "development_log", "ai_tool_metrics"]
TITLES: dict[str, Key] = {
    "Tasks": "task_management",
    "Development log": "development_log",
    "AI tool metrics": "ai_tool_metrics",
}


@dataclass(frozen=True, slots=True)
class Home:
    """Directories of one user; of the machine's own configuration nothing is inherited."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> "Home":
        home = cls(root)
        for directory in (home.working, home.data, home.configuration.parent):
            directory.mkdir(parents=True)
        return home

    @property
    def working(self) -> Path:
        return self.root / "project"

    @property
    def data(self) -> Path:
        return self.root / "data" / "notion-playbooks"

    @property
    def configuration(self) -> Path:
        """The user's own playbooks.toml, there or not."""
        return self.root / "configuration" / "notion-playbooks" / "playbooks.toml"

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return inherited | {
            "HOME": str(self.root),
            "XDG_DATA_HOME": str(self.data.parent),
            "XDG_CONFIG_HOME": str(self.configuration.parent.parent),
            "PYTHONPATH": str(CHECKOUT),
            **variables,
        }

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """One command from its start to its end; it never shows the token it was given."""
        variables = env or {}
        ended = subprocess.run(
            [*SERVER, *arguments],
            env=self.environment(variables),
            cwd=self.working,
            input=typed,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert_kept_secret(ended.stdout + ended.stderr, variables)
        return ended


@dataclass(frozen=True, slots=True)
class Here:
    """Commands in this process, since starting Python takes longer than most of them."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(
        self, home: Home, *arguments: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """What `home.run` gives, with no terminal either."""
        variables = env or {}
        for name in os.environ:
            if name.startswith(("PLAYBOOKS_", "NOTION_")) or name == "COLUMNS":
                self.monkeypatch.delenv(name)
        for name, value in home.environment(variables).items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.chdir(home.working)
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = cast("int", ended.code)
        shown = self.capsys.readouterr()
        assert_kept_secret(shown.out + shown.err, variables)
        return subprocess.CompletedProcess(arguments, status, shown.out, shown.err)

    def run_for(self, team: "Team", *arguments: str) -> subprocess.CompletedProcess[str]:
        """What the command gives to that team, with its settings and its variables."""
        team.write_settings()
        return self.run(team.home, *arguments, env=team.variables)


def assert_kept_secret(shown: str, variables: Mapping[str, str]) -> None:
    token = variables.get("NOTION_API_TOKEN")
    assert not token or token not in shown
    assert "Traceback" not in shown


def report_in(ended: subprocess.CompletedProcess[str]) -> Report:
    """The report that `--json` printed, and nothing beside it."""
    (line,) = ended.stdout.splitlines()
    return Report.model_validate_json(line)


@dataclass(frozen=True, slots=True)
class Served:
    """A workspace that another process serves; `pristine` is its file as it was made."""

    address: str
    own_token: str
    file: Path
    pristine: Path

    def restore(self) -> None:
        """Undo whatever a test did to the workspace; the process goes on serving."""
        copy_database(self.pristine, self.file)


def copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


@dataclass(slots=True)
class Team:
    """A user whose integration sees the three databases of the served workspace.

    `settings` becomes the user's own playbooks.toml, `variables` the environment.
    """

    home: Home
    workspace: Workspace
    settings: dict[str, Any]
    variables: dict[str, str] = field(default_factory=dict[str, str])
    bot_id: str = ""

    def integrate(
        self, *, token: str = "", capabilities: Collection[str] = get_args(Capability)
    ) -> None:
        """Use an integration of one's own from now on."""
        secret = token or new_token()
        self.bot_id = self.workspace.add_bot(
            "Robot", token=secret, capabilities=cast("Collection[Capability]", capabilities)
        )
        for table in self.tables():
            self.workspace.share(table["parent"]["database_id"], self.bot_id)
        self.variables["NOTION_API_TOKEN"] = secret

    def tables(self) -> list[JSON]:
        """The data sources, as the API shows them to their owner."""
        asked = {"filter": {"property": "object", "value": "data_source"}}
        answer = self.workspace.perform("POST", "/v1/search", asked, actor=OWNER)
        return cast("list[JSON]", answer["results"])

    def table(self, key: Key) -> JSON:
        return next(t for t in self.tables() if TITLES[t["title"][0]["plain_text"]] == key)

    def configure_ids(self, **replaced: str) -> None:
        """Name every database by its id; `replaced` gives other ids for some."""
        found: dict[str, str] = {
            TITLES[t["title"][0]["plain_text"]]: t["id"] for t in self.tables()
        }
        named = found | replaced
        self.settings["databases"] = {key: {"id": object_id} for key, object_id in named.items()}

    def change_table(self, key: Key, change: JSON) -> None:
        path = f"/v1/data_sources/{self.table(key)['id']}"
        self.workspace.perform("PATCH", path, change, actor=OWNER)

    def write_settings(self) -> None:
        self.home.configuration.write_text(tomlkit.dumps(self.settings), "utf-8")


@contextmanager
def team_at(home: Home, served: Served) -> Generator[Team]:
    """A team at that home, once whatever others did to the served workspace is undone."""
    served.restore()
    with closing(open_workspace(served.file)) as workspace:
        team = Team(home, workspace, {"notion": {"base_url": served.address}})
        team.integrate()
        yield team


@contextmanager
def serving(root: Path, sample_file: Path) -> Generator[Served]:
    """`workspace serve` of that sample in a home of its own."""
    home = Home.made(root / "home")
    copy_database(sample_file, home.data / "workspace.sqlite3")
    with subprocess.Popen(
        [*SERVER, "workspace", "serve", "--port", "0"],
        env=home.environment({}),
        cwd=home.working,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(2))
            file, pristine = home.data / "workspace.sqlite3", root / "pristine.sqlite3"
            copy_database(file, pristine)
            yield Served(told["address"], told["token"], file, pristine)
        finally:
            process.kill()


def new_token() -> str:
    """A token of the usual shape, made anew for each use."""
    return "ntn_" + secrets.token_hex(23)


def open_workspace(file: Path) -> Workspace:
    return Workspace.open(file, clock=lambda: datetime.now(UTC))


def tokens_count(value: Any) -> float:
    """How much of a model's context JSON takes: UTF-8 bytes / 4."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(written.encode()) / 4
