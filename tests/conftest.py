"""What every test shares: a home of its own, and a house over the sample workspace."""

import gc
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from playbooks.desk import Desk
from server.app import House, open_house
from server.embedded import make_sample
from server.settings import read_configuration
from tests.notion_types import take_complaints

CHECKOUT = Path(__file__).parent.parent

settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "long", settings.get_profile("suite"), derandomize=False, max_examples=4000
)
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """What was imported lives to the end: the collector need not look through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def every_answer_is_of_notions_shape() -> Generator[None]:
    yield
    assert take_complaints() == []


@pytest.fixture(scope="session")
def sample_now() -> datetime:
    """When the sample was made: a Wednesday afternoon."""
    return datetime(2026, 11, 25, 14, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory, sample_now: datetime) -> Path:
    """The sample workspace, made once; copy it, never open it."""
    path = tmp_path_factory.mktemp("sample") / "workspace.sqlite3"
    make_sample(path, clock=lambda: sample_now)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, configuration and data of nobody else; no variable leaks in."""
    for name in os.environ:
        if name.startswith(("PLAYBOOKS_", "NOTION_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture
def sample_home(home: Path, sample_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the sample workspace is chosen on purpose and already made."""
    monkeypatch.setenv("PLAYBOOKS_WORKSPACE", "embedded")
    data = home / "data" / "notion-playbooks"
    data.mkdir(parents=True)
    shutil.copy(sample_file, data / "workspace.sqlite3")
    return home


@pytest.fixture
async def house(sample_home: Path) -> AsyncGenerator[House]:
    del sample_home
    async with open_house(read_configuration()) as opened:
        yield opened


@pytest.fixture
async def desk(house: House) -> Desk:
    return await house.desk()
