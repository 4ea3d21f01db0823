"""What every picture keeps to, whatever its data."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from playbooks.picture import HEIGHT, WIDTH, Specification
from playbooks.pictures.cycle_times import POINTS_DRAWN, CycleTime, cycle_times
from playbooks.pictures.forecast_fan import DAYS_DRAWN, ForecastDay, forecast_fan
from playbooks.pictures.frame import EMPTY_HEIGHT
from playbooks.pictures.throughput import BARS_DRAWN, throughput
from playbooks.pictures.tools import TOOLS_DRAWN
from playbooks.text import display_width
from tests.playbooks.pictures.drawn import HOSTILE, MONDAY, PICTURES, forecast, latencies, weeks


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from keys_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from keys_of(inner)


def rows_of(layer: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = layer["data"]["values"]
    return rows


def note_of(picture: Specification) -> str:
    return " ".join(picture["title"]["subtitle"])


@pytest.mark.parametrize("count", [0, 1, 2, 30, 2000])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_holds_its_data_and_asks_nobody_for_more(name: str, count: int) -> None:
    picture = PICTURES[name]("A finding", count)

    assert {"url", "href", "$schema", "image"}.isdisjoint(keys_of(picture))
    assert "http" not in json.dumps(picture)
    assert picture["width"] == WIDTH
    assert picture["height"] == (HEIGHT if count else EMPTY_HEIGHT)


@pytest.mark.parametrize("count", [1, 2, 30, 2000])
@pytest.mark.parametrize("name", PICTURES)
def test_every_encoded_field_is_in_the_data(name: str, count: int) -> None:
    for layer in PICTURES[name]("A finding", count)["layer"]:
        fields = {each["field"] for each in layer["encoding"].values() if "field" in each}
        for row in rows_of(layer):
            assert fields <= set(row)


@pytest.mark.parametrize("name", PICTURES)
def test_a_title_says_the_finding_in_two_lines_of_visible_text(name: str) -> None:
    picture = PICTURES[name](HOSTILE, 3)

    lines = picture["title"]["text"]
    assert 1 <= len(lines) <= 2
    assert all(display_width(line) <= 80 for line in lines)
    assert "\u202e" not in json.dumps(picture, ensure_ascii=False)
    assert "\\u001b" not in json.dumps(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_very_much_is_as_small_as_one_of_much(name: str) -> None:
    assert len(json.dumps(PICTURES[name]("A finding", 20_000))) < 160_000


def test_weeks_beyond_what_is_seen_are_joined_and_none_is_lost() -> None:
    count = BARS_DRAWN * 5
    counts = [week % 7 for week in range(count)]

    picture = throughput("A finding", MONDAY, counts, None)

    bars = rows_of(picture["layer"][0])
    assert len(bars) == BARS_DRAWN
    assert sum(bar["tasks"] * 5 for bar in bars) == pytest.approx(sum(counts))
    assert "mean of 5 weeks" in note_of(picture)


def test_a_week_far_out_is_cut_off_and_its_count_stands_beside_it() -> None:
    picture = throughput("A finding", MONDAY, [3, 4, 5, 4, 3, 4, 5, 3] * 3 + [5000], None)

    bars, label = picture["layer"]
    assert bars["encoding"]["y"]["scale"]["domain"][1] < 10
    assert rows_of(label)[0]["text"] == "▲ 5,000"
    assert "1 cut off" in note_of(picture)


def test_weeks_that_are_often_high_are_drawn_whole() -> None:
    picture = throughput("A finding", MONDAY, [3, 4, 5, 500, 4, 3, 4, 5, 3] * 3, None)

    (bars,) = picture["layer"]
    assert bars["encoding"]["y"]["scale"]["domain"][1] > 500


def test_the_trend_stands_on_the_middles_of_the_weeks() -> None:
    _, band, line = weeks("A finding", 11)["layer"]

    first, middle, last = rows_of(line)
    assert [row["line"] for row in (first, middle, last)] == [3.0, 4.0, 5.0]
    assert first["day"] == "2026-03-06"
    assert (rows_of(band)[1]["low"], rows_of(band)[1]["high"]) == (4.0, 4.0)
    assert (last["low"], last["high"]) == (3.5, 6.5)


def test_tasks_beyond_what_is_seen_are_counted_in_cells_and_none_is_lost() -> None:
    count = POINTS_DRAWN * 20
    done = [
        CycleTime(MONDAY + timedelta(days=number % 999), number % 17) for number in range(count)
    ]

    picture = cycle_times("A finding", done, {85: 14})

    cells, line = picture["layer"]
    assert sum(cell["tasks"] for cell in rows_of(cells)) == count
    assert all(cell["low"] < cell["high"] for cell in rows_of(cells))
    assert "counted in cells" in note_of(picture)
    assert rows_of(line)[0]["line"] == "85 % within 14 days"


def test_a_cycle_time_far_out_makes_the_axis_logarithmic() -> None:
    usual = [CycleTime(MONDAY, days) for days in (1, 2, 3, 4)] * 5

    plain = cycle_times("A finding", usual, {})
    with_one = cycle_times("A finding", [*usual, CycleTime(MONDAY, 900)], {})

    assert "logarithmic" not in json.dumps(plain)
    assert "Cycle time, days (logarithmic)" in json.dumps(with_one)


def test_a_forecast_of_many_days_is_thinned_and_ends_where_it_ends() -> None:
    picture = forecast("A finding", DAYS_DRAWN * 4)

    _, line, *_ = picture["layer"]
    drawn = {row["day"] for row in rows_of(line)}
    assert len(drawn) <= DAYS_DRAWN + 4
    assert (MONDAY + timedelta(days=DAYS_DRAWN * 4 - 1)).isoformat() in drawn
    assert f"of {DAYS_DRAWN * 4} days drawn" in note_of(picture)


def test_a_forecast_begins_with_nothing_done_the_day_before() -> None:
    picture = forecast_fan("A finding", [ForecastDay(date(2026, 3, 2), {50: 3, 85: 1})])

    _, line = picture["layer"]
    assert [row["tasks"] for row in rows_of(line) if row["day"] == "2026-03-01"] == [0, 0]
    assert {row["line"] for row in rows_of(line)} == {"50 % sure: 3", "85 % sure: 1"}


def test_more_tools_than_rows_are_counted_and_namesakes_have_a_row_each() -> None:
    picture = latencies("cursor", TOOLS_DRAWN + 3)

    assert "10 of 13 tools drawn" in note_of(picture)
    names = {row["tool"] for row in rows_of(picture["layer"][0])}
    assert len(names) == TOOLS_DRAWN
    assert {"cursor", "cursor (2)"} <= names
