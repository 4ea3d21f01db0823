"""Fragments of SQL: what joining them keeps."""

import pytest

from server.workspace.sql import Sql, having_cell, joined


@pytest.mark.parametrize(("count", "narrowed"), [(100, True), (501, False)])
def test_alternatives_list_rows_as_long_as_sqlite_could_unite_them(
    *, count: int, narrowed: bool
) -> None:
    either = joined("OR", [having_cell(i, Sql("number = 1")) for i in range(count)])

    assert bool(either.narrowed) is narrowed
