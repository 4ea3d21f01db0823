import json
from datetime import timedelta
from typing import Any

import pytest

from playbooks.days import WorkDays
from playbooks.forecast import LONGEST_HORIZON_DAYS, day_after
from playbooks.picture import Specification
from playbooks.pictures.forecast_fan import DAYS_DRAWN
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
        pytest.param(
            300, {"picture": "cycle_times"}, "Half of the tasks took up to", id="cycle-times"
        ),
        pytest.param(
            300, {"picture": "throughput", "forecast_count": 9}, " tasks a day; ", id="named"
        ),
        pytest.param(300, {"picture": "forecast"}, "13 tasks by 20", id="when-all-open-are"),
        pytest.param(
            300,
            {"forecast_count": 50_000},
            "50000 tasks: at 85 % not within a year of work",
            id="never",
        ),
        pytest.param(0, {"picture": "cycle_times"}, "is not known", id="no-cycle-times"),
        pytest.param(0, {"picture": "forecast"}, "No forecast: nothing", id="refused"),
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


def test_a_forecast_of_nothing_says_that_nothing_is_open() -> None:
    done = [task for task in history(300) if not task.is_open]

    drawn = picture_of(velocity(done, picture="forecast"), WorkDays())

    assert drawn["title"]["text"] == ["Nothing is open, and no day was asked about"]


def rows_of(picture: Specification) -> list[dict[str, Any]]:
    return [row for layer in picture["layer"] for row in layer.get("data", {}).get("values", [])]


def test_the_scatter_has_a_point_for_each_cycle_time_that_the_report_counts() -> None:
    known = velocity(history(300), picture="cycle_times")

    drawn = rows_of(picture_of(known, WorkDays()))

    assert known.flow.cycle is not None
    assert sum("day" in row for row in drawn) == known.flow.cycle.count
    lines = {row["line"]: row["days"] for row in drawn if "line" in row}
    p85 = known.flow.cycle.p85_days
    assert lines[f"85 % within {p85:g} working days"] == p85


def test_where_no_day_is_in_sight_the_fan_reaches_as_far_as_forecasts_do() -> None:
    known = velocity(history(300), forecast_count=50_000)

    days = {row["day"] for row in rows_of(picture_of(known, WorkDays())) if "tasks" in row}

    last = day_after(TODAY, LONGEST_HORIZON_DAYS, WorkDays().is_working)
    assert last is not None
    assert max(days) == str(last + timedelta(days=1))
    assert len(days) <= DAYS_DRAWN + 4


def test_a_title_holds_no_foreign_text() -> None:
    known = velocity([made(n, title="evil", assignees=("evil",)) for n in range(9)])

    assert "evil" not in json.dumps(picture_of(known, WorkDays()), default=str)
