"""Schemas: each type of property as it is made, changed and refused."""

from collections.abc import Callable
from typing import Any, cast

import httpx
import pytest

from server.workspace.core import Workspace

Make = Callable[..., str]
Change = Callable[..., Any]

NOWHERE = "00000000-0000-4000-8000-00000000000c"


@pytest.fixture
def change(api: httpx.AsyncClient) -> Change:
    """Changes properties; gives those of the answer, or the message that refuses."""

    async def run(table: str, **properties: Any) -> Any:
        answer = await api.patch(f"/v1/data_sources/{table}", json={"properties": properties})
        return answer.json().get("properties") or answer.json()["message"]

    return run


@pytest.fixture
def schema(api: httpx.AsyncClient) -> Callable[[str], Any]:
    async def read(table: str) -> Any:
        return (await api.get(f"/v1/data_sources/{table}")).json()["properties"]

    return read


@pytest.fixture
def value(api: httpx.AsyncClient) -> Callable[..., Any]:
    async def read(page: str, name: str) -> Any:
        shown = (await api.get(f"/v1/pages/{page}")).json()["properties"][name]
        return shown[shown["type"]]

    return read


def text(content: str) -> list[dict[str, Any]]:
    return [{"text": {"content": content}}]


PLAIN = (
    "rich_text date people files checkbox url email phone_number created_time created_by"
    " last_edited_time last_edited_by button place verification"
)


@pytest.mark.parametrize("kind", PLAIN.split())
async def test_a_type_without_settings_shows_none(
    make_table: Make, schema: Change, kind: str
) -> None:
    shown = (await schema(make_table({"It": {kind: {}}})))["It"]

    assert (shown["type"], shown[kind], shown["description"]) == (kind, {}, None)
    assert shown["id"] == "verification" or kind != "verification"


@pytest.mark.parametrize(
    ("new", "message"),
    [
        pytest.param({"location": {}}, "type location cannot be added", id="location"),
        pytest.param({"last_visited_time": {}}, "type last_visited_time cannot", id="visited"),
        pytest.param({"button": {}}, "type button cannot be added", id="button"),
        pytest.param({"verification": {}}, "type verification cannot", id="verification"),
        pytest.param({"unique_id": {}}, "more than one unique_id property", id="second-id"),
        pytest.param({"unique_id": {"prefix": 1}}, "more than one unique_id", id="id-first"),
        pytest.param(
            {"number": {"format": "hours"}},
            'New.number.format should be `"number"`, `"number_with_commas"`, `"percent"`,',
            id="number-format",
        ),
        pytest.param(
            {"select": {"options": [{"name": "x" * 101}]}},
            "options[0].name.length should be ≤ `100`, instead was `101`.",
            id="long-option",
        ),
        pytest.param(
            {"multi_select": {"options": [{"name": str(i)} for i in range(101)]}},
            "New.multi_select.options.length should be ≤ `100`, instead was `101`.",
            id="many-options",
        ),
        pytest.param(
            {"formula": {"expression": 'prop("Nope") + 1'}},
            "Could not find property with name or id: Nope",
            id="formula-of-nothing",
        ),
        pytest.param(
            {"formula": {"expression": "x" * 2001}},
            "New.formula.expression.length should be ≤ `2000`, instead was `2001`.",
            id="long-formula",
        ),
        pytest.param(
            {"relation": {"single_property": {}}},
            "New.relation.data_source_id should be defined, instead was `undefined`.",
            id="relation-to-nothing",
        ),
        pytest.param(
            {"relation": {"data_source_id": NOWHERE, "single_property": {}}},
            f"Could not find data_source with ID: {NOWHERE}",
            id="relation-to-the-unknown",
        ),
        pytest.param(
            {"relation": {"data_source_id": "5" * 32}},
            "New.relation.single_property should be defined, instead was `undefined`.",
            id="relation-of-no-kind",
        ),
    ],
)  # fmt: skip
async def test_a_property_that_cannot_be_added_is_refused(
    make_table: Make, change: Change, new: Any, message: str
) -> None:
    assert message in await change(make_table({"ID": {"unique_id": {}}}), New=new)


