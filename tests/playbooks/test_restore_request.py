"""A restore's scope follows from what it is asked for; nothing that was asked for is left out."""

from datetime import UTC, datetime

import pytest

from playbooks.errors import PlanUnusable
from playbooks.plan_kind import Request
from playbooks.restore_request import fitted

ROW = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
PLAIN = ROW.replace("-", "")


@pytest.mark.parametrize(
    ("request_", "scope"),
    [
        pytest.param(Request(), "everything", id="nothing"),
        pytest.param(Request(into="original"), "everything", id="only where"),
        pytest.param(Request(database="task_management"), "database", id="a database"),
        pytest.param(Request(rows=(ROW,)), "rows", id="rows"),
        pytest.param(Request(properties=("Title",)), "properties", id="properties"),
        pytest.param(Request(properties=("Title",), rows=(ROW,)), "properties", id="of rows"),
        pytest.param(Request(scope="rows", properties=("Title",)), "rows", id="as it says"),
    ],
)
def test_the_scope_is_the_narrowest_that_the_arguments_name(request_: Request, scope: str) -> None:
    assert fitted(request_).scope == scope


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request(scope="database"), id="no database"),
        pytest.param(Request(scope="everything", database="task_management"), id="one of all"),
        pytest.param(Request(scope="database", database="task_management", rows=(ROW,)), id="rows"),
        pytest.param(Request(scope="everything", properties=("Title",)), id="properties of all"),
        pytest.param(Request(scope="rows", into=ROW), id="rows elsewhere"),
        pytest.param(
            Request(snapshot="s", as_of=datetime(2026, 1, 1, tzinfo=UTC)), id="two snapshots"
        ),
    ],
)
def test_what_would_have_to_be_left_out_is_refused(request_: Request) -> None:
    with pytest.raises(PlanUnusable):
        fitted(request_)


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param(ROW, id="as Notion writes it"),
        pytest.param(PLAIN, id="without dashes"),
        pytest.param(PLAIN.upper(), id="in capitals"),
        pytest.param(f"https://www.notion.so/Task-0-{PLAIN}?pvs=4", id="an address"),
    ],
)
def test_ids_are_understood_as_they_are_pasted(pasted: str) -> None:
    assert fitted(Request(rows=(pasted,))).rows == (ROW,)
    assert fitted(Request(into=pasted)).into == ROW
