from datetime import UTC, datetime, timedelta

import pytest

from playbooks.impact import Impact, block_length, impact_over, per_block, student_quantile

START = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("freedom", "published"),
    [(3, 3.182), (4, 2.776), (7, 2.365), (10, 2.228), (30, 2.042)],
)
def test_the_quantile_of_student_is_the_published_one(freedom: int, published: float) -> None:
    assert student_quantile(freedom) == pytest.approx(published, rel=0.01)


def test_the_interval_is_the_jackknifes_over_blocks() -> None:
    found = impact_over([10, 10, 10, 10], [5, 6, 4, 5])

    # Left out in turn: 15/30, 16/30, 14/30 and 15/30 saved; spread sqrt(3/4 * 2/900) = 0.0408.
    assert found.share == 0.5
    assert found.high is not None
    assert found.low is not None
    assert found.high - found.share == pytest.approx(3.182 * 0.040825, rel=0.01)
    assert found.share - found.low == pytest.approx(found.high - found.share)


def test_blocks_that_all_save_the_same_leave_no_doubt() -> None:
    assert impact_over([10, 20, 30, 40], [5, 10, 15, 20]) == Impact(0.5, 0.5, 0.5)


def test_no_interval_reaches_beyond_all_of_the_cost() -> None:
    found = impact_over([10, 10, 10, 10], [1, 0, 4, 0])

    assert found.high == 1


def test_three_blocks_give_no_interval() -> None:
    assert impact_over([10, 10, 10], [5, 5, 5]) == Impact(0.5, None, None)


def test_a_cost_in_one_block_alone_gives_no_interval() -> None:
    assert impact_over([0, 2, 0, 0], [0, 1, 0, 0]) == Impact(0.5, None, None)


def test_nothing_spent_cannot_be_saved() -> None:
    with pytest.raises(ValueError, match="nothing was spent"):
        impact_over([0, 0, 0, 0], [0, 0, 0, 0])


@pytest.mark.parametrize(
    ("span", "length"),
    [
        pytest.param(timedelta(days=7), timedelta(days=1), id="days"),
        pytest.param(timedelta(days=4), timedelta(days=1), id="exactly-four-days"),
        pytest.param(timedelta(days=3), timedelta(hours=12), id="half-days"),
        pytest.param(timedelta(hours=8), HOUR, id="eighths"),
        pytest.param(timedelta(0), timedelta(milliseconds=1), id="one-instant"),
    ],
)
def test_blocks_are_days_where_days_were_recorded(span: timedelta, length: timedelta) -> None:
    assert block_length(span) == length


def test_marked_instants_are_counted_in_the_blocks_that_were_recorded() -> None:
    instants = [START, START + HOUR, START + 3 * HOUR, START + 8 * HOUR]

    assert per_block(instants, [START, START + 3 * HOUR]) == [1, 0, 1, 0]
    assert per_block([], []) == []
