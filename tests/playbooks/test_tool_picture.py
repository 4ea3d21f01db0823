"""The title of a picture of tools is the finding."""

import json

import pytest

from playbooks.bands import Bands
from playbooks.report import GateStatus
from playbooks.success_rate import SuccessRate
from playbooks.tool_metrics import Figures
from playbooks.tool_picture import picture_of
from playbooks.verdict import Verdict


def tool(succeeded_count: int) -> Figures:
    return Figures(100, 100, None, SuccessRate(100, succeeded_count, 100), None, None)


def judged(name: str, status: GateStatus) -> Verdict:
    return Verdict.of(f"{name} success rate", status, "")


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        pytest.param({"a": "ok", "b": "ok"}, "Every tool succeeds", id="all-are-well"),
        pytest.param({"a": "ok", "b": "warning"}, "b: 85.0 %: warning", id="one-is-not"),
        pytest.param(
            {"a": "critical", "b": "warning"},
            "2 of 2 tools are outside their good bands",
            id="several-are-not",
        ),
    ],
)
def test_the_title_says_who_is_not_well(verdicts: dict[str, GateStatus], title: str) -> None:
    told = [judged(name, status) for name, status in verdicts.items()]

    picture = picture_of("success_rate", {"a": tool(99), "b": tool(85)}, told, Bands())

    assert title in json.dumps(picture)
