from collections.abc import Sequence

from playbooks.metric_changes import change_between
from playbooks.tool_metrics import figures_of
from playbooks.tool_samples import Sample
from tests.playbooks.rows_made import sample


def timed(ms: float, count: int, calls_count: int = 1) -> list[Sample]:
    return [sample(response_time_ms=ms, calls_count=calls_count)] * count


def says(now: Sequence[Sample], before: Sequence[Sample]) -> str:
    return change_between("response_time", figures_of(now), figures_of(before)).says


def test_a_row_that_is_most_of_the_calls_claims_nothing() -> None:
    now = [*timed(100, 20), *timed(900, 1, 1000)]
    before = [*timed(300, 20), *timed(200, 1, 1000)]

    change = change_between("response_time", figures_of(now), figures_of(before))

    assert (change.before, change.change, change.says) == (200, "+350 %", "too few to tell")


def test_response_times_are_faster_or_slower_where_both_medians_are_known() -> None:
    slow, fast = timed(900, 20), timed(300, 20)

    assert (says(fast, slow), says(slow, fast)) == ("faster", "slower")
    assert says(fast, fast) == "no evidence of a change"


def test_without_times_there_is_nothing_to_compare() -> None:
    assert says(timed(300, 20), []) == "nothing to compare"
