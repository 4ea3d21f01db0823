import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.two_groups import Ranks, hodges_lehmann, ranks_of
from tests.playbooks import oracles, shared_data

GROUP = st.lists(st.integers(-20, 20), min_size=1, max_size=40)


@given(GROUP, GROUP)
def test_u_and_p_are_scipys(these: list[float], those: list[float]) -> None:
    ranks = ranks_of(these, those)

    if len({*these, *those}) == 1:
        assert ranks.p_value == 1
    else:
        assert (ranks.u, ranks.p_value) == pytest.approx(oracles.mann_whitney(these, those))


@given(GROUP, GROUP)
def test_delta_is_the_balance_of_all_pairs(these: list[float], those: list[float]) -> None:
    signs = [(this > that) - (this < that) for this in these for that in those]

    assert ranks_of(these, those).delta == pytest.approx(sum(signs) / len(signs))


@given(GROUP, GROUP)
def test_the_shift_is_the_median_of_all_differences(these: list[float], those: list[float]) -> None:
    assert hodges_lehmann(these, those) == pytest.approx(
        oracles.hodges_lehmann(these, those), abs=1e-9
    )


@given(GROUP, GROUP)
def test_turned_round_it_is_the_opposite(these: list[float], those: list[float]) -> None:
    one, other = ranks_of(these, those), ranks_of(those, these)

    assert one.delta == pytest.approx(-other.delta)
    assert one.p_value == pytest.approx(other.p_value)
    assert hodges_lehmann(these, those) == pytest.approx(-hodges_lehmann(those, these), abs=1e-9)


def test_of_very_many_values_the_shift_is_told_from_an_even_part() -> None:
    these = [(n * 7919 % 30_011) / 1000 + 0.5 for n in range(30_011)]
    those = [(n * 104_729 % 20_011) / 667.033 for n in range(20_011)]

    assert hodges_lehmann(these, those) == pytest.approx(0.5, abs=0.02)


def test_metr_has_the_published_ranks() -> None:
    tasks = shared_data.metr()
    ranks = ranks_of(
        [task.actual / task.estimate for task in tasks if task.ai],
        [task.actual / task.estimate for task in tasks if not task.ai],
    )

    assert ranks.u == 8635.5
    assert (ranks.p_value, ranks.delta) == pytest.approx((0.0374, 0.1545), abs=5e-5)
    assert ranks.size == "small"


@pytest.mark.parametrize(
    ("u", "size"),
    [
        pytest.param(50, "negligible", id="none"),
        pytest.param(57.3, "negligible", id="below 0.147"),
        pytest.param(57.4, "small", id="above 0.147"),
        pytest.param(34, "small", id="the other way"),
        pytest.param(67, "medium", id="above 0.33"),
        pytest.param(74, "large", id="above 0.474"),
        pytest.param(0, "large", id="all below"),
    ],
)
def test_delta_is_told_in_words(u: float, size: str) -> None:
    assert Ranks(these_count=10, those_count=10, u=u, ties=0).size == size


def test_an_empty_group_differs_from_nothing() -> None:
    ranks = ranks_of([], [1.0, 2.0])

    assert (ranks.delta, ranks.p_value) == (0, 1)
