import pytest
from pydantic import ValidationError

from playbooks.report import Finding, Gate, GateStatus, Severity, judge, worst


@pytest.mark.parametrize(
    ("statuses", "decides"),
    [
        pytest.param(["ok", "warning"], "warning", id="a-warning-is-worse-than-ok"),
        pytest.param(["warning", "unknown", "ok"], "unknown", id="unknown-is-never-ok"),
        pytest.param(["unknown", "critical"], "critical", id="critical-is-worst"),
        pytest.param(["ok", "not_measured"], "ok", id="not-measured-has-no-vote"),
        pytest.param([], "ok", id="nothing-voted-against-it"),
    ],
)
def test_the_worst_gate_decides(statuses: list[GateStatus], decides: str) -> None:
    assert worst(statuses) == decides


@pytest.mark.parametrize(
    ("severity", "status"), [("info", "ok"), ("warning", "warning"), ("critical", "critical")]
)
def test_a_finding_votes_unless_it_only_informs(severity: Severity, status: str) -> None:
    gate = Gate(name="store", status="ok", reason="writable")

    assert judge([gate], [Finding(id="x", severity=severity, what="x")]) == status


def test_a_value_refuses_a_field_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Gate.model_validate({"name": "store", "status": "ok", "reason": "", "colour": "red"})
