import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.estimation import Accuracy, Pair, accuracy_of
from playbooks.intervals import Interval
from tests.playbooks import oracles, shared_data

HOURS = st.floats(0.01, 1000).map(lambda hours: round(hours, 2))
PAIRS = st.lists(st.builds(Pair, HOURS, HOURS, assignee=st.sampled_from("abc")), min_size=2)

TOY = [
    Pair(actual, estimate)
    for actual, estimate in zip((2, 4, 1, 8, 3, 6, 0.5, 5), (1, 4, 2, 5, 3, 8, 1, 2.5), strict=True)
]
TOY_FIGURES = {
    "pairs_count": 8,
    "mmre": 0.463542,
    "mdmre": 0.4375,
    "pred25_percent": 25,
    "mmer": 0.48125,
    "mbre": 0.616667,
    "mibre": 0.328125,
    "standardized_accuracy": 0.6,
    "wape": 0.338983,
    "accuracy_percent": 67.1875,
    "literal_unbounded_percent": 51.875,
    "literal_percent": 51.875,
    "literal_of_actual_percent": 53.6458,
    "log_ratio_sd": 0.563322,
    "within_double_percent": 100,
    "bias_factor": 1.023052,
    "exact_percent": 25,
}
SIP_FIGURES = {
    "pairs_count": 8252,
    "mmre": 0.938764,
    "mdmre": 0.210146,
    "pred25_percent": 52.7751,
    "mmer": 0.577328,
    "mbre": 1.24566,
    "mibre": 0.270435,
    "standardized_accuracy": 0.558469,
    "wape": 0.628712,
    "accuracy_percent": 72.9565,
    "literal_unbounded_percent": 42.2672,
    "literal_percent": 66.3990,
    "literal_of_actual_percent": 65.8919,
    "log_ratio_sd": 0.756742,
    "within_double_percent": 79.7746,
    "bias_factor": 0.945145,
    "mean_ratio": 1.285,
    "mean_inverse_ratio": 1.690,
    "total_ratio": 0.9964,
    "median_ratio": 1.0,
    "under_percent": 29.75,
    "exact_percent": 37.28,
    "over_percent": 32.97,
}


def figures_of(pairs: list[Pair]) -> dict[str, Any]:
    return asdict(known(pairs))


def known(pairs: list[Pair]) -> Accuracy:
    accuracy = accuracy_of(pairs)
    assert accuracy is not None
    return accuracy


@pytest.mark.parametrize("name", TOY_FIGURES)
def test_the_toy_has_the_published_figures(name: str) -> None:
    assert figures_of(TOY)[name] == pytest.approx(TOY_FIGURES[name], rel=2e-6)


def test_sip_has_the_published_figures() -> None:
    tasks = shared_data.sip_fit_tasks()
    pairs = [Pair(task.actual, task.estimate, assignee=task.developer) for task in tasks]
    figures = figures_of(pairs)

    assert {name: figures[name] for name in SIP_FIGURES} == pytest.approx(SIP_FIGURES, rel=4e-4)
    under = known([pair for pair in pairs if pair.actual > pair.estimate])
    over = known([pair for pair in pairs if pair.actual < pair.estimate])
    assert (over.bias_factor, under.bias_factor) == pytest.approx((0.468, 1.920), abs=5e-4)


@given(PAIRS)
def test_the_bias_has_students_interval_of_the_logarithms(pairs: list[Pair]) -> None:
    accuracy = known(pairs)
    logs = [math.log(pair.actual / pair.estimate) for pair in pairs]

    assert accuracy.bias_interval is not None
    if len(set(logs)) > 1:
        low, high = oracles.mean_interval(logs)
        assert accuracy.bias_interval.low == pytest.approx(math.exp(low))
        assert accuracy.bias_interval.high == pytest.approx(math.exp(high))


@given(PAIRS)
def test_guessing_is_measured_as_the_mean_of_all_differences(pairs: list[Pair]) -> None:
    actuals = [pair.actual for pair in pairs]
    apart = [abs(a - b) for n, a in enumerate(actuals) for m, b in enumerate(actuals) if n != m]
    errors = [abs(pair.actual - pair.estimate) for pair in pairs]
    guessing, error = sum(apart) / len(apart), sum(errors) / len(errors)

    found = known(pairs).standardized_accuracy
    if guessing == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - error / guessing, rel=1e-6, abs=1e-9)


@given(PAIRS, st.randoms())
def test_the_order_of_the_pairs_does_not_matter(pairs: list[Pair], random: Any) -> None:
    shuffled = random.sample(pairs, len(pairs))

    assert _rounded(figures_of(shuffled)) == pytest.approx(_rounded(figures_of(pairs)))


@given(PAIRS)
def test_the_unit_does_not_matter(pairs: list[Pair]) -> None:
    quarters = [Pair(4 * pair.actual, 4 * pair.estimate, pair.assignee) for pair in pairs]

    assert _rounded(figures_of(quarters)) == pytest.approx(_rounded(figures_of(pairs)))


@given(PAIRS)
def test_the_symmetric_accuracy_does_not_prefer_a_direction(pairs: list[Pair]) -> None:
    turned = [Pair(pair.estimate, pair.actual) for pair in pairs]
    one, other = known(pairs), known(turned)

    assert one.accuracy_percent == pytest.approx(other.accuracy_percent)
    assert one.accuracy_percent == pytest.approx(100 * (1 - one.mibre))
    assert one.bias_factor == pytest.approx(1 / other.bias_factor)
    assert (one.under_percent, one.over_percent) == (other.over_percent, other.under_percent)


def test_one_pair_has_no_spread() -> None:
    accuracy = known([Pair(2, 1)])

    assert accuracy.accuracy_percent == 50
    assert accuracy.log_ratio_sd is None
    assert accuracy.bias_interval is None
    assert accuracy.standardized_accuracy is None


def test_the_spread_is_that_of_logarithms() -> None:
    assert known(TOY).log_ratio_sd == pytest.approx(0.563322, rel=1e-6)


def test_one_assignee_has_no_interval_among_assignees() -> None:
    two = known([Pair(2, 1, assignee="a"), Pair(2, 1, assignee="a"), Pair(1, 1, assignee="b")])

    assert known(TOY).bias_interval_by_assignee is None
    assert isinstance(two.bias_interval_by_assignee, Interval)


def test_no_pairs_have_no_accuracy() -> None:
    assert accuracy_of([]) is None


@pytest.mark.parametrize(
    ("actual", "estimate"),
    [
        pytest.param(0, 1, id="nothing done"),
        pytest.param(1, 0, id="estimate of zero"),
        pytest.param(-1, 1, id="negative"),
        pytest.param(math.nan, 1, id="no number"),
        pytest.param(math.inf, 1, id="without end"),
        pytest.param(1, 1e300, id="a slip of the keyboard"),
    ],
)
def test_a_pair_needs_two_amounts(actual: float, estimate: float) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        accuracy_of([Pair(1, 1), Pair(actual, estimate)])


def _rounded(figures: dict[str, Any]) -> dict[str, float]:
    """Flat, for comparing; what is missing is -1."""
    flat: dict[str, float] = {}
    for name, value in figures.items():
        parts = value if isinstance(value, dict) else {"": value}
        flat.update({name + end: -1 if part is None else part for end, part in parts.items()})
    return flat
