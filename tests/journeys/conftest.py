"""One served workspace and its sample for all journeys; every test has a home of its own."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.journeys.house import Here, Home, Served, Team, copy_database, serving, team_at


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Generator[Served]:
    with serving(tmp_path_factory.mktemp("served"), sample_file) as shared:
        yield shared


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(monkeypatch, capsys)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.made(tmp_path / "home")


@pytest.fixture
def sample_home(home: Home, served: Served) -> Home:
    """A home where the sample workspace is made already."""
    copy_database(served.pristine, home.data / "workspace.sqlite3")
    return home


@pytest.fixture
def team(home: Home, served: Served) -> Generator[Team]:
    with team_at(home, served) as here:
        yield here
