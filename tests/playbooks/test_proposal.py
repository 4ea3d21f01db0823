from playbooks.databases import kind_of
from playbooks.objects import DataSource, Found, Option, Property
from playbooks.proposal import candidates, fitting, propose

METRICS = kind_of("ai_tool_metrics")
SOURCE = DataSource(
    "id",
    "KI",
    None,
    in_trash=False,
    url="",
    properties=(
        Property("t", "Name", "title"),
        Property("a", "Tool", "select", (Option("cursor"),)),
        Property("b", "Date", "date"),
        Property("c", "Dauer", "number"),
        Property("d", "Anzahl", "number"),
        Property("e", "OK", "checkbox"),
    ),
)


def test_what_cannot_be_guessed_is_asked_for_and_then_filled() -> None:
    proposal = propose(METRICS, SOURCE)
    (role,) = proposal.missing
    dauer, _ = fitting(role, SOURCE)

    filled = proposal.with_property(role, dauer)

    assert role.name == "response_time_ms"
    assert filled.properties["response_time_ms"] == "Dauer"
    assert filled.missing == ()


def test_the_statuses_of_a_task_database_are_proposed_by_their_usual_names() -> None:
    options = (Option("Todo"), Option("Doing"), Option("Done"))
    source = DataSource(
        "id",
        "Tasks",
        None,
        in_trash=False,
        url="",
        properties=(Property("t", "Name", "title"), Property("s", "Status", "status", options)),
    )

    proposal = propose(kind_of("task_management"), source)

    assert proposal.statuses == {"done": ("Done",), "in_progress": ("Doing",)}


def test_a_usual_title_comes_first_and_nothing_is_left_out() -> None:
    recipes, metrics = Found("1", "Recipes"), Found("2", "AI tool metrics")

    assert candidates(METRICS, [recipes, metrics]) == (metrics, recipes)
