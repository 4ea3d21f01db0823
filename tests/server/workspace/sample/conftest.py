"""One sample workspace for all tests here, and every row of it as the API answers."""

import shutil
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.workspace.core import Actor, Workspace
from server.workspace.sample import create_sample, names

OWNER = Actor("00000000-0000-4000-8000-000000000000", "person")


@pytest.fixture(scope="session")
def sample(
    tmp_path_factory: pytest.TempPathFactory, sample_file: Path, sample_now: datetime
) -> Generator[Workspace]:
    copied = shutil.copy(sample_file, tmp_path_factory.mktemp("sample"))
    with closing(Workspace.open(Path(copied), clock=lambda: sample_now)) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def making() -> list[tuple[int, int]]:
    """How far the making of the twin was, each time that it was told."""
    return []


@pytest.fixture(scope="session")
def twin(
    tmp_path_factory: pytest.TempPathFactory, sample_now: datetime, making: list[tuple[int, int]]
) -> Generator[Workspace]:
    """Another sample of the same day."""
    path = tmp_path_factory.mktemp("twin") / "workspace.sqlite"
    with closing(Workspace.open(path, clock=lambda: sample_now)) as workspace:
        create_sample(
            workspace, now=sample_now, progress=lambda done, total: making.append((done, total))
        )
        yield workspace


@pytest.fixture(scope="session")
def ask(sample: Workspace) -> Callable[..., Any]:
    """A request with the rights of the owner."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        return sample.perform(method, path, body, actor=OWNER)

    return ask


@pytest.fixture(scope="session")
def pages(ask: Callable[..., Any]) -> dict[str, list[Any]]:
    """Every row of each database by its key, in order of creation."""
    found = ask("POST", "/v1/search", {"filter": {"property": "object", "value": "data_source"}})
    by_title = {each["title"][0]["plain_text"]: each["id"] for each in found["results"]}
    return {key: _rows(ask, by_title[title]) for key, title in names.TITLES.items()}


def _rows(ask: Callable[..., Any], data_source_id: str) -> list[Any]:
    body: dict[str, Any] = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}]}
    rows: list[Any] = []
    while True:
        page = ask("POST", f"/v1/data_sources/{data_source_id}/query", body)
        rows += page["results"]
        if not page["has_more"]:
            return rows
        body["start_cursor"] = page["next_cursor"]
