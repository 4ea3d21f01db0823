"""What a property is sorted by, of the kinds that the property test leaves out."""

from collections.abc import Callable
from typing import Any

import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]


@pytest.fixture
def order(
    workspace: Workspace, ada: Actor, make_table: Make, add_row: Make
) -> Callable[[str, str], str]:
    """Sorts four rows a b c d by one property; gives their names in order."""
    others = make_table({}, "Others")
    first, last = add_row(others, "Alpha"), add_row(others, "Omega")
    table = make_table(
        {
            "State": {"status": {}},
            "Link": {"relation": {"data_source_id": others, "single_property": {}}},
            "Sum": {"formula": {"expression": "1"}},
            "Id": {"unique_id": {}},
            "Seen": {"last_edited_time": {}},
            "By": {"created_by": {}},
        }
    )
    states = ["Done", "Not started", "In progress", "In progress"]
    links = [[], [last], [first, last], [last, first]]
    for name, state, targets in zip("abcd", states, links, strict=True):
        relation: Any = [{"id": target} for target in targets]
        values: Any = {"Link": {"relation": relation}, "State": {"status": {"name": state}}}
        add_row(table, name, values)

    def run(name: str, direction: str) -> str:
        sorts = [{"property": name, "direction": direction}]
        answer = workspace.perform(
            "POST", f"/v1/data_sources/{table}/query", {"sorts": sorts}, actor=ada
        )
        titles = [row["properties"]["Name"]["title"] for row in answer["results"]]
        return "".join(title[0]["plain_text"] for title in titles)

    return run


@pytest.mark.parametrize(
    ("name", "upwards", "downwards"),
    [
        pytest.param("Link", "cbda", "bdca", id="relation-by-the-title-of-the-first"),
        pytest.param("State", "bcda", "acdb", id="status-by-the-order-of-its-options"),
        pytest.param("Sum", "abcd", "abcd", id="formulas-without-a-value-tie"),
        pytest.param("Id", "abcd", "dcba", id="unique-id-by-number"),
        pytest.param("Seen", "abcd", "abcd", id="times-that-tie"),
        pytest.param("By", "abcd", "abcd", id="authors-that-tie"),
    ],
)
def test_rows_are_sorted_by(
    order: Callable[[str, str], str], name: str, upwards: str, downwards: str
) -> None:
    assert (order(name, "ascending"), order(name, "descending")) == (upwards, downwards)
