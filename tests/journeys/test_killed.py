"""Killed at any point, whatever it was is brought to its end: nothing is lost or doubled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import CHECKOUT, INHERITED

SCRIPT = Path(__file__).with_name("killed.py")
FEW = ("backup", "apply", "restore", "clean_up")
MANY = (*FEW, "incremental")


@pytest.mark.parametrize(
    ("operation", "points_count", "seed"),
    [
        *(pytest.param(each, 1, 6, id=f"{each}-one-point") for each in FEW),
        *(
            pytest.param(each, 3, 5, id=f"{each}-three-points", marks=pytest.mark.long)
            for each in MANY
        ),
        *(
            pytest.param(each, 25, 7, id=f"{each}-25-points", marks=pytest.mark.proof)
            for each in MANY
        ),
    ],
)
def test_after_a_kill_and_another_the_next_one_completes_it(
    tmp_path: Path, operation: str, points_count: int, seed: int
) -> None:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}

    ended = subprocess.run(
        [sys.executable, str(SCRIPT), operation, str(points_count), str(seed), str(tmp_path)],
        env=inherited | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
