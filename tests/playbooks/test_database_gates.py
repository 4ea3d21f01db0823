import pytest

from playbooks.database_gates import NOTHING_DONE, DatabaseState, Trouble, judge_database
from playbooks.databases import kind_of
from playbooks.errors import CapabilityMissing, NoAnswer
from playbooks.mapping import RoleMap
from playbooks.objects import DataSource
from playbooks.ports import Outcome

TASKS = kind_of("task_management")
SOURCE = DataSource("id", "Ta`sks", None, in_trash=False, url="", properties=())


def read(roles: RoleMap, *notes: str) -> Outcome[DatabaseState]:
    return Outcome(DatabaseState(SOURCE, roles, notes), latency_ms=5)


def test_a_database_that_fits_is_accessible_and_its_title_is_shown_as_data() -> None:
    verdict = judge_database(TASKS, read(RoleMap({}, (), ()), "found by its title"))

    assert verdict.gate.status == "ok"
    assert verdict.gate.reason == "`Ta'sks` can be read, found by its title"
    assert verdict.accessible
    assert verdict.configured


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        pytest.param(RoleMap({}, ("status",), ()), "critical", id="required-role-unfilled"),
        pytest.param(RoleMap({}, (), ("project: retyped",)), "warning", id="optional-one-wrong"),
    ],
)
def test_properties_that_do_not_fit_are_told_with_the_way_to_map_them(
    roles: RoleMap, status: str
) -> None:
    verdict = judge_database(TASKS, read(roles))

    assert verdict.gate.status == status
    assert "init" in verdict.remedy
    assert verdict.accessible


def test_a_status_in_which_nothing_is_done_is_a_warning() -> None:
    verdict = judge_database(TASKS, read(RoleMap({}, (), ()), NOTHING_DONE))

    assert verdict.gate.status == "warning"
    assert "done" in verdict.remedy


def test_trouble_is_told_and_the_database_does_not_count_as_accessible() -> None:
    state = DatabaseState(trouble=Trouble("critical", "it lies in the trash", "Restore it."))

    verdict = judge_database(TASKS, Outcome(state, latency_ms=5))

    assert (verdict.gate.status, verdict.remedy) == ("critical", "Restore it.")
    assert not verdict.accessible


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        pytest.param(Outcome[DatabaseState](), "unknown", id="cut-off"),
        pytest.param(Outcome[DatabaseState](error=NoAnswer("x")), "unknown", id="no-answer"),
        pytest.param(Outcome[DatabaseState](error=CapabilityMissing()), "critical", id="forbidden"),
    ],
)
def test_a_database_without_an_answer_is_unknown_unless_it_was_refused(
    outcome: Outcome[DatabaseState], status: str
) -> None:
    assert judge_database(TASKS, outcome).gate.status == status