async def test_a_prefix_belongs_to_one_data_source(make_table: Make, change: Change) -> None:
    first = make_table({"ID": {"unique_id": {"prefix": "TSK"}}})
    second = make_table({"ID": {"unique_id": {}}})

    refused = await change(second, ID={"unique_id": {"prefix": "TSK"}})
    await change(first, ID={"unique_id": {"prefix": "NEW"}})
    taken = await change(second, ID={"unique_id": {"prefix": "TSK"}})

    assert "a prefix that no other data source" in refused
    assert taken["ID"]["unique_id"] == {"prefix": "TSK"}


async def test_rows_that_are_there_get_numbers(
    make_table: Make, add_row: Make, change: Change, value: Change
) -> None:
    table = make_table({})
    first, second = add_row(table, "first"), add_row(table, "second")

    await change(table, ID={"unique_id": {"prefix": "A"}})

    numbers = [await value(page, "ID") for page in (first, second, add_row(table, "third"))]
    assert numbers == [{"prefix": "A", "number": i} for i in (1, 2, 3)]


async def test_a_formula_names_properties_by_id(
    workspace: Workspace, make_table: Make, schema: Change, change: Change
) -> None:
    expression = 'prop("Twice") + prop("Say \\"a\\"") + prop( "Points" )'
    table = make_table(
        {"It": {"formula": {"expression": expression}}, "Points": {"number": {}},
         "Twice": {"formula": {"expression": "2"}}, 'Say "a"': {"number": {}}},
    )  # fmt: skip
    made = await schema(table)
    renamed = await change(table, Points={"name": "Size"})

    named = [
        f"{{{{notion:block_property:{made[name]['id']}:{table}:{workspace.info().id}}}}}"
        for name in ("Twice", 'Say "a"', "Points")
    ]
    assert made["It"]["formula"]["expression"] == " + ".join(named)
    assert renamed["It"] == made["It"]
    assert list(made) == ["Name", "It", "Points", "Twice", 'Say "a"']


async def test_an_expression_that_was_read_can_be_sent_again(
    make_table: Make, schema: Change, change: Change
) -> None:
    formula = {"formula": {"expression": 'prop("Points") * 2'}}
    table = make_table({"Points": {"number": {}}, "It": formula})
    before = (await schema(table))["It"]["formula"]

    assert (await change(table, It={"formula": before}))["It"]["formula"] == before


async def test_options_are_told_apart_by_id(
    make_table: Make, schema: Change, change: Change
) -> None:
    table = make_table({"Size": {"select": {"options": [{"name": "S", "color": "red"}]}}})
    [small] = (await schema(table))["Size"]["select"]["options"]

    twice = [{"id": small["id"], "name": "S"}, {"id": small["id"], "name": "M"}]
    refused = await change(table, Size={"select": {"options": twice}})
    kept = await change(table, Size={"select": {}})

    assert refused == f'Duplicate select option id: "{small["id"]}".'
    assert kept["Size"]["select"]["options"] == [small]


@pytest.mark.parametrize(
    ("before", "sent", "after", "shown"),
    [
        pytest.param("select", {"name": "a"}, "multi_select", ["a"], id="select-to-many"),
        pytest.param("multi_select", [{"name": "a"}, {"name": "b"}], "select", "a", id="to-one"),
        pytest.param("status", {"name": "Done"}, "select", "Done", id="status-to-select"),
        pytest.param("select", {"name": "a"}, "status", None, id="select-to-status"),
        pytest.param("rich_text", text("a@b.c"), "email", "a@b.c", id="words-to-email"),
        pytest.param("url", "x.org", "rich_text", "x.org", id="url-to-words"),
        pytest.param("number", 5, "rich_text", "5", id="number-to-words"),
        pytest.param("rich_text", text("5"), "number", None, id="words-to-number"),
        pytest.param("checkbox", True, "date", None, id="tick-to-date"),
    ],
)
async def test_another_type_keeps_what_it_can_hold(
    make_table: Make, add_row: Make, change: Change, value: Change, *, before: str, sent: Any,
    after: str, shown: Any,
) -> None:  # fmt: skip
    table = make_table({"It": {before: {}}})
    page = add_row(table, "row", {"It": {before: sent}})

    await change(table, It={after: {}})

    assert words(await value(page, "It")) == shown


