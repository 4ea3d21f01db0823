"""Compiled filters against a plain evaluation in Python, over random rows and conditions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.workspace.core import Actor, Workspace

Row = dict[str, Any]
Make = Callable[..., str]

WORDS = ("", "a", "ab", "BA", "straße", "STRASSE", "b a", "b\0", "\0a")
OPTIONS = ("x", "y", "z")
NUMBERS = (-1, 0, 0.5, 2)
DATES = (
    "2026-03-28",
    "2026-03-29",
    "2026-03-28T23:30:00.000Z",
    "2026-03-29T00:30:00.000+02:00",
    "2026-03-29T23:59:00.000-01:00",
)
PEOPLE = tuple(f"00000000-0000-4000-8000-{i:012}" for i in range(3))
COLUMNS: dict[str, Any] = {
    "Text": {"rich_text": {}},
    "Number": {"number": {}},
    "Tick": {"checkbox": {}},
    "One": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Many": {"multi_select": {"options": [{"name": name} for name in OPTIONS]}},
    "Day": {"date": {}},
    "Who": {"people": {}},
    "Made": {"created_time": {}},
    "ID": {"unique_id": {}},
}
ROWS = st.fixed_dictionaries(
    {
        "Text": st.sampled_from(WORDS),
        "Number": st.sampled_from((None, *NUMBERS)),
        "Tick": st.booleans(),
        "One": st.sampled_from((None, *OPTIONS)),
        "Many": st.lists(st.sampled_from(OPTIONS), unique=True),
        "Day": st.sampled_from((None, *DATES)),
        "Who": st.lists(st.sampled_from(PEOPLE), unique=True),
        "Made": st.sampled_from(DATES),
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
    "people contains": lambda value, sent: sent in value,
}
"""What holds for a row that has a value; no row without one is found."""

FAMILIES: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "text": ("Text", "rich_text", WORDS),
    "number": ("Number", "number", NUMBERS),
    "date": ("Day", "date", DATES),
    "option": ("One", "select", OPTIONS),
    "options": ("Many", "multi_select", OPTIONS),
    "people": ("Who", "people", PEOPLE),
    "date of making": ("Made", "created_time", DATES),
    "number of the row": ("ID", "unique_id", (1, 3, 5)),
}
NEGATED = {"does_not_equal": "equals", "does_not_contain": "contains"}


def every_condition() -> Iterator[Any]:
    """Each operator of each family with each value."""
    for family, (name, kind, values) in FAMILIES.items():
        kin = family.split()[0]
        known = [key.split()[1] for key in PLAIN if key.split()[0] == kin]
        if kin != "date":
            known += [word for word, plain in NEGATED.items() if plain in known]
        for operator in known:
            yield from ({"property": name, kind: {operator: value}} for value in values)
        for operator in ("is_empty", "is_not_empty"):
            yield {"property": name, kind: {operator: True}}
    for tick in (True, False):
        yield {"property": "Tick", "checkbox": {"equals": tick}}
    for day in DATES:
        yield {"timestamp": "created_time", "created_time": {"on_or_after": day}}


LEAVES = st.sampled_from(list(every_condition()))


def groups(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.lists(inside, min_size=1, max_size=3)
    return members.flatmap(lambda parts: st.sampled_from([{"and": parts}, {"or": parts}]))


FILTERS = LEAVES | groups(LEAVES | groups(LEAVES))


def holds(asked: Any, row: Row) -> bool:
    if "and" in asked:
        return all(holds(each, row) for each in asked["and"])
    if "or" in asked:
        return any(holds(each, row) for each in asked["or"])
    name = asked.get("property", "Made")
    if "checkbox" in asked:
        return bool(row[name] == asked["checkbox"]["equals"])
    family = next(key for key, known in FAMILIES.items() if known[0] == name)
    [(operator, sent)] = asked[FAMILIES[family][1]].items()
    return leaf(family.split()[0], operator, row[name], sent)


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
        "Who": {"people": [{"id": user_id} for user_id in row["Who"]]},
    }


class Rows:
    """Two tables: rows to ask for, and groups that refer to some of them and roll them up."""

    def __init__(self, perform: Callable[..., Any], make_table: Make) -> None:
        self._perform = perform
        self._table = make_table(COLUMNS)
        relation: Any = {"relation": {"data_source_id": self._table, "single_property": {}}}
        self._groups = make_table({"Rows": relation} | {name: rolled(name) for name in COLUMNS})
        self._pages: list[str] = []

    def put(self, rows: list[Row]) -> None:
        """Let there be these rows, and none of those before."""
        for page in self._pages:
            self._perform("PATCH", f"/v1/pages/{page}", {"in_trash": True})
        self._pages = [self._add(self._table, payload(row), row) for row in rows]

    def group(self, members: Sequence[int]) -> None:
        """Let there be a group of these rows."""
        related = [{"id": self._pages[i]} for i in members]
        self._pages.append(self._add(self._groups, {"Rows": {"relation": related}}, {}))

    def find(self, asked: Any) -> list[int]:
        """Where the rows stand among those that were put, for which the filter holds."""
        return self._find(self._table, asked)

    def find_groups(self, asked: Any) -> list[int]:
        """The same for groups, behind the rows."""
        return self._find(self._groups, asked)

    def _find(self, table: str, asked: Any) -> list[int]:
        answer = self._perform("POST", f"/v1/data_sources/{table}/query", {"filter": asked})
        return [self._pages.index(cast("str", page["id"])) for page in answer["results"]]

    def _add(self, table: str, values: Any, row: Row) -> str:
        at = begins(row["Made"]) if row else None
        body = {"parent": {"data_source_id": table}, "properties": values}
        page = self._perform("POST", "/v1/pages", body, at=at)
        if row:
            row["ID"] = page["properties"]["ID"]["unique_id"]["number"]
        return cast("str", page["id"])


def rolled(name: str) -> Any:
    both = {"relation_property_name": "Rows", "rollup_property_name": name}
    return {"rollup": both | {"function": "show_original"}}


@pytest.fixture
def table(workspace: Workspace, ada: Actor, make_table: Make) -> Iterator[Rows]:
    for user_id in PEOPLE:
        workspace.add_person(user_id, None, user_id=user_id)
    with workspace.transaction():
        yield Rows(partial(workspace.perform, actor=ada), make_table)


def every_value() -> list[Row]:
    """Rows in which each value of each property stands once, and rows that are empty."""
    many: list[list[str]] = [[], *([name] for name in OPTIONS), list(OPTIONS)]
    who: list[list[str]] = [[], *([user_id] for user_id in PEOPLE), list(PEOPLE)]
    columns: list[Sequence[Any]] = [
        WORDS, [None, *NUMBERS], [True, False], [None, *OPTIONS], many, [None, *DATES], who, DATES
    ]  # fmt: skip
    return [
        dict(zip(COLUMNS, (each[i % len(each)] for each in columns), strict=False))
        for i in range(len(WORDS))
    ]


def test_every_condition_finds_what_a_plain_reading_finds(table: Rows) -> None:
    rows = every_value()
    table.put(rows)

    wrong = [
        asked
        for asked in every_condition()
        if table.find(asked) != [i for i, row in enumerate(rows) if holds(asked, row)]
    ]

    assert wrong == []


GROUPS: tuple[tuple[int, ...], ...] = ((), (0,), (1, 2), (3, 4, 5), (6, 7, 8), tuple(range(9)))
QUANTIFIERS: dict[str, Callable[[Iterable[bool]], bool]] = {
    "any": any,
    "every": all,
    "none": lambda held: not any(held),
}
ROLLED_KINDS = {"created_time": "date", "unique_id": "number"}
"""As what conditions name values of types that they cannot name themselves."""


def test_every_condition_on_related_rows_is_about_any_every_or_none_of_them(table: Rows) -> None:
    rows = every_value()
    table.put(rows)
    for members in GROUPS:
        table.group(members)

    wrong: list[Any] = []
    for asked in (each for each in every_condition() if "property" in each):
        kind = next(key for key in asked if key != "property")
        shown = ROLLED_KINDS.get(kind, kind)
        for word, quantifier in QUANTIFIERS.items():
            rollup = {"property": asked["property"], "rollup": {word: {shown: asked[kind]}}}
            expected = [
                len(rows) + i
                for i, members in enumerate(GROUPS)
                if quantifier(holds(asked, rows[each]) for each in members)
            ]
            if table.find_groups(rollup) != expected:
                wrong.append(rollup)

    assert wrong == []


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROWS, min_size=1, max_size=6), asked=FILTERS)
def test_conditions_combine_as_a_plain_reading_does(
    table: Rows, rows: list[Row], asked: Any
) -> None:
    table.put(rows)

    assert table.find(asked) == [i for i, row in enumerate(rows) if holds(asked, row)]
