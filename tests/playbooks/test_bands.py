import pytest
from pydantic import ValidationError

from playbooks.bands import Bands


@pytest.mark.parametrize(
    ("percent", "status"),
    [(0.99, "ok"), (1, "warning"), (5, "warning"), (5.01, "critical")],
)
def test_the_edges_of_the_error_rate_are_a_warning(percent: float, status: str) -> None:
    assert Bands().error_rate_percent.judge(percent) == status


@pytest.mark.parametrize(
    ("percent", "status"),
    [(80.1, "ok"), (80, "warning"), (60, "warning"), (59.9, "critical")],
)
def test_the_edges_of_the_cache_hit_rate_are_a_warning(percent: float, status: str) -> None:
    assert Bands().cache_hit_rate_percent.judge(percent) == status


def test_a_band_says_its_edges_in_words() -> None:
    assert str(Bands().error_rate_percent) == "good below 1, critical above 5"
    assert str(Bands().cache_hit_rate_percent) == "good above 80, critical below 60"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"error_rate_percent": {"good_below": 5, "critical_above": 1}}, id="lower"),
        pytest.param(
            {"cache_hit_rate_percent": {"good_above": 1, "critical_below": 5}}, id="higher"
        ),
        pytest.param({"retrying": {"shortest_jitter_s": 2}}, id="jitter"),
        pytest.param({"tool_response_ms": {"cursor": {"good_below": 1500}}}, id="speeds"),
        pytest.param({"success_rate_percent": {"good_from": 99}}, id="success"),
        pytest.param({"health_window_minutes": float("inf")}, id="no-end"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Bands.model_validate(changed)


def test_an_edge_of_one_tool_is_changed_and_the_others_stay() -> None:
    speeds = Bands.model_validate({"tool_response_ms": {"cursor": {"good_below": 400}}})

    cursor, unchanged = speeds.tool_response_ms.of("cursor"), speeds.tool_response_ms.of("continue")
    assert cursor is not None
    assert (cursor.good_below, cursor.warning_from) == (400, 1000)
    assert unchanged == Bands().tool_response_ms.of("continue")


def test_a_tool_of_a_team_needs_all_three_edges() -> None:
    with pytest.raises(ValidationError):
        Bands.model_validate({"tool_response_ms": {"copilot": {"good_below": 400}}})


@pytest.mark.parametrize(
    ("percent", "level"),
    [
        (95, "excellent"),
        (94.9, "good"),
        (90, "good"),
        (89.9, "warning"),
        (80, "warning"),
        (79.9, "critical"),
    ],
)
def test_a_success_rate_belongs_to_the_band_from_whose_edge_it_is(
    percent: float, level: str
) -> None:
    assert Bands().success_rate_percent.judge(percent) == level


def test_the_references_of_the_guide_differ_by_kind_of_team() -> None:
    assert str(Bands().velocity_solo) == "3 tasks a day, 20 points a week, 80 % accuracy"
    assert str(Bands().velocity_ai_assisted) == "5 tasks a day, 35 points a week, 85 % accuracy"
