"""A plan whose process is killed at any point is applied by the next one, once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("killed_applying.py")


@pytest.mark.parametrize(
    ("points_count", "seed"),
    [
        pytest.param(4, 6, id="four-points"),
        pytest.param(100, 7, id="a-hundred-points", marks=pytest.mark.long),
    ],
)
def test_after_a_kill_the_next_one_completes_it(
    sample_home: Path, points_count: int, seed: int
) -> None:
    del sample_home

    ended = subprocess.run(
        [sys.executable, str(SCRIPT), str(points_count), str(seed)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
