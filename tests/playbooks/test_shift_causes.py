from random import Random
from typing import Any

import pytest

from playbooks.change_points import BIN_S
from playbooks.records import CallRecord
from playbooks.shift_causes import shift_causes
from tests.playbooks.recorded import NAMES, call


def shifted(before_ms: float, after_ms: float, **more: Any) -> list[CallRecord]:
    """Queries of five hours, slower or faster from the middle on."""
    wobble = (0, 9, -7, 4, -3)
    return [
        call(BIN_S * n, server_ms=(before_ms if n < 30 else after_ms) + wobble[n % 5], **more)
        for n in range(60)
    ]


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "severity"),
    [
        pytest.param(200, 800, "warning", id="slower"),
        pytest.param(800, 200, "info", id="faster"),
    ],
)
def test_a_large_shift_is_named_with_its_moment(
    before_ms: float, after_ms: float, severity: str
) -> None:
    (cause,) = shift_causes(shifted(before_ms, after_ms), NAMES)

    assert (cause.name, cause.about, cause.severity) == (
        "change_point",
        "task_management",
        severity,
    )
    assert "11-23 14:30" in cause.evidence[0]
    assert "60 medians of 5 minutes, p = " in cause.evidence[1]
    assert "if they do not hang together" in cause.evidence[1]


def test_slow_office_hours_are_a_rhythm_and_no_shift() -> None:
    chance = Random(1)
    day = [
        call(BIN_S * n, server_ms=(700 if 96 <= n < 216 else 400) + 50 * chance.random())
        for n in range(288)
    ]

    (cause,) = shift_causes(day, NAMES)

    assert (cause.severity, cause.confidence) == ("info", "possible")
    assert "compare the same ones of another day" in cause.remedy


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(shifted(200, 250), id="a small part"),
        pytest.param(shifted(40, 120), id="a few milliseconds"),
        pytest.param(shifted(200, 800, error_code="x"), id="failures"),
        pytest.param(shifted(200, 800)[22:38], id="too short"),
    ],
)
def test_what_is_not_a_large_shift_of_answers_is_not_named(calls: list[CallRecord]) -> None:
    assert list(shift_causes(calls, NAMES)) == []


def test_other_queries_are_no_shift() -> None:
    """Small pages at first, large ones later: both as fast as ever."""
    small = [call(BIN_S * n, server_ms=100 + n % 3, page_size=10) for n in range(30)]
    large = [call(BIN_S * n, server_ms=600 + n % 3) for n in range(30, 60)]

    assert list(shift_causes([*small, *large], NAMES)) == []