def words(shown: Any) -> Any:
    if isinstance(shown, list):
        items = cast("list[dict[str, Any]]", shown)
        return items[0].get("plain_text") or [option["name"] for option in items]
    return cast("dict[str, Any]", shown)["name"] if isinstance(shown, dict) else shown


async def test_what_was_kept_is_found(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, change: Change
) -> None:
    table = make_table({"It": {"select": {}}})
    page = add_row(table, "row", {"It": {"select": {"name": "a"}}})
    await change(table, It={"multi_select": {}})

    asked = {"filter": {"property": "It", "multi_select": {"contains": "a"}}}
    found = (await api.post(f"/v1/data_sources/{table}/query", json=asked)).json()["results"]

    assert [row["id"] for row in found] == [page]


async def test_an_option_that_is_not_taken_along_is_lost(
    make_table: Make, add_row: Make, change: Change, value: Change
) -> None:
    table = make_table({"It": {"select": {}}})
    page = add_row(table, "row", {"It": {"select": {"name": "a"}}})

    await change(table, It={"multi_select": {"options": [{"name": "b"}]}})

    assert await value(page, "It") == []


async def test_a_title_stays_a_title(make_table: Make, change: Change) -> None:
    refused = await change(make_table({}), Name={"rich_text": {}})

    assert "should be of type title, which cannot become rich_text" in refused


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        pytest.param("", "a name of at least one character", id="empty"),
        pytest.param("x" * 2001, "length should be ≤ `2000`", id="long"),
        pytest.param("Taken", "a name that no other property has", id="taken"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_of_new_and_renamed_properties_alike(
    make_table: Make, change: Change, name: str, complaint: str
) -> None:
    table = make_table({"Taken": {"number": {}}, "It": {"number": {}}})
    refusals = [await change(table, It={"name": name})]
    if name != "Taken":  # Of a known name, this would be a change.
        refusals.append(await change(table, **{name: {"number": {}}}))

    assert all(complaint in refusal for refusal in refusals)


async def test_what_is_chosen_after_a_deleted_option_sorts_the_row(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, change: Change
) -> None:
    options = [{"name": name} for name in "abcd"]
    table = make_table({"It": {"multi_select": {"options": options}}})

    def chosen(*names: str) -> Any:
        return {"It": {"multi_select": [{"name": name} for name in names]}}

    last = add_row(table, "last", chosen("d"))
    third = add_row(table, "third", chosen("a", "c", "d"))
    second = add_row(table, "second", chosen("b", "a"))
    empty = add_row(table, "empty", chosen("a"))

    await change(table, It={"multi_select": {"options": options[1:]}})
    asked = {"sorts": [{"property": "It", "direction": "ascending"}]}
    found = (await api.post(f"/v1/data_sources/{table}/query", json=asked)).json()["results"]

    assert [row["id"] for row in found] == [second, third, last, empty]


async def test_a_number_stays_what_else_a_row_holds(
    make_table: Make, add_row: Make, change: Change, value: Change
) -> None:
    table = make_table({"It": {"rich_text": {}}})
    row = add_row(table, "row", {"It": {"rich_text": text("“é”\x00😀")}})

    await change(table, ID={"unique_id": {}})

    assert [each["plain_text"] for each in await value(row, "It")] == ["“é”\x00😀"]
