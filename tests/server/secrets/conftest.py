"""Matchers whose rules are compiled once for all tests, and scanners of what a test plants."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from server.secrets import matching
from server.secrets.options import ScanOptions
from tests.server.secrets.made import OpenMatcher
from tests.server.secrets.planting import KEY, Git, Planter, Scanner


@pytest.fixture(scope="session")
def rules_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@pytest.fixture(scope="session")
def open_matcher(rules_cache: Path) -> OpenMatcher:
    @cache
    def opened(engine: Any = "hyperscan", *, generic: bool = False) -> matching.Matcher:
        return matching.open_matcher(engine, generic=generic, cache=rules_cache)

    return opened


@pytest.fixture
def planter() -> Planter:
    return Planter(Random(7), [])


@pytest.fixture
def scan(
    planter: Planter,
    rules_cache: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Scanner:
    return Scanner(planter, ScanOptions(KEY, cache=rules_cache), capfd, caplog)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "repository")
