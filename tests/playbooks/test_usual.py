import pytest

from playbooks.usual import Usual

LATENCIES = [198, 205, 220, 190, 202, 215, 208, 199, 640, 212, 207]


def test_the_robust_score_is_the_published_one() -> None:
    """Golden: of all twelve values the median is 207.5, the median deviation 6.5."""
    known = Usual(640, [210, *LATENCIES])

    assert known.median == 207.5
    assert known.score == pytest.approx(44.8802, abs=1e-3)


@pytest.mark.parametrize(
    ("value", "earlier", "deviation"),
    [
        pytest.param(4, [3, 5, 4, 6, 2, 4, 5, 3], "none", id="usual"),
        pytest.param(30, [3, 5, 4, 6, 2, 4, 5, 3], "above", id="far-above"),
        pytest.param(3, [13, 15, 14, 16, 12, 14, 15, 13], "below", id="far-below"),
        pytest.param(30, [3, 5, 4, 6], "cannot_tell", id="too-short-a-past"),
        pytest.param(1, [0, 0, 0, 0, 0, 0], "none", id="one-where-there-was-never-any"),
        pytest.param(4, [0, 0, 0, 0, 0, 0], "above", id="many-where-there-was-never-any"),
        pytest.param(1, [0, 0, 0, 0, 1, 1], "none", id="mostly-equal"),
    ],
)
def test_what_is_far_from_like_periods_is_told(
    value: float, earlier: list[float], deviation: str
) -> None:
    assert Usual(value, earlier).deviation == deviation


def test_less_than_usual_says_nothing_of_a_running_period() -> None:
    earlier = [13.0, 15.0, 14.0, 16.0, 12.0]

    assert Usual(1, earlier, is_partial=True).deviation == "none"
    assert Usual(90, earlier, is_partial=True).deviation == "above"
