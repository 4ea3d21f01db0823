"""Compiled filters against a plain evaluation in Python, over random rows and conditions."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.workspace.core import Actor, Workspace

Row = dict[str, Any]
Make = Callable[..., str]

WORDS = ("", "a", "ab", "BA", "straße", "STRASSE", "b a")
OPTIONS = ("x", "y", "z")
NUMBERS = (-1, 0, 0.5, 2)
DATES = (
    "2026-03-28",
    "2026-03-29",
    "2026-03-28T23:30:00.000Z",
    "2026-03-29T00:30:00.000+02:00",
    "2026-03-29T23:59:00.000-01:00",
)
COLUMNS: dict[str, Any] = {
    "Text": {"rich_text": {}},
    "Number": {"number": {}},
    "Tick": {"checkbox": {}},
    "One": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Many": {"multi_select": {"options": [{"name": name} for name in OPTIONS]}},
    "Day": {"date": {}},
}
ROWS = st.fixed_dictionaries(
    {
        "Text": st.sampled_from(WORDS),
        "Number": st.sampled_from((None, *NUMBERS)),
        "Tick": st.booleans(),
        "One": st.sampled_from((None, *OPTIONS)),
        "Many": st.lists(st.sampled_from(OPTIONS), unique=True),
        "Day": st.sampled_from((None, *DATES)),
    }
)


def span(written: str) -> tuple[datetime, datetime]:
    """From when until before when a day or an instant lasts."""
    start = datetime.fromisoformat(written)
    if "T" in written:
        return start, start + timedelta(milliseconds=1)
    start = start.replace(tzinfo=UTC)
    return start, start + timedelta(days=1)


def begins(written: str) -> datetime:
    return span(written)[0]


PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "text equals": lambda value, sent: value == sent,
    "text contains": lambda value, sent: sent in value,
    "text starts_with": lambda value, sent: value.startswith(sent),
    "text ends_with": lambda value, sent: value.endswith(sent),
    "number equals": lambda value, sent: value == sent,
    "number greater_than": lambda value, sent: value > sent,
    "number less_than": lambda value, sent: value < sent,
    "number greater_than_or_equal_to": lambda value, sent: value >= sent,
    "number less_than_or_equal_to": lambda value, sent: value <= sent,
    "date equals": lambda value, sent: span(sent)[0] <= begins(value) < span(sent)[1],
    "date before": lambda value, sent: begins(value) < span(sent)[0],
    "date after": lambda value, sent: begins(value) >= span(sent)[1],
    "date on_or_before": lambda value, sent: begins(value) < span(sent)[1],
    "date on_or_after": lambda value, sent: begins(value) >= span(sent)[0],
    "option equals": lambda value, sent: value == sent,
    "options contains": lambda value, sent: sent in value,
}
"""What holds for a row that has a value; no row without one is found."""

FAMILIES: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "text": ("Text", "rich_text", WORDS),
    "number": ("Number", "number", NUMBERS),
    "date": ("Day", "date", DATES),
    "option": ("One", "select", OPTIONS),
    "options": ("Many", "multi_select", OPTIONS),
}
NEGATED = {"does_not_equal": "equals", "does_not_contain": "contains"}


def every_condition() -> Iterator[Any]:
    """Each operator of each family with each value."""
    for family, (name, kind, values) in FAMILIES.items():
        known = [key.split()[1] for key in PLAIN if key.split()[0] == family]
        if family != "date":
            known += [word for word, plain in NEGATED.items() if plain in known]
        for operator in known:
            yield from ({"property": name, kind: {operator: value}} for value in values)
        for operator in ("is_empty", "is_not_empty"):
            yield {"property": name, kind: {operator: True}}
    for tick in (True, False):
        yield {"property": "Tick", "checkbox": {"equals": tick}}


LEAVES = st.sampled_from(list(every_condition()))


def groups(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.lists(inside, min_size=1, max_size=3)
    return st.builds(lambda word, parts: {word: parts}, st.sampled_from(("and", "or")), members)


FILTERS = LEAVES | groups(LEAVES | groups(LEAVES))


def holds(asked: Any, row: Row) -> bool:
    if "and" in asked:
        return all(holds(each, row) for each in asked["and"])
    if "or" in asked:
        return any(holds(each, row) for each in asked["or"])
    value = row[asked["property"]]
    if "checkbox" in asked:
        return bool(value == asked["checkbox"]["equals"])
    family = next(key for key, known in FAMILIES.items() if known[0] == asked["property"])
    [(operator, sent)] = asked[FAMILIES[family][1]].items()
    return leaf(family, operator, value, sent)


def leaf(family: str, operator: str, value: Any, sent: Any) -> bool:
    is_empty = value in (None, "", [])
    if operator in ("is_empty", "is_not_empty"):
        return is_empty == (operator == "is_empty")
    if operator in NEGATED:
        return not leaf(family, NEGATED[operator], value, sent)
    if family == "text":
        value, sent = value.casefold(), sent.casefold()
    return not is_empty and PLAIN[f"{family} {operator}"](value, sent)


def payload(row: Row) -> Any:
    return {
        "Text": {"rich_text": [{"text": {"content": row["Text"]}}] if row["Text"] else []},
        "Number": {"number": row["Number"]},
        "Tick": {"checkbox": row["Tick"]},
        "One": {"select": row["One"] and {"name": row["One"]}},
        "Many": {"multi_select": [{"name": name} for name in row["Many"]]},
        "Day": {"date": row["Day"] and {"start": row["Day"]}},
    }


@pytest.fixture
def find(workspace: Workspace, ada: Actor, make_table: Make, add_row: Make) -> Any:
    """Puts the rows into the one table instead of those before; gives the numbers of those found.

    The table and the page that holds it are made once.
    """
    table = make_table(COLUMNS)
    before: list[str] = []

    def run(rows: list[Row], asked: Any) -> list[int]:
        with workspace.transaction():
            for page in before:
                workspace.perform("PATCH", f"/v1/pages/{page}", {"in_trash": True}, actor=ada)
            before[:] = [add_row(table, "row", payload(row)) for row in rows]
        path = f"/v1/data_sources/{table}/query"
        answer = workspace.perform("POST", path, {"filter": asked}, actor=ada)
        return [before.index(cast("str", page["id"])) for page in answer["results"]]

    return run


def every_value() -> list[Row]:
    """Rows in which each value of each property stands once, and rows that are empty."""
    many: list[list[str]] = [[], *([name] for name in OPTIONS), list(OPTIONS)]
    columns = [WORDS, [None, *NUMBERS], [True, False], [None, *OPTIONS], many, [None, *DATES]]
    return [
        dict(zip(COLUMNS, values, strict=True))
        for values in zip(*(_repeated(column) for column in columns), strict=True)
    ]


def _repeated(values: Sequence[Any]) -> list[Any]:
    return [values[i % len(values)] for i in range(len(WORDS))]


def test_every_condition_finds_what_a_plain_reading_finds(find: Any) -> None:
    rows = every_value()

    wrong = [
        asked
        for asked in every_condition()
        if find(rows, asked) != [i for i, row in enumerate(rows) if holds(asked, row)]
    ]

    assert wrong == []


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROWS, min_size=1, max_size=6), asked=FILTERS)
def test_conditions_combine_as_a_plain_reading_does(find: Any, rows: list[Row], asked: Any) -> None:
    assert find(rows, asked) == [i for i, row in enumerate(rows) if holds(asked, row)]
