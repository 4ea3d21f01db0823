"""Columns then and now are matched by id, then by name; the rest is gone, or cannot come back."""

from typing import Any

import pytest

from playbooks.essence import Essence
from playbooks.restore_columns import paired


def table(**columns: tuple[str, str]) -> Essence:
    """Columns by name, each with its id and type."""
    places = {f"property {name}": each for name, each in columns.items()}
    values: dict[str, Any] = {
        place: {"name": place, kind: {}} for place, (_, kind) in places.items()
    }
    return Essence(values=values, keys={place: key for place, (key, _) in places.items()})


THEN = table(Name=("title", "title"), Points=("a", "number"), Note=("b", "rich_text"))


@pytest.mark.parametrize(
    ("now", "attribute", "places"),
    [
        pytest.param({"Effort": ("a", "number")}, "renamed", ("property Points",), id="renamed"),
        pytest.param({"Points": ("a", "date")}, "retyped", ("property Points",), id="retyped"),
        pytest.param({"Points": ("new", "number")}, "gone", (), id="made again"),
        pytest.param({}, "gone", ("property Points",), id="gone"),
        pytest.param({"a": ("new", "number")}, "added", ("property a",), id="added"),
    ],
)
def test_what_came_of_a_column(
    now: dict[str, tuple[str, str]], attribute: str, places: tuple[str, ...]
) -> None:
    columns = paired(THEN, table(Name=("title", "title"), Note=("b", "rich_text"), **now))

    assert getattr(columns, attribute) == places


def test_a_name_that_another_column_has_taken_is_no_match() -> None:
    """Note was renamed to the name of the column that was deleted."""
    columns = paired(THEN, table(Name=("title", "title"), Points=("b", "rich_text")))

    assert columns.there["property Note"] == "property Points"
    assert (columns.gone, columns.unmade) == ((), ("property Points",))
