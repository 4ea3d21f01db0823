import math
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.ai_effect import AiComparison, Effort, compare, needed_per_group
from playbooks.intervals import Interval
from tests.playbooks import shared_data

RATIOS = (1.1, 1.2, 1.35, 1.5, 2)


def known(efforts: list[Effort]) -> AiComparison:
    comparison = compare(efforts)
    assert comparison is not None
    return comparison


def made(per_group_count: int, factor: float, seed: int = 1) -> list[Effort]:
    """Tasks of four people; assisted ones take the factor of the time, and some noise."""
    random = Random(seed)
    efforts: list[Effort] = []
    for n in range(2 * per_group_count):
        estimate = random.choice([1, 2, 4, 8])
        slower = factor if n % 2 else 1.0
        actual = estimate * slower * math.exp(random.gauss(0, 0.3))
        efforts.append(Effort(actual, estimate, n % 2 == 1, f"dev {n % 4 // 2}{n % 3}", "small"))
    return efforts


def metr() -> AiComparison:
    return known(
        [Effort(task.actual, task.estimate, task.ai, task.developer) for task in shared_data.metr()]
    )


def ends(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


def test_metr_has_the_published_ratio_and_intervals() -> None:
    comparison = metr()

    assert comparison.adjusted is not None
    assert comparison.adjusted_ratio == pytest.approx(1.1884, abs=5e-5)
    assert ends(comparison.adjusted.interval.exp()) == pytest.approx((1.0126, 1.3948), abs=5e-5)
    assert ends(comparison.adjusted_interval) == pytest.approx((1.016, 1.390), abs=5e-4)
    assert comparison.verdict == "longer"


def test_metr_has_the_published_ratio_within_developers() -> None:
    within = metr().within_assignees

    assert within is not None
    assert math.exp(within.value) == pytest.approx(1.1493, abs=5e-5)
    assert ends(within.interval.exp()) == pytest.approx((0.9856, 1.3401), abs=5e-5)


def test_metr_has_the_published_raw_ratios() -> None:
    comparison = metr()

    assert (comparison.ai_count, comparison.other_count, comparison.assignees_count) == (
        136,
        110,
        16,
    )
    assert (
        comparison.mean_ratio,
        comparison.median_ratio,
        comparison.geometric_ratio,
        comparison.shift_ratio,
        comparison.ai_bias_factor,
        comparison.other_bias_factor,
        comparison.ai_bias_factor / comparison.other_bias_factor,
    ) == pytest.approx((1.3367, 1.2023, 1.2296, 1.1885, 0.9862, 0.8348, 1.1814), abs=5.1e-5)


@pytest.mark.parametrize(
    ("log_sd", "counts"),
    [
        pytest.param(0.6413, (711, 195, 72, 40, 14), id="METR, published as 0.64"),
        pytest.param(0.756742, (990, 271, 100, 55, 19), id="SiP"),
    ],
)
def test_the_needed_tasks_are_the_published_ones(log_sd: float, counts: tuple[int, ...]) -> None:
    assert tuple(needed_per_group(log_sd, ratio) for ratio in RATIOS) == counts


@given(st.sampled_from(RATIOS), st.floats(0.1, 2))
def test_half_as_long_needs_as_many_as_twice_as_long(ratio: float, log_sd: float) -> None:
    assert needed_per_group(log_sd, ratio) == pytest.approx(
        needed_per_group(log_sd, 1 / ratio), abs=1
    )


@pytest.mark.parametrize(
    ("efforts", "verdict"),
    [
        pytest.param(made(60, 1.6), "longer", id="longer"),
        pytest.param(made(60, 0.6), "shorter", id="shorter"),
        pytest.param(made(60, 1.0), "cannot_tell", id="the interval holds 1"),
        pytest.param(made(30, 1.6), "longer", id="just enough"),
        pytest.param(made(29, 1.6), "cannot_tell", id="too few, however clear"),
    ],
)
def test_the_verdict_needs_tasks_enough_that_agree(efforts: list[Effort], verdict: str) -> None:
    assert known(efforts).verdict == verdict


@pytest.mark.parametrize(
    ("efforts", "sentence"),
    [
        pytest.param(made(60, 1.6), "AI-assisted tasks took 70 % longer", id="longer"),
        pytest.param(made(60, 0.6), "AI-assisted tasks took 36 % shorter", id="shorter"),
        pytest.param(made(29, 1.0), "Cannot tell whether AI-assisted tasks take", id="neither"),
    ],
)
def test_the_verdict_is_a_sentence_without_a_cause(efforts: list[Effort], sentence: str) -> None:
    said = str(known(efforts))

    assert said.startswith(sentence)
    assert "95 % interval" in said
    for causal in ("cause", "because", "make", "effect", "due", "impact", "thanks", "faster"):
        assert causal not in said.casefold()


@given(st.randoms())
def test_the_order_of_the_tasks_does_not_matter(random: Any) -> None:
    efforts = made(40, 1.3)
    one, other = known(random.sample(efforts, len(efforts))), known(efforts)

    assert one.adjusted_ratio == pytest.approx(other.adjusted_ratio)
    assert ends(one.adjusted_interval) == pytest.approx(ends(other.adjusted_interval))
    assert (one.ranks, one.balance, one.overlap_percent) == (
        other.ranks,
        other.balance,
        other.overlap_percent,
    )


def test_the_unit_does_not_matter() -> None:
    hours = made(40, 1.3)
    minutes = [
        effort._replace(actual=64 * effort.actual, estimate=64 * effort.estimate)
        for effort in hours
    ]
    one, other = known(hours), known(minutes)

    assert ends(one.cautious_interval) == pytest.approx(ends(other.cautious_interval))
    assert one.shift_ratio == pytest.approx(other.shift_ratio)


def test_exchanged_groups_have_the_inverse_ratio() -> None:
    efforts = made(40, 1.3)
    exchanged = [effort._replace(with_ai=not effort.with_ai) for effort in efforts]
    one, other = known(efforts), known(exchanged)

    assert one.adjusted_ratio is not None
    assert other.adjusted_ratio == pytest.approx(1 / one.adjusted_ratio)


def test_overlap_and_balance_say_whether_like_is_compared_with_like() -> None:
    efforts = [
        *[Effort(1, 1, with_ai=True, assignee="ann", band="small")] * 3,
        *[Effort(1, 1, with_ai=False, assignee="ann", band="small")],
        *[Effort(1, 1, with_ai=False, assignee="bob", band="large")] * 4,
    ]
    comparison = known(efforts)
    size, kind, assignee = comparison.balance

    assert comparison.overlap_percent == 50
    assert [each.dimension for each in comparison.balance] == ["size", "kind", "assignee"]
    assert (size.apart_percent, kind.apart_percent) == pytest.approx((80, 0))
    assert [share.value for share in assignee.shares] == ["ann", "bob"]
    assert (assignee.shares[0].ai_percent, assignee.shares[0].other_percent) == (100, 20)


def test_one_assignee_is_judged_as_if_tasks_stood_alone() -> None:
    alone = known([effort._replace(assignee="") for effort in made(60, 1.6)])

    assert alone.adjusted is not None
    assert alone.cautious_interval == alone.adjusted.interval.exp()
    assert alone.verdict == "longer"


def test_what_follows_from_the_estimate_cannot_be_told() -> None:
    efforts = [Effort(1 + n % 3, 1 + n % 2, with_ai=n % 2 == 1) for n in range(80)]
    comparison = known(efforts)

    assert comparison.adjusted_ratio is None
    assert comparison.adjusted_interval is None
    assert comparison.verdict == "cannot_tell"
    assert "interval" not in str(comparison)


def test_one_task_is_no_group() -> None:
    assert compare([]) is None
    assert compare([*made(1, 1), Effort(1, 1, with_ai=False)]) is None


def test_both_are_amounts() -> None:
    with pytest.raises(ValueError, match="must lie between"):
        compare([*made(1, 1), Effort(1, 0, with_ai=True)])
