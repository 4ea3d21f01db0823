from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from playbooks.drift import Drift, changes_between, drifts, form_of
from playbooks.objects import DataSource, Option, Property

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
OPTIONS = (
    Option("To do", id="a", color="gray"),
    Option("Doing", id="b", color="blue"),
    Option("Done", id="c", color="green"),
)
STATUS = Property("s", "Status", "select", OPTIONS)
HOURS = Property("h", "Hours", "number")
TASK = Property("t", "Task", "relation", target_data_source_id="tasks")


def schema(*properties: Property) -> DataSource:
    return DataSource("d", "Tasks", None, in_trash=False, url="", properties=properties)


def told(before: DataSource, after: DataSource) -> list[Drift]:
    return changes_between(form_of(before), form_of(after), matter=frozenset({"s"}))


def bare(*names_and_colors: tuple[str, str]) -> Property:
    """A status whose options came without ids."""
    options = tuple(Option(name, color=color) for name, color in names_and_colors)
    return replace(STATUS, options=options)


@pytest.mark.parametrize(
    ("after", "kind", "breaking"),
    [
        pytest.param([STATUS, TASK], "removed", True, id="removed"),
        pytest.param([STATUS, HOURS, TASK, Property("n", "New", "date")], "added", False, id="new"),
        pytest.param([STATUS, replace(HOURS, name="Effort"), TASK], "renamed", False, id="name"),
        pytest.param([STATUS, replace(HOURS, type="rich_text"), TASK], "retyped", True, id="type"),
        pytest.param(
            [STATUS, replace(HOURS, id="z", type="rich_text"), TASK],
            "retyped",
            True,
            id="made-anew-under-its-name",
        ),
        pytest.param(
            [STATUS, replace(HOURS, id="z"), TASK], "recreated", True, id="made-anew-as-it-was"
        ),
        pytest.param(
            [STATUS, HOURS, replace(TASK, target_data_source_id="others")],
            "target_changed",
            True,
            id="target",
        ),
        pytest.param(
            [replace(STATUS, options=OPTIONS[:2]), HOURS, TASK], "option_removed", True, id="option"
        ),
        pytest.param(
            [replace(STATUS, options=(*OPTIONS, Option("Late", id="d"))), HOURS, TASK],
            "option_added",
            False,
            id="another-option",
        ),
        pytest.param(
            [
                replace(STATUS, options=(*OPTIONS[:2], Option("Shipped", id="c", color="red"))),
                HOURS,
                TASK,
            ],
            "option_renamed",
            True,
            id="option-with-its-id",
        ),
    ],
)
def test_a_change_is_told_once_and_for_what_it_is(
    after: list[Property], kind: str, *, breaking: bool
) -> None:
    (drift,) = told(schema(STATUS, HOURS, TASK), schema(*after))

    assert (drift.kind, drift.breaking, drift.certain) == (kind, breaking, True)


def test_without_ids_colour_and_place_speak_for_a_new_name() -> None:
    before = bare(("To do", "gray"), ("Done", "green"))
    (likely,) = told(schema(before), schema(bare(("To do", "gray"), ("Shipped", "green"))))
    other = told(schema(before), schema(bare(("To do", "gray"), ("Shipped", "red"))))

    assert (likely.kind, likely.certain) == ("option_renamed", False)
    assert "to judge by colour and position" in likely.says
    assert [each.kind for each in other] == ["option_removed", "option_added"]


def test_the_order_of_properties_and_options_is_no_change() -> None:
    turned = replace(STATUS, options=OPTIONS[::-1])

    assert told(schema(STATUS, HOURS), schema(HOURS, turned)) == []


def at(days: int) -> datetime:
    return NOW - timedelta(days=days)


SEEN = [
    (at(1), form_of(schema(STATUS, replace(HOURS, type="rich_text")))),
    (at(5), form_of(schema(STATUS))),
    (at(10), form_of(schema(STATUS, TASK))),
    (at(60), form_of(schema(STATUS, replace(HOURS, id="old")))),
    (at(90), form_of(schema())),
]


def test_what_differs_is_told_with_when_it_came() -> None:
    found = drifts(SEEN, since=at(30), matter=frozenset())

    assert [(each.kind, each.name) for each in found] == [("retyped", "Hours")]


def test_what_came_and_went_is_no_change() -> None:
    found = drifts(SEEN[1:], since=at(30), matter=frozenset())

    (removed,) = found
    assert (removed.kind, removed.name, removed.since) == ("removed", "Hours", at(10))
    assert removed.not_before == at(60)


def test_of_one_schema_nothing_has_changed() -> None:
    assert drifts(SEEN[:1], since=at(30), matter=frozenset()) == []
    assert drifts([], since=at(30), matter=frozenset()) == []
