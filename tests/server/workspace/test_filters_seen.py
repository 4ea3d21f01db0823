"""Every filter condition that public recordings of Notion hold is taken by a query here."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import JSON
from tests.server.workspace.recordings import DATA, lines

FILTERS = "filters_seen.jsonl"
UNKNOWN_FORMULA = "Unable to filter based on a formula of unknown type"

FORMULAS: JSON = {
    name: {"formula": {"expression": expression}}
    for name, expression in {
        "Checkbox": "true",
        "Date": "now()",
        "Number": "42",
        "String": '"Item 1"',
    }.items()
}
VALUES: JSON = {
    "Title": {"rich_text": {}},
    "Number": {"number": {}},
    "Index": {"number": {}},
    "Checkbox": {"checkbox": {}},
    "Date": {"date": {}},
    "Released": {"date": {}},
    "Files": {"files": {}},
    "Multi-Select": {"multi_select": {"options": [{"name": "Done"}]}},
    "People": {"people": {}},
    "Select": {"select": {"options": [{"name": "Done"}]}},
    "SelectTitle": {"select": {"options": [{"name": "Select 1"}, {"name": "Select 2"}]}},
    "ID": {"unique_id": {}},
}
ROLLUPS = {
    "Rollup Title": ("Name", "show_original"),
    "Rollup Number": ("Number", "sum"),
    "Rollup Number Array": ("Number", "show_original"),
    "Rollup Date": ("Date", "latest_date"),
    "Rollup Date Array": ("Date", "show_original"),
}
"""What is rolled up of the related table, and how."""


def seen() -> list[Any]:
    """The conditions as parameters; one that skips where the shared data are absent."""
    if not (DATA / FILTERS).exists():
        reason = f"the shared data are not beside the checkout: {FILTERS}"
        return [pytest.param([], {}, marks=pytest.mark.skip(reason=reason))]
    return [
        pytest.param(line["path"], line["example"], id=" ".join(line["path"]))
        for line in lines(FILTERS)
    ]


@pytest.fixture
def table(make_table: Callable[..., str]) -> str:
    """A data source with the properties that the conditions name."""
    related = make_table({"Number": {"number": {}}, "Date": {"date": {}}})
    relation: JSON = {"relation": {"data_source_id": related, "single_property": {}}}
    rollups = {
        name: {
            "rollup": {
                "relation_property_name": "Relation",
                "rollup_property_name": rolled,
                "function": function,
            }
        }
        for name, (rolled, function) in ROLLUPS.items()
    }
    return make_table({**VALUES, "Relation": relation, **rollups})


@pytest.mark.parametrize(("path", "condition"), seen())
async def test_a_recorded_condition_is_taken(
    path: list[str],
    condition: JSON,
    table: str,
    make_table: Callable[..., str],
    api: httpx.AsyncClient,
) -> None:
    is_formula = path[0] == "formula"
    asked = make_table(FORMULAS) if is_formula else table

    answer = await api.post(f"/v1/data_sources/{asked}/query", json={"filter": condition})

    if is_formula:  # Notion knows the type of none that was made through the API.
        assert answer.json()["message"] == UNKNOWN_FORMULA
    else:
        assert answer.status_code == 200, answer.text


async def test_a_filter_for_text_is_taken_for_a_title(table: str, api: httpx.AsyncClient) -> None:
    condition = {"property": "Name", "rich_text": {"contains": "Item"}}

    answer = await api.post(f"/v1/data_sources/{table}/query", json={"filter": condition})

    assert answer.status_code == 200, answer.text
