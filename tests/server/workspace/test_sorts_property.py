"""Pages of queries against a plain sort in Python, over random rows, sorts, filters and cursors.

The cursor stands at any row, also at one that the filter leaves out, as after an edit between two
pages. `look_at` is small, so that a few rows are enough for every way to find a page.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.workspace import identities, nodes, query, seek, tables
from server.workspace.call import Call
from server.workspace.core import Actor, Workspace
from server.workspace.database import Database
from server.workspace.inputs import Input

Row = dict[str, Any]
Make = Callable[..., str]

OPTIONS = ("z", "a", "m")
COLUMNS: dict[str, Any] = {
    "Text": {"rich_text": {}},
    "Number": {"number": {}},
    "Tick": {"checkbox": {}},
    "One": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Many": {"multi_select": {"options": [{"name": name} for name in OPTIONS]}},
    "Day": {"date": {}},
    "Who": {"people": {}},
    "Made": {"created_time": {}},
}
DAYS = {"2026-03-28T23:00:00.000Z": 1, "2026-03-29": 2, "2026-03-29T02:30:00.000+02:00": 3}
"""In the order of their instants."""

ROW = st.fixed_dictionaries(
    {
        "Text": st.sampled_from(("", "a", "B", "ab")),
        "Number": st.sampled_from((None, -1, 0, 0.5)),
        "Tick": st.booleans(),
        "One": st.sampled_from((None, *OPTIONS)),
        "Many": st.lists(st.sampled_from(OPTIONS), unique=True),
        "Day": st.sampled_from((None, *DAYS)),
        "Who": st.booleans(),
        "Made": st.sampled_from(("2026-01-01T00:00Z", "2026-01-02T00:00Z")),
    }
)
VALUES: dict[str, Callable[[Row], Any]] = {
    "Text": lambda row: row["Text"].casefold() or None,
    "Number": lambda row: row["Number"],
    "Tick": lambda row: row["Tick"],
    "One": lambda row: row["One"] and OPTIONS.index(row["One"]),
    "Many": lambda row: OPTIONS.index(row["Many"][0]) if row["Many"] else None,
    "Day": lambda row: row["Day"] and DAYS[row["Day"]],
    "Who": lambda row: "Ada" if row["Who"] else None,
    "Made": lambda row: row["Made"],
}
"""What each property is sorted by; None comes last."""

Filter = tuple[Any, Callable[[Row], bool]]
LEAVES: list[Filter] = [
    (None, lambda _row: True),
    ({"property": "Tick", "checkbox": {"equals": True}}, lambda row: row["Tick"]),
    ({"property": "Number", "number": {"less_than": 0.5}}, lambda row: row["Number"] in (-1, 0)),
    ({"property": "Number", "number": {"is_empty": True}}, lambda row: row["Number"] is None),
    ({"property": "Text", "rich_text": {"contains": "a"}}, lambda row: "a" in row["Text"]),
    ({"property": "One", "select": {"does_not_equal": "a"}}, lambda row: row["One"] != "a"),
    ({"property": "One", "select": {"equals": "z"}}, lambda row: row["One"] == "z"),
    ({"property": "Many", "multi_select": {"contains": "m"}}, lambda row: "m" in row["Many"]),
    (
        {"property": "Many", "multi_select": {"contains": ["z", "m"]}},
        lambda row: bool({"z", "m"} & set(row["Many"])),
    ),
    (
        {"property": "Day", "date": {"on_or_after": "2026-03-29"}},
        lambda row: row["Day"] in list(DAYS)[1:],
    ),
]


def both(one: Filter, other: Filter) -> Filter:
    return {"and": [one[0], other[0]]}, lambda row: one[1](row) and other[1](row)


def either(one: Filter, other: Filter) -> Filter:
    return {"or": [one[0], other[0]]}, lambda row: one[1](row) or other[1](row)


LEAF, TOLD = st.sampled_from(LEAVES), st.sampled_from(LEAVES[1:])
FILTER: st.SearchStrategy[Filter] = (
    LEAF | st.builds(both, TOLD, TOLD) | st.builds(either, TOLD, TOLD)
)
SORT = st.tuples(st.sampled_from(list(COLUMNS)), st.sampled_from(("ascending", "descending")))
QUESTION: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "filter": FILTER,
        "sorts": st.lists(SORT, max_size=5),
        "after": st.none() | st.integers(0, 15),
        "limit": st.integers(1, 4),
        "look_at": st.sampled_from((1, 4, 6, 100)),
    }
)
QUESTIONS = st.lists(QUESTION, min_size=10, max_size=25)


def plain(rows: list[Row], asked: dict[str, Any]) -> list[int]:
    """The numbers of the rows on the page, by stable sorts from the last key to the first."""
    order = list(range(len(rows)))
    for name, direction in reversed(asked["sorts"]):
        values = [VALUES[name](row) for row in rows]
        known = [i for i in order if values[i] is not None]
        known.sort(key=values.__getitem__, reverse=direction == "descending")
        order = known + [i for i in order if values[i] is None]
    start = 0 if asked["after"] is None else order.index(asked["after"] % len(rows)) + 1
    found = [i for i in order[start:] if asked["filter"][1](rows[i])]
    return found[: asked["limit"]]


def payload(row: Row, ada: Actor) -> Any:
    text = [{"text": {"content": row["Text"]}}] if row["Text"] else []
    return {
        "Text": {"rich_text": text},
        "Number": {"number": row["Number"]},
        "Tick": {"checkbox": row["Tick"]},
        "One": {"select": row["One"] and {"name": row["One"]}},
        "Many": {"multi_select": [{"name": name} for name in row["Many"]]},
        "Day": {"date": row["Day"] and {"start": row["Day"]}},
        "Who": {"people": [{"id": ada.id}] if row["Who"] else []},
    }


@pytest.fixture
def database(workspace: Workspace, tmp_path: Path) -> Generator[Database]:  # noqa: ARG001 - its file
    with closing(Database(tmp_path / "workspace.sqlite3", found=lambda _db: None)) as opened:
        yield opened


Fill = Callable[[list[Row]], tuple[str, list[str]]]


@pytest.fixture
def fill(workspace: Workspace, ada: Actor, make_table: Make, add_row: Make) -> Fill:
    """Puts rows into a table of their own; gives its id and theirs."""

    def run(rows: list[Row]) -> tuple[str, list[str]]:
        with workspace.transaction():
            table = make_table(COLUMNS)
            return table, [
                add_row(table, "row", payload(row, ada), at=datetime.fromisoformat(row["Made"]))
                for row in rows
            ]

    return run


def find(
    database: Database, ada: Actor, table: str, ids: list[str], asked: dict[str, Any]
) -> list[int]:
    """The numbers of the rows on the page, as the workspace finds them."""
    sorts = [{"property": name, "direction": direction} for name, direction in asked["sorts"]]
    body = Input({"filter": asked["filter"][0], "sorts": sorts}, "body")
    with database.reading() as db:
        call = Call(db, identities.owner(ada), 0, uuid4, {}, Input({}, "query"), body)
        loaded = tables.load(call, nodes.known(db, table))
        question = replace(query.question(call, loaded, body), look_at=asked["look_at"])
        after: int | None = asked["after"]
        if after is not None:
            place = query.place(call, question, ids[after % len(ids)])
            question = replace(question, after=place)
        numbers = seek.numbers(db, question, asked["limit"])
        return [ids.index(nodes.by_number(db, number).id) for number in numbers]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROW, min_size=7, max_size=14), questions=QUESTIONS)
def test_every_page_is_that_of_a_plain_sort(
    database: Database, ada: Actor, fill: Fill, rows: list[Row], questions: list[Any]
) -> None:
    table, ids = fill(rows)

    wrong = [
        (asked, found)
        for asked in questions
        if (found := find(database, ada, table, ids, asked)) != plain(rows, asked)
    ]

    assert wrong == []
