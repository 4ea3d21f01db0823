import json
from datetime import timedelta
from typing import Any

import pytest

from playbooks.days import WorkDays
from playbooks.velocity_picture import picture_of
from tests.playbooks.velocity_made import TODAY, history, made, velocity


@pytest.mark.parametrize(
    ("count", "asked", "title"),
    [
        pytest.param(300, {}, " tasks a day; ", id="weeks"),
        pytest.param(300, {"forecast_count": 9}, "9 tasks by 20", id="when"),
        pytest.param(
            300,
            {"forecast_by": TODAY + timedelta(days=30)},
            " or more by 2026-12-25",
            id="how-many",
        ),
        pytest.param(0, {}, "0 tasks a day", id="nothing"),
        pytest.param(0, {"forecast_count": 9}, "0 tasks a day", id="no-forecast"),
    ],
)
def test_the_picture_is_of_what_was_asked_and_its_title_says_the_finding(
    count: int, asked: Any, title: str
) -> None:
    drawn = json.dumps(picture_of(velocity(history(count), **asked), WorkDays()), default=str)

    assert title in drawn


def test_the_fan_reaches_so_many_tasks_on_the_very_days_that_are_told() -> None:
    known = velocity(history(300), forecast_count=9)

    drawn = [
        row
        for layer in picture_of(known, WorkDays())["layer"]
        for row in layer.get("data", {}).get("values", [])
        if "tasks" in row
    ]

    assert known.outlook.done is not None
    for level, day in known.outlook.done.dates.items():
        line = [row for row in drawn if row["line"].startswith(f"{level} %")]
        assert min(row["day"] for row in line if row["tasks"] >= 9) == str(day)


def test_a_title_holds_no_foreign_text() -> None:
    known = velocity([made(n, title="evil", assignees=("evil",)) for n in range(9)])

    assert "evil" not in json.dumps(picture_of(known, WorkDays()), default=str)
