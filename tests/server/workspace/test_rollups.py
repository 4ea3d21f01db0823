"""Rollups: what they look at, their values in answers, filters and sorts, and what is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor

Make = Callable[..., str]

ROLLED: dict[str, Any] = {
    "Points": {"number": {}},
    "Due": {"date": {}},
    "Done": {"checkbox": {}},
    "State": {"status": {}},
    "Owner": {"people": {}},
    "Sum": {"formula": {"expression": "1"}},
    "Press": {"button": {}},
    "Where": {"place": {}},
    "Checked": {"verification": {}},
    "ID": {"unique_id": {}},
    "Made": {"created_time": {}},
    "By": {"created_by": {}},
    "Files": {"files": {}},
}


def over(prop: str, function: str, relation: str = "Tasks") -> dict[str, Any]:
    return {
        "rollup": {
            "relation_property_name": relation,
            "rollup_property_name": prop,
            "function": function,
        }
    }


def referring_to(data_source_id: str) -> dict[str, Any]:
    return {"relation": {"data_source_id": data_source_id, "single_property": {}}}


def to(*pages: str) -> dict[str, Any]:
    return {"relation": [{"id": page} for page in pages]}


@pytest.fixture
def tasks(make_table: Make) -> str:
    return make_table(ROLLED, "Tasks")


@pytest.fixture
def add_rollups(make_table: Make, tasks: str) -> Make:
    """A table of projects that refers to the tasks and has these rollups."""

    def add(**rollups: Any) -> str:
        return make_table({"Tasks": referring_to(tasks)} | rollups, "Projects")

    return add


async def rolled(api: httpx.AsyncClient, page: str, name: str) -> Any:
    return (await api.get(f"/v1/pages/{page}")).json()["properties"][name]["rollup"]


@pytest.mark.parametrize(
    ("prop", "function", "shown"),
    [
        ("Points", "sum", {"type": "number", "number": 3.5, "function": "sum"}),
        ("Name", "count", {"type": "number", "number": 2, "function": "count"}),
        ("Name", "average", {"type": "unsupported", "unsupported": {}, "function": "average"}),
        ("Sum", "average", {"type": "number", "number": None, "function": "average"}),
        (
            "Due",
            "date_range",
            {
                "type": "date",
                "date": {"start": "2026-05-01", "end": "2026-05-09", "time_zone": None},
                "function": "date_range",
            },
        ),
        (
            "Made",
            "latest_date",
            {
                "type": "date",
                "date": {"start": "2026-05-13T09:30:00.000Z", "end": None, "time_zone": None},
                "function": "latest_date",
            },
        ),
        (
            "Points",
            "show_original",
            {
                "type": "array",
                "array": [{"type": "number", "number": 3}, {"type": "number", "number": 0.5}],
                "function": "show_original",
            },
        ),
    ],
    ids=str,
)
async def test_a_rollup_has_the_shape_of_its_function(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make, *, prop: str,
    function: str, shown: Any,
) -> None:  # fmt: skip
    table = add_rollups(It=over(prop, function))
    first = add_row(tasks, "first", {
        "Points": {"number": 3}, "Due": {"date": {"start": "2026-05-01", "end": "2026-05-09"}},
    })  # fmt: skip
    second = add_row(tasks, "second", {"Points": {"number": 0.5}})

    assert await rolled(api, add_row(table, "row", {"Tasks": to(first, second)}), "It") == shown


async def test_a_rollup_of_nothing(
    api: httpx.AsyncClient, add_rollups: Make, add_row: Make
) -> None:
    page = add_row(
        add_rollups(
            Sum=over("Points", "sum"), Mean=over("Points", "average"),
            Share=over("Done", "percent_checked"), Last=over("Due", "latest_date"),
            All=over("Name", "show_original"),
        ),
        "row",
    )  # fmt: skip

    shown = {
        name: await rolled(api, page, name) for name in ("Sum", "Mean", "Share", "Last", "All")
    }
    assert [shown[name][shown[name]["type"]] for name in shown] == [0, None, 0, None, []]


async def test_a_value_of_any_type_stands_in_an_array(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make
) -> None:
    table = add_rollups(**{name: over(name, "show_unique") for name in ROLLED})
    tasks_made = [add_row(tasks, "a"), add_row(tasks, "b")]

    page = (await api.get(f"/v1/pages/{add_row(table, 'row', {'Tasks': to(*tasks_made)})}")).json()

    arrays = {name: page["properties"][name]["rollup"]["array"] for name in ROLLED}
    assert {name: each[0]["type"] for name, each in arrays.items()} == {
        name: next(iter(config)) for name, config in ROLLED.items()
    }
    assert (len(arrays["ID"]), len(arrays["Made"])) == (2, 1)


async def test_numbers_beyond_all_bounds_are_no_number(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make
) -> None:
    most = [add_row(tasks, name, {"Points": {"number": 1.7e308}}) for name in "ab"]
    table = add_rollups(It=over("Points", "sum"))

    shown = await rolled(api, add_row(table, "row", {"Tasks": to(*most)}), "It")
    assert shown["number"] is None


async def test_a_table_in_the_trash_is_not_rolled_up(
    api: httpx.AsyncClient, projects: str, tasks: str
) -> None:
    asked = {"filter": {"property": "Sum", "rollup": {"number": {"greater_than": 0}}}}
    await api.patch(f"/v1/data_sources/{tasks}", json={"in_trash": True})

    rows = (await api.post(f"/v1/data_sources/{projects}/query")).json()["results"]
    found = (await api.post(f"/v1/data_sources/{projects}/query", json=asked)).json()["results"]
    await api.patch(f"/v1/data_sources/{tasks}", json={"in_trash": False})
    back = (await api.post(f"/v1/data_sources/{projects}/query", json=asked)).json()["results"]

    assert [row["properties"]["Sum"]["rollup"]["number"] for row in rows] == [0, 0, 0]
    assert [row["properties"]["Names"]["rollup"]["array"] for row in rows] == [[], [], []]
    assert (len(found), len(back)) == (0, 2)


async def test_the_first_25_of_distinct_values_are_shown(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make
) -> None:
    made = [add_row(tasks, "task", {"Points": {"number": i % 30}}) for i in range(60)]
    table = add_rollups(It=over("Points", "show_unique"))
    await api.patch(f"/v1/pages/{made[0]}", json={"in_trash": True})

    row = add_row(table, "row", {"Tasks": to(*made)})
    page = (await api.get(f"/v1/pages/{row}")).json()["properties"]["It"]
    listed = (await api.get(f"/v1/pages/{row}/properties/{page['id']}")).json()["results"]

    assert [each["number"] for each in page["rollup"]["array"]] == list(range(1, 26))
    assert [each["number"] for each in listed] == [*range(1, 30), 0]


@pytest.fixture
def projects(add_rollups: Make, tasks: str, add_row: Make) -> str:
    """`both` has two tasks, `one` has one, `none` has none."""
    table = add_rollups(
        Sum=over("Points", "sum"), Mean=over("Points", "average"), Last=over("Due", "latest_date"),
        Names=over("Name", "show_original"), States=over("State", "show_unique"),
        Owners=over("Owner", "show_original"),
    )  # fmt: skip
    small = add_row(tasks, "small", {
        "Points": {"number": 1}, "Due": {"date": {"start": "2026-05-01"}},
        "State": {"status": {"name": "Done"}},
    })  # fmt: skip
    large = add_row(tasks, "large", {
        "Points": {"number": 8}, "Due": {"date": {"start": "2026-05-13T10:00:00+02:00"}},
    })  # fmt: skip
    add_row(table, "none")
    add_row(table, "one", {"Tasks": to(small)})
    add_row(table, "both", {"Tasks": to(small, large)})
    return table


@pytest.fixture
def ask(api: httpx.AsyncClient, projects: str) -> Callable[..., Any]:
    async def run(**question: Any) -> str:
        answer = await api.post(f"/v1/data_sources/{projects}/query", json=question)
        body = answer.json()
        if answer.status_code != 200:
            return str(body["message"])
        return " ".join(
            row["properties"]["Name"]["title"][0]["plain_text"] for row in body["results"]
        )

    return run


@pytest.mark.parametrize(
    ("name", "condition", "found"),
    [
        ("Sum", {"number": {"equals": 9}}, "both"),
        ("Sum", {"number": {"less_than": 5}}, "none one"),
        ("Sum", {"number": {"does_not_equal": 1}}, "none both"),
        ("Mean", {"number": {"is_empty": True}}, "none"),
        ("Mean", {"number": {"is_not_empty": True}}, "one both"),
        ("Mean", {"number": {"does_not_equal": 1}}, "none both"),
        ("Last", {"date": {"equals": "2026-05-13"}}, "both"),
        ("Last", {"date": {"before": "2026-05-13"}}, "one"),
        ("Last", {"date": {"past_month": {}}}, "one both"),
        ("Last", {"date": {"is_empty": True}}, "none"),
        ("Names", {"any": {"rich_text": {"equals": "LARGE"}}}, "both"),
        ("Names", {"every": {"rich_text": {"starts_with": "s"}}}, "none one"),
        ("Names", {"none": {"rich_text": {"contains": "arg"}}}, "none one"),
        ("States", {"any": {"status": {"equals": "Done"}}}, "one both"),
        ("States", {"any": {"status": {"is_empty": True}}}, "both"),
        ("Owners", {"any": {"people": {"is_empty": True}}}, "one both"),
    ],
    ids=str,
)
async def test_rows_are_found_by_a_rollup(
    ask: Callable[..., Any], name: str, condition: Any, found: str
) -> None:
    assert await ask(filter={"property": name, "rollup": condition}) == found


@pytest.mark.parametrize(
    ("name", "condition", "message"),
    [
        ("Sum", {"any": {"number": {"equals": 1}}}, "body.filter.rollup.number should be defined"),
        ("Names", {"number": {"equals": 1}}, "body.filter.rollup.any should be defined"),
        (
            "Names",
            {"any": {"number": {"equals": 1}}},
            "database property title does not match filter number",
        ),
    ],
)
async def test_a_condition_that_does_not_fit_the_rollup_is_refused(
    ask: Callable[..., Any], name: str, condition: Any, message: str
) -> None:
    assert message in await ask(filter={"property": name, "rollup": condition})


@pytest.mark.parametrize(
    ("name", "direction", "found"),
    [
        ("Sum", "ascending", "none one both"),
        ("Mean", "descending", "both one none"),
        ("Last", "descending", "both one none"),
        ("Names", "ascending", "one both none"),
    ],
)
async def test_rows_are_sorted_by_a_rollup(
    ask: Callable[..., Any], name: str, direction: str, found: str
) -> None:
    assert await ask(sorts=[{"property": name, "direction": direction}]) == found


async def test_sorted_rows_come_page_by_page(
    api: httpx.AsyncClient, projects: str, ask: Callable[..., Any]
) -> None:
    question = {"sorts": [{"property": "Mean", "direction": "ascending"}], "page_size": 1}
    pages: list[str] = []
    cursor: dict[str, Any] = {}
    while len(pages) < 3:
        pages.append(await ask(**question, **cursor))
        path = f"/v1/data_sources/{projects}/query"
        answer = (await api.post(path, json=question | cursor)).json()
        cursor = {"start_cursor": answer["next_cursor"]}

    assert pages == ["one", "both", "none"]


async def test_an_array_is_cut_at_25_and_the_rest_comes_page_by_page(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make
) -> None:
    table = add_rollups(Names=over("Name", "show_original"), Count=over("Name", "count"))
    many = [add_row(tasks, f"task {i}") for i in range(60)]
    page = add_row(table, "row", {"Tasks": to(*many)})

    properties = (await api.get(f"/v1/pages/{page}")).json()["properties"]
    path = f"/v1/pages/{page}/properties/{properties['Names']['id']}"
    first = (await api.get(path, params={"page_size": 40})).json()
    rest = (await api.get(path, params={"start_cursor": first["next_cursor"]})).json()
    count = (await api.get(f"/v1/pages/{page}/properties/{properties['Count']['id']}")).json()

    assert len(properties["Names"]["rollup"]["array"]) == 25
    items = [item["title"]["plain_text"] for each in (first, rest) for item in each["results"]]
    assert items == [f"task {i}" for i in range(60)]
    assert first["property_item"]["rollup"] == {
        "type": "array", "array": [], "function": "show_original",
    }  # fmt: skip
    assert (count["object"], count["rollup"]["number"]) == ("property_item", 60)


async def test_a_rollup_follows_names_and_says_so_when_its_source_is_gone(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, add_row: Make
) -> None:
    table = add_rollups(It=over("Points", "sum"))
    page = add_row(table, "row")

    async def change(**properties: Any) -> None:
        await api.patch(f"/v1/data_sources/{tasks}", json={"properties": properties})

    await change(Points={"name": "Size"})
    schema = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["It"]["rollup"]
    await change(Size=None)

    assert (schema["rollup_property_name"], schema["function"]) == ("Size", "sum")
    assert await rolled(api, page, "It") == {
        "type": "unsupported", "unsupported": {}, "function": "sum",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rollup", "message"),
    [
        pytest.param(
            over("Total", "count", "Projects"),
            "should be over a property that is no rollup itself",
            id="of-a-rollup",
        ),
        pytest.param(
            over("Name", "count", "Points"), "should be a rollup over a relation", id="no-relation"
        ),
        pytest.param(
            over("Nope", "count", "Projects"),
            "Could not find property with name or id: Nope",
            id="unknown-property",
        ),
        pytest.param(
            over("Name", "mode", "Projects"), 'should be `"count"`, `"count_values"`', id="function"
        ),
    ],
)
async def test_a_rollup_that_cannot_be_is_refused(
    api: httpx.AsyncClient, add_rollups: Make, tasks: str, rollup: Any, message: str
) -> None:
    projects = add_rollups(Total=over("Points", "sum"))
    changes = {"Projects": referring_to(projects), "New": rollup}

    answer = await api.patch(f"/v1/data_sources/{tasks}", json={"properties": changes})

    assert message in answer.json()["message"]


async def test_a_table_rolls_up_itself(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, ada: Actor
) -> None:
    table = make_table({"Owner": {"people": {}}})
    changes = {"Owners": over("Owner", "show_original", "Before"), "Before": referring_to(table)}
    made = await api.patch(f"/v1/data_sources/{table}", json={"properties": changes})
    first = add_row(table, "first", {"Owner": {"people": [{"id": ada.id}]}})

    shown = await rolled(api, add_row(table, "second", {"Before": to(first)}), "Owners")

    assert list(made.json()["properties"]) == ["Name", "Owner", "Owners", "Before"]
    assert shown["array"][0]["people"][0]["name"] == "Ada"
