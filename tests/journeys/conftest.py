"""One served workspace and its sample for all journeys; every test has a home of its own."""

import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.journeys.house import SERVER, Home, Served, Team, copy_database, open_workspace


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """`workspace serve` in a home of its own, which makes the sample first."""
    root = tmp_path_factory.mktemp("served")
    home = Home.made(root / "home")
    with _serving(home) as (address, token):
        file, pristine = home.data / "workspace.sqlite3", root / "pristine.sqlite3"
        copy_database(file, pristine)
        yield Served(address, token, file, pristine)


@contextmanager
def _serving(home: Home) -> Generator[tuple[str, str]]:
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
            yield told["address"], told["token"]
        finally:
            process.kill()


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
    served.restore()
    with closing(open_workspace(served.file)) as workspace:
        team = Team(home, workspace, {"notion": {"base_url": served.address}})
        team.integrate()
        yield team
