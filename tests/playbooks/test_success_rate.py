import pytest

from playbooks.success_rate import SuccessRate, change_of


def rate(succeeded: int, calls: int) -> SuccessRate:
    return SuccessRate(calls, succeeded, calls)


@pytest.mark.parametrize(
    ("succeeded", "calls", "low", "high"),
    [
        pytest.param(19, 20, 76.39, 99.11, id="19-of-20"),
        pytest.param(95, 100, 88.82, 97.85, id="95-of-100"),
        pytest.param(950, 1000, 93.47, 96.19, id="950-of-1000"),
        pytest.param(10, 10, 72.25, 100, id="all"),
        pytest.param(90, 100, 82.56, 94.48, id="90-of-100"),
    ],
)
def test_a_rate_has_wilsons_interval(succeeded: int, calls: int, low: float, high: float) -> None:
    found = rate(succeeded, calls).interval

    assert [found.low, found.high] == pytest.approx([low, high], abs=0.01)


def test_fewer_independent_calls_make_a_wider_interval() -> None:
    clustered = SuccessRate(1000, 950, 100)

    assert clustered.percent == 95
    assert clustered.interval == rate(95, 100).interval


def test_the_share_itself_has_the_interval_however_few_calls_it_is_worth() -> None:
    found = SuccessRate(1163, 163, 1.35).interval

    assert [found.low, found.high] == pytest.approx([0.63, 80.65], abs=0.01)


def test_a_change_within_chance_holds_zero() -> None:
    assert change_of(rate(18, 20), rate(19, 20)).holds(0)


def test_a_change_beyond_chance_does_not() -> None:
    """Newcombe (1998), table II, row (a): 56/70 against 48/80, in points."""
    found = change_of(rate(56, 70), rate(48, 80))

    assert [found.low, found.high] == pytest.approx([5.24, 33.39], abs=0.01)
