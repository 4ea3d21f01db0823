from typing import Any

import pytest

from playbooks.days import WorkDays
from playbooks.text import display_width
from playbooks.unicode_bars import COLUMNS
from playbooks.velocity_bars import bars_of
from tests.playbooks.velocity_made import TODAY, days_ago, history, made, velocity


@pytest.mark.parametrize(
    ("count", "asked", "begins"),
    [
        pytest.param(300, {}, ["tasks/week", "cycle time", "lead time"], id="how-fast"),
        pytest.param(
            300,
            {"forecast_count": 9},
            ["tasks/week", "odds: 50 %", "odds: 70 %", "odds: 85 %", "odds: 95 %"],
            id="when",
        ),
        pytest.param(
            300,
            {"forecast_by": days_ago(-20)},
            ["tasks/week", "odds: 50 %", "odds: 70 %", "odds: 85 %", "odds: 95 %"],
            id="how-many",
        ),
        pytest.param(300, {"compare": "ai"}, ["tasks/week"], id="compared"),
        pytest.param(0, {}, [], id="nothing"),
        pytest.param(0, {"forecast_count": 9}, [], id="no-forecast"),
    ],
)
def test_the_bars_are_of_what_was_asked(count: int, asked: Any, begins: list[str]) -> None:
    lines = bars_of(velocity(history(count), **asked), WorkDays())

    assert [line.partition("  ")[0] for line in lines] == begins
    assert all(display_width(line) <= COLUMNS for line in lines)


def test_each_full_week_is_a_bar() -> None:
    tasks = [made(n, completed=days_ago(10 + 7 * (n % 2))) for n in range(3)]

    weeks, *_ = bars_of(velocity(tasks), WorkDays())

    assert weeks == "tasks/week  ·········▄█· 0 to 2"


def test_the_numbers_beside_the_bars_are_those_of_the_report() -> None:
    known = velocity(history(300), forecast_by=days_ago(-20))

    _, *odds = bars_of(known, WorkDays())

    assert known.outlook.by_date is not None
    for line, count in zip(odds, known.outlook.by_date.counts.values(), strict=True):
        assert line.endswith(f"{count} by 2026-12-15")


def test_how_far_ahead_a_day_lies_is_told_in_calendar_days() -> None:
    known = velocity(history(300), forecast_count=9)

    _, *odds = bars_of(known, WorkDays())

    assert known.outlook.done is not None
    for line, day in zip(odds, known.outlook.done.dates.values(), strict=True):
        assert day is not None
        assert line.endswith(f"{(day - TODAY).days} calendar days: {day}")


def test_durations_say_which_days_they_count() -> None:
    every_day = WorkDays(weekdays=(0, 1, 2, 3, 4, 5, 6))

    assert bars_of(velocity(history(300)), WorkDays())[1].endswith("working days")
    assert bars_of(velocity(history(300)), every_day)[1].endswith("calendar days")
