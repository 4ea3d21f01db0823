"""Which engines a test runs on, where it is not simply each in turn."""

import pytest

several_processes = pytest.mark.parametrize(
    "make_address",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)],
    indirect=True,
)
"""For a test that starts processes, which takes long on each engine."""
