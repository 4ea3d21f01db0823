"""Every rollup function over every type, against a plain evaluation over random related rows."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.workspace.core import Actor, Workspace
from server.workspace.rollups import FUNCTIONS, Kind, kind_of

Row = dict[str, Any]
Make = Callable[..., str]
Show = Callable[[list[Row]], dict[str, Any]]

OPTIONS = ("x", "y", "z")
STATES = ("Not started", "In progress", "Done")
DAYS = (
    "2026-03-28",
    "2026-03-28T23:30:00.000+00:00",
    "2026-03-29",
    "2026-03-30T01:00:00.000+02:00",
)
SPANS = [None, *((start, None) for start in DAYS), (DAYS[0], DAYS[3]), (DAYS[1], DAYS[2])]
COLUMNS: dict[str, Any] = {
    "Number": {"number": {}},
    "Day": {"date": {}},
    "Tick": {"checkbox": {}},
    "One": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Many": {"multi_select": {"options": [{"name": name} for name in OPTIONS]}},
    "State": {"status": {}},
    "Text": {"rich_text": {}},
}
ROWS = st.fixed_dictionaries(
    {
        "Number": st.sampled_from((None, -1, 0, 0.5, 2, 2)),
        "Day": st.sampled_from(SPANS),
        "Tick": st.booleans(),
        "One": st.sampled_from((None, *OPTIONS)),
        "Many": st.lists(st.sampled_from(OPTIONS), unique=True),
        "State": st.sampled_from((None, *STATES)),
        "Text": st.sampled_from(("", "a", "A", "straße", "STRASSE", "a\0b")),
    }
)
APPLICABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("sum", "average", "median", "min", "max", "range"), frozenset(("Number",))),
    **dict.fromkeys(("earliest_date", "latest_date", "date_range"), frozenset(("Day",))),
    **dict.fromkeys(
        ("checked", "unchecked", "percent_checked", "percent_unchecked"), frozenset(("Tick",))
    ),
    **dict.fromkeys(("count_per_group", "percent_per_group"), frozenset(("State",))),
}
"""To which of the properties a function applies; those that are not named apply to all."""


def values(row: Row, name: str) -> list[Any]:
    """The values of a property, one by one, and the same for those that are the same."""
    value = row[name]
    match name:
        case "Many":
            return list(value)
        case "Text":
            return [value.casefold()] if value else []
        case "Day":
            return [value[0]] if value else []
        case _:
            return [] if value is None else [value]


def share(part: int, rows: Sequence[Row]) -> float:
    return part / len(rows) if rows else 0


def ends(rows: Sequence[Row]) -> list[str]:
    """Every start and end, from the earliest to the latest."""
    written = [day for row in rows if row["Day"] for day in row["Day"] if day]
    return sorted(written, key=lambda day: datetime.fromisoformat(day).replace(
        tzinfo=datetime.fromisoformat(day).tzinfo or UTC))  # fmt: skip


def distinct(rows: Sequence[Row], name: str) -> list[Row]:
    """The first row of each value."""
    keys = [row["Day"] if name == "Day" else values(row, name) for row in rows]
    return [row for i, row in enumerate(rows) if keys.index(keys[i]) == i]


PLAIN: dict[str, Callable[[Sequence[Row], list[Any]], Any]] = {
    "count": lambda rows, _each: len(rows),
    "count_values": lambda _rows, each: len(each),
    "unique": lambda _rows, each: len(set(each)),
    "checked": lambda _rows, each: each.count(True),
    "unchecked": lambda _rows, each: each.count(False),
    "percent_checked": lambda rows, each: share(each.count(True), rows),
    "percent_unchecked": lambda rows, each: share(each.count(False), rows),
    "count_per_group": lambda _rows, each: each.count("Done"),
    "percent_per_group": lambda rows, each: share(each.count("Done"), rows),
    "sum": lambda _rows, each: sum(each),
    "average": lambda _rows, each: sum(each) / len(each) if each else None,
    "median": lambda _rows, each: median(each) if each else None,
    "min": lambda _rows, each: min(each, default=None),
    "max": lambda _rows, each: max(each, default=None),
    "range": lambda _rows, each: max(each) - min(each) if each else None,
    "earliest_date": lambda rows, _each: (ends(rows)[0], None) if ends(rows) else None,
    "latest_date": lambda rows, _each: (ends(rows)[-1], None) if ends(rows) else None,
    "date_range": lambda rows, _each: (ends(rows)[0], ends(rows)[-1]) if ends(rows) else None,
}
"""What a function gives of the related rows and of each of their values."""

FULL: dict[str, Callable[[Sequence[Row], int], Any]] = {
    "empty": lambda rows, full: len(rows) - full,
    "not_empty": lambda _rows, full: full,
    "percent_empty": lambda rows, full: share(len(rows) - full, rows),
    "percent_not_empty": lambda rows, full: share(full, rows),
}
"""What a function gives of the related rows and of how many of them have a value."""


def plain(function: str, rows: Sequence[Row], name: str) -> Any:
    """What a rollup function gives, by its own words."""
    if function in FULL:
        return FULL[function](rows, sum(bool(values(row, name)) for row in rows))
    if function in PLAIN:
        return PLAIN[function](rows, [value for row in rows for value in values(row, name)])
    return [row[name] for row in (distinct(rows, name) if function == "show_unique" else rows)]


def payload(row: Row) -> Any:
    text = [{"text": {"content": row["Text"]}}] if row["Text"] else []
    return {
        "Number": {"number": row["Number"]},
        "Day": {"date": row["Day"] and {"start": row["Day"][0], "end": row["Day"][1]}},
        "Tick": {"checkbox": row["Tick"]},
        "One": {"select": row["One"] and {"name": row["One"]}},
        "Many": {"multi_select": [{"name": name} for name in row["Many"]]},
        "State": {"status": row["State"] and {"name": row["State"]}},
        "Text": {"rich_text": text},
    }


def read(shown: Any) -> Any:
    """The value of a property as the rows above hold it."""
    value = shown[shown["type"]]
    match shown["type"]:
        case "date":
            return value and (value["start"], value["end"])
        case "select" | "status":
            return value and value["name"]
        case "multi_select":
            return [option["name"] for option in value]
        case "rich_text":
            return "".join(item["plain_text"] for item in value)
        case "array":
            return [read(item) for item in value]
        case _:
            return value


def rollups_of(name: str) -> dict[str, Any]:
    both = {"relation_property_name": "Related", "rollup_property_name": name}
    return {f"{name} {each}": {"rollup": both | {"function": each}} for each in FUNCTIONS}


@pytest.fixture
def show(workspace: Workspace, ada: Actor, make_table: Make, add_row: Make) -> Show:
    """The rollups of a row over these related rows; one of the trash is related with them."""
    related = make_table(COLUMNS)
    table = make_table(
        {"Related": {"relation": {"data_source_id": related, "single_property": {}}}}
        | {key: config for name in COLUMNS for key, config in rollups_of(name).items()}
    )
    trashed = add_row(related, "gone", payload(dict.fromkeys(COLUMNS, "") | {
        "Number": 7, "Day": (DAYS[0], None), "Tick": True, "One": "x", "Many": ["x"],
        "State": "Done", "Text": "gone",
    }))  # fmt: skip
    workspace.perform("PATCH", f"/v1/pages/{trashed}", {"in_trash": True}, actor=ada)

    def run(rows: list[Row]) -> dict[str, Any]:
        with workspace.transaction():
            pages = [add_row(related, "row", payload(row)) for row in rows]
            page = add_row(table, "row", to(*pages, trashed))
        answer = workspace.perform("GET", f"/v1/pages/{page}", actor=ada)
        properties: dict[str, Any] = answer["properties"]
        return {name: each["rollup"] for name, each in properties.items() if "rollup" in each}

    return run


def to(*pages: str) -> Any:
    return {"Related": {"relation": [{"id": page} for page in pages]}}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROWS, max_size=6))
def test_each_function_gives_what_a_plain_evaluation_gives(show: Show, rows: list[Row]) -> None:
    shown = show(rows)

    expected: dict[str, Any] = {}
    for name in COLUMNS:
        for function in FUNCTIONS:
            if name in APPLICABLE.get(function, COLUMNS):
                expected[f"{name} {function}"] = plain(function, rows, name)
            else:
                expected[f"{name} {function}"] = {}
    assert {key: read(value) for key, value in shown.items()} == expected


def test_there_are_24_functions_of_three_kinds() -> None:
    assert len(set(FUNCTIONS)) == 24
    assert {kind_of(function) for function in FUNCTIONS} == set(get_args(Kind))
