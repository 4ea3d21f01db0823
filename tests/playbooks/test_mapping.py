import pytest

from playbooks.databases import KINDS, kind_of
from playbooks.mapping import map_roles, map_statuses, titled
from playbooks.objects import Found, Option, Property

TASKS = kind_of("task_management")
METRICS = kind_of("ai_tool_metrics")


def prop(name: str, kind: str) -> Property:
    return Property(id=f"id-{name}", name=name, type=kind)


def test_usual_names_are_found_whatever_their_case_and_punctuation() -> None:
    properties = [prop("Task", "title"), prop("STATUS", "status"), prop("actual_hours", "number")]

    roles = map_roles(TASKS, properties, {})

    assert {role: p.name for role, p in roles.filled.items()} == {
        "title": "Task",
        "status": "STATUS",
        "actual_hours": "actual_hours",
    }
    assert roles.missing == ()


def test_a_configured_name_wins_over_a_usual_one() -> None:
    properties = [prop("Name", "title"), prop("Status", "status"), prop("Zustand", "select")]

    roles = map_roles(TASKS, properties, {"status": "Zustand"})

    assert roles.filled["status"].name == "Zustand"


def test_a_required_role_takes_the_only_property_of_its_type() -> None:
    roles = map_roles(TASKS, [prop("Aufgabe", "title"), prop("Zustand", "select")], {})

    assert roles.filled["title"].name == "Aufgabe"
    assert roles.filled["status"].name == "Zustand"


def test_two_candidates_are_no_guess() -> None:
    properties = [
        prop("Tool", "select"),
        prop("Date", "date"),
        prop("Dauer", "number"),
        prop("Anzahl", "number"),
        prop("OK", "checkbox"),
    ]

    assert map_roles(METRICS, properties, {}).missing == ("response_time_ms",)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("Nowhere", "no property of the configured name", id="missing"),
        pytest.param("Name", "of type title, it must be", id="retyped"),
    ],
)
def test_a_configured_name_that_does_not_fit_is_told(name: str, says: str) -> None:
    properties = [prop("Name", "title"), prop("Status", "status")]

    roles = map_roles(TASKS, properties, {"status": name})

    assert roles.missing == ("status",)
    (mistake,) = roles.mistaken
    assert says in mistake


def test_statuses_come_from_the_configuration_or_from_usual_names() -> None:
    options = [Option("Shipped"), Option("Won't do"), Option("Erledigt")]

    usual = map_statuses(options, {})
    own = map_statuses(options, {"done": ("Erledigt",)})

    assert usual["done"] == ("Shipped",)
    assert own["done"] == ("Erledigt",)


def test_a_better_title_beats_a_worse_one_and_equals_are_both_given() -> None:
    tasks, issues = Found("1", "Tasks"), Found("2", "Issues")

    assert titled(TASKS, [issues, tasks]) == (tasks,)
    assert titled(TASKS, [tasks, Found("3", "tasks ")]) == (tasks, Found("3", "tasks "))
    assert titled(TASKS, [Found("4", "Recipes")]) == ()


def test_every_role_of_a_database_has_its_own_name() -> None:
    for kind in KINDS:
        names = [role.name for role in kind.roles]
        assert len(names) == len(set(names))
        assert any(role.required for role in kind.roles)
