"""Filters: every operator over one small table, by the names of the rows it finds."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
Find = Callable[[Any], Any]

LAST_WEEK = {"start": "2026-05-04", "end": "2026-05-08"}
COLUMNS: dict[str, Any] = {
    "Notes": {"rich_text": {}},
    "Link": {"url": {}},
    "Mail": {"email": {}},
    "Phone": {"phone_number": {}},
    "Points": {"number": {}},
    "Ready": {"checkbox": {}},
    "Size": {"select": {"options": [{"name": "S"}, {"name": "L"}]}},
    "State": {"status": {}},
    "Tags": {"multi_select": {}},
    "Due": {"date": {}},
    "Owner": {"people": {}},
    "Files": {"files": {}},
    "ID": {"unique_id": {"prefix": "T"}},
    "Made": {"created_time": {}},
    "By": {"created_by": {}},
    "Sum": {"formula": {"expression": "1"}},
    "Where": {"place": {}},
    "Checked": {"verification": {}},
}


def text(content: str) -> Any:
    return [{"text": {"content": content}}]


@pytest.fixture
def bob(workspace: Workspace) -> Actor:
    return Actor(workspace.add_person("Bob", "bob@example.org"), "person")


@pytest.fixture
def people(ada: Actor, bob: Actor, bot_id: str) -> dict[str, str]:
    return {"ada": ada.id, "bob": bob.id, "bot": bot_id}


@pytest.fixture
def table(make_table: Make, add_row: Make, people: dict[str, str]) -> str:
    """`full` has a value everywhere, `other` has others, `empty` has none."""
    table = make_table(COLUMNS)
    add_row(
        table,
        "full",
        {
            "Notes": {"rich_text": text("Straße am Fluss")},
            "Link": {"url": "https://example.org/a"},
            "Mail": {"email": "ada@example.org"},
            "Phone": {"phone_number": "+49 1"},
            "Points": {"number": 5},
            "Ready": {"checkbox": True},
            "Size": {"select": {"name": "S"}},
            "State": {"status": {"name": "Done"}},
            "Tags": {"multi_select": [{"name": "red"}, {"name": "blue"}]},
            "Due": {"date": {"start": "2026-05-13"}},
            "Owner": {"people": [{"id": people["ada"]}, {"id": people["bot"]}]},
            "Files": {"files": [{"external": {"url": "https://example.org/f"}}]},
            "Checked": {"verification": {"state": "verified"}},
        },
        at=datetime(2026, 5, 1, 12, 0, tzinfo=UTC),
    )
    add_row(
        table,
        "other",
        {
            "Notes": {"rich_text": text("Bridge")},
            "Points": {"number": 8.5},
            "Size": {"select": {"name": "L"}},
            "State": {"status": {"name": "In progress"}},
            "Tags": {"multi_select": [{"name": "red"}]},
            "Due": {"date": {"start": "2026-05-20T10:00:00.000+02:00"}},
            "Owner": {"people": [{"id": people["bob"]}]},
            "Checked": {"verification": {"state": "verified", "date": LAST_WEEK}},
        },
        at=datetime(2026, 5, 10, 12, 0, tzinfo=UTC),
    )
    add_row(table, "empty")
    return table


@pytest.fixture
def find(api: httpx.AsyncClient, table: str) -> Find:
    async def run(condition: Any) -> str:
        answer = await api.post(
            f"/v1/data_sources/{table}/query",
            params={"filter_properties": "title"},
            json={"filter": condition},
        )
        body = answer.json()
        if answer.status_code != 200:
            return str(body["message"])
        titles = [row["properties"]["Name"]["title"][0]["plain_text"] for row in body["results"]]
        return " ".join(titles)

    return run


CASES: list[tuple[str, str, dict[str, Any], str]] = [
    ("Name", "title", {"equals": "FULL"}, "full"),
    ("Name", "rich_text", {"contains": "e"}, "other empty"),
    ("Notes", "rich_text", {"equals": "straße am fluss"}, "full"),
    ("Notes", "rich_text", {"does_not_equal": "Bridge"}, "full empty"),
    ("Notes", "rich_text", {"contains": "STRASSE"}, "full"),
    ("Notes", "rich_text", {"does_not_contain": "am"}, "other empty"),
    ("Notes", "rich_text", {"starts_with": "Str"}, "full"),
    ("Notes", "rich_text", {"ends_with": "dge"}, "other"),
    ("Notes", "rich_text", {"is_empty": True}, "empty"),
    ("Notes", "rich_text", {"is_not_empty": True}, "full other"),
    ("Link", "url", {"contains": "example.org"}, "full"),
    ("Mail", "email", {"ends_with": ".org"}, "full"),
    ("Phone", "phone_number", {"starts_with": "+49"}, "full"),
    ("Points", "number", {"equals": 5}, "full"),
    ("Points", "number", {"does_not_equal": 5}, "other empty"),
    ("Points", "number", {"greater_than": 5}, "other"),
    ("Points", "number", {"greater_than_or_equal_to": 5}, "full other"),
    ("Points", "number", {"less_than": 8.5}, "full"),
    ("Points", "number", {"less_than_or_equal_to": 8.5}, "full other"),
    ("Points", "number", {"is_empty": True}, "empty"),
    ("Ready", "checkbox", {"equals": True}, "full"),
    ("Ready", "checkbox", {"equals": False}, "other empty"),
    ("Ready", "checkbox", {"does_not_equal": True}, "other empty"),
    ("Size", "select", {"equals": "S"}, "full"),
    ("Size", "select", {"equals": ["S", "L"]}, "full other"),
    ("Size", "select", {"does_not_equal": "S"}, "other empty"),
    ("Size", "select", {"is_not_empty": True}, "full other"),
    ("State", "status", {"equals": "Done"}, "full"),
    ("State", "status", {"does_not_equal": ["Done", "In progress"]}, "empty"),
    ("State", "select", {"equals": "Done"}, "full"),
    ("Tags", "multi_select", {"contains": "red"}, "full other"),
    ("Tags", "multi_select", {"does_not_contain": "blue"}, "other empty"),
    ("Tags", "multi_select", {"is_empty": True}, "empty"),
    ("Due", "date", {"equals": "2026-05-13"}, "full"),
    ("Due", "date", {"equals": "2026-05-20T08:00:00Z"}, "other"),
    ("Due", "date", {"equals": "today"}, "full"),
    ("Due", "date", {"before": "2026-05-20"}, "full"),
    ("Due", "date", {"after": "2026-05-13"}, "other"),
    ("Due", "date", {"on_or_before": "2026-05-20"}, "full other"),
    ("Due", "date", {"on_or_after": "2026-05-13"}, "full other"),
    ("Due", "date", {"this_week": {}}, "full"),
    ("Due", "date", {"past_week": {}}, "full"),
    ("Due", "date", {"next_week": {}}, "full other"),
    ("Due", "date", {"next_month": {}}, "full other"),
    ("Due", "date", {"after": "tomorrow"}, "other"),
    ("Due", "date", {"is_empty": True}, "empty"),
    ("Owner", "people", {"contains": "ada"}, "full"),
    ("Owner", "people", {"contains": "me"}, "full"),
    ("Owner", "people", {"does_not_contain": "bob"}, "full empty"),
    ("Owner", "people", {"is_not_empty": True}, "full other"),
    ("Files", "files", {"is_empty": True}, "other empty"),
    ("Files", "files", {"is_not_empty": True}, "full"),
    ("ID", "unique_id", {"greater_than": 1}, "other empty"),
    ("ID", "unique_id", {"does_not_equal": 2}, "full empty"),
    ("Made", "created_time", {"on_or_after": "2026-05-10"}, "other empty"),
    ("Made", "created_time", {"is_empty": True}, ""),
    ("Due", "date", {"next_year": {}}, "full other"),
    ("Due", "date", {"past_year": {}}, "full"),
    ("ID", "unique_id", {"is_empty": True}, ""),
    ("ID", "number", {"less_than_or_equal_to": 2}, "full other"),
    ("Checked", "verification", {"status": "verified"}, "full"),
    ("Checked", "verification", {"status": "expired"}, "other"),
    ("Checked", "verification", {"status": "none"}, "empty"),
    ("Checked", "verification", {"does_not_equal": "verified"}, "other empty"),
    ("By", "last_edited_by", {"contains": "bot"}, ""),
    ("By", "created_by", {"contains": "ada"}, "full other empty"),
    ("By", "created_by", {"does_not_contain": "ada"}, ""),
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_operator_finds(
    find: Find, people: dict[str, str], case: tuple[str, str, dict[str, Any], str]
) -> None:
    name, kind, condition, found = case
    known = {
        operator: people.get(value, value) if isinstance(value, str) else value
        for operator, value in condition.items()
    }

    assert await find({"property": name, kind: known}) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"equals": "2026-05-01T12:00:00Z"}, "full"),
        ({"before": "2026-05-10"}, "full"),
        ({"past_week": {}}, "other empty"),
        ({"is_not_empty": True}, "full other empty"),
    ],
)
async def test_a_timestamp_needs_no_property(find: Find, condition: Any, found: str) -> None:
    asked = {"timestamp": "created_time", "type": "created_time", "created_time": condition}

    assert await find(asked) == found


NOT_READY = {"property": "Ready", "checkbox": {"equals": False}}
RED = {"property": "Tags", "multi_select": {"contains": "red"}}
BIG = {"property": "Points", "number": {"greater_than": 6}}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        pytest.param({"and": [NOT_READY, RED]}, "other", id="and"),
        pytest.param({"or": [NOT_READY, RED]}, "full other empty", id="or"),
        pytest.param({"or": [{"and": [NOT_READY, RED]}, BIG]}, "other", id="two-levels"),
        pytest.param({"and": []}, "full other empty", id="nothing-asked"),
        pytest.param(
            {"or": [{"and": [{"or": [RED]}]}]},
            "body failed validation: body.filter.or[0].and[0].or should be not present,"
            ' instead was `[{"property":"Tags","multi_select":{"contains":"red"}}]`.',
            id="three-levels-are-refused",
        ),
    ],
)
async def test_conditions_combine_to_two_levels(find: Find, condition: Any, found: str) -> None:
    assert await find(condition) == found


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        pytest.param(
            {"property": "Nope", "number": {"equals": 1}},
            "Could not find property with name or id: Nope",
            id="unknown-property",
        ),
        pytest.param(
            {"property": "Points", "rich_text": {"equals": "5"}},
            "The property type in the database does not match the property type of the filter"
            " provided: database property number does not match filter rich_text",
            id="wrong-type",
        ),
        pytest.param(
            {"property": "Sum", "formula": {"number": {"equals": 1}}},
            "Unable to filter based on a formula of unknown type",
            id="formula",
        ),
        pytest.param(
            {"property": "Where", "rich_text": {"contains": "x"}},
            "The property type in the database does not match the property type of the filter"
            " provided: database property place does not match filter rich_text",
            id="place",
        ),
        pytest.param(
            {"property": "Checked", "verification": {"is_empty": True}},
            "body failed validation. Fix one:\nbody.filter.verification.status should be",
            id="a-verification-is-never-empty",
        ),
        pytest.param(
            {"property": "State", "status": {"equals": "Nope"}},
            'status option "Nope" not found for property "State". Available options:'
            ' "Not started", "In progress", "Done".',
            id="unknown-option",
        ),
        pytest.param(
            {"property": "Points", "number": {"equals": "5"}},
            "body failed validation: body.filter.number.equals should be a number,"
            ' instead was `"5"`.',
            id="wrong-value",
        ),
        pytest.param(
            {"property": "Points", "number": {"is_empty": False}},
            "body failed validation: body.filter.number.is_empty should be `true`,"
            " instead was `false`.",
            id="is-empty-is-never-false",
        ),
        pytest.param(
            {"property": "Due", "date": {"equals": "soon"}},
            "body failed validation: body.filter.date.equals should be a valid ISO 8601 date"
            ' string, instead was `"soon"`.',
            id="no-date",
        ),
        pytest.param(
            {"property": "Owner", "people": {"contains": "AAA"}},
            "body failed validation: body.filter.people.contains should be a valid uuid,"
            ' instead was `"AAA"`.',
            id="no-uuid",
        ),
        pytest.param(
            {"property": "Points"},
            "body failed validation. Fix one:\nbody.filter.or should be defined,",
            id="no-condition",
        ),
        pytest.param(
            {"property": "Due", "date": {"equals": []}},
            "body failed validation: body.filter.date.equals should be a string, instead was `[]`.",
            id="a-list-for-a-date",
        ),
    ],
)
async def test_a_filter_that_does_not_fit_is_refused_in_notions_words(
    find: Find, condition: Any, message: str
) -> None:
    assert (await find(condition)).startswith(message)


async def test_a_property_is_named_by_its_id_as_well(
    api: httpx.AsyncClient, table: str, find: Find
) -> None:
    schema = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]

    assert await find({"property": schema["Points"]["id"], "number": {"equals": 5}}) == "full"
