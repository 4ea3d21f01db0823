"""A trend in words: what goes its way slowly is told apart from what goes no way."""

import pytest

from playbooks.trend import trend_of
from playbooks.trend_text import trend_line, trend_words


def slowly_falling(weeks_count: int) -> list[float]:
    """One task a week less in 25 weeks, each week one off."""
    return [20 - 0.04 * week + (1 if week % 2 else -1) for week in range(weeks_count)]


def test_a_trend_beyond_chance_that_is_too_small_for_weeks_is_told_with_what_it_comes_to() -> None:
    trend = trend_of(slowly_falling(200))
    assert trend is not None

    assert trend.direction == "no_evidence"
    assert trend_words(trend) == (
        "the trend falls, but by less than 10 % in 4 weeks (-8 tasks a week over 200 weeks)"
    )
    line = trend_line(trend, 200)
    assert line.startswith("falling, but by less than 10 % of the median week in 4 weeks: -0.04 ")
    assert ", -8 tasks a week over 200 weeks, p < 0.001 over 200 full weeks" in line
    assert "no evidence" not in line


def test_rare_completions_that_become_rarer_fall_though_their_median_does_not() -> None:
    trend = trend_of([1, 1, 0] * 30 + [0, 0, 1] * 30)
    assert trend is not None

    assert trend.slope.per_step == 0
    assert trend_words(trend).startswith("the trend falls, but by less than 10 %")


@pytest.mark.parametrize(
    ("values", "words", "line"),
    [
        pytest.param(list(range(20)), "the trend rises", "rising: +1 ", id="rising"),
        pytest.param(list(range(20, 0, -1)), "the trend falls", "falling: -1 ", id="falling"),
        pytest.param(
            [5, 3] * 10, "no evidence of a trend", "no evidence of a trend, which is", id="none"
        ),
    ],
)
def test_a_trend_says_where_it_goes(values: list[float], words: str, line: str) -> None:
    trend = trend_of(values)
    assert trend is not None

    assert trend_words(trend) == words
    assert trend_line(trend, 20).startswith(line)


def test_a_probability_is_never_told_as_nothing() -> None:
    trend = trend_of(list(range(400)))

    assert "p < 0.001 over 400 full weeks" in trend_line(trend, 400)
