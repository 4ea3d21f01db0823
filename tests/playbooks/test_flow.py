from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.flow import (
    Span,
    age_risks,
    durations_of,
    inclusive_days,
    littles_law,
)
from playbooks.throughput import days_of
from tests.playbooks import oracles, shared_data

FIRST = date(2026, 11, 2)
LAST = FIRST + timedelta(days=30)
OFFSETS = st.integers(-10, 40)
SPANS = st.lists(
    st.builds(
        lambda start, took: (FIRST + timedelta(days=start), took),
        OFFSETS,
        st.none() | st.integers(0, 20),
    ).map(lambda pair: (pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1])))
)
TOOK = [1, 1, 2, 2, 3, 3, 4, 5, 8, 13]


def test_the_first_and_the_last_day_count() -> None:
    assert (inclusive_days(FIRST, FIRST), inclusive_days(FIRST, LAST)) == (1, 31)


@given(st.lists(st.integers(0, 300), min_size=1))
def test_percentiles_are_numpys_nearest_ranks(days: list[int]) -> None:
    found = durations_of(days)

    assert found is not None
    assert [
        found.p50_days,
        found.p70_days,
        found.p85_days,
        found.p95_days,
    ] == oracles.nearest_rank(days, [50, 70, 85, 95])


def test_nothing_took_no_time() -> None:
    assert durations_of([]) is None


def test_7digital_has_the_published_cycle_and_lead_times() -> None:
    holidays = shared_data.english_holidays()
    features = shared_data.seven_digital()

    def business_days(start: date, finish: date) -> int:
        if finish < start:
            return 0
        return sum(day.weekday() < 5 and day not in holidays for day in days_of(start, finish))

    cycle = [business_days(feature.started, feature.done) for feature in features]
    lead = [business_days(feature.prioritised, feature.done) for feature in features]
    calendar = [inclusive_days(feature.started, feature.done) for feature in features]

    assert percentiles_of(cycle) == (3, 5, 10, 20)
    assert percentiles_of(lead) == (4, 7, 14, 31)
    assert percentiles_of(calendar) == (3, 7, 14, 29)


def test_sip_has_the_published_times() -> None:
    tasks = shared_data.sip_dates()
    lead = [(task.completed - task.estimated).days for task in tasks if task.completed]
    cycle = [
        (task.completed - task.started).days for task in tasks if task.started and task.completed
    ]

    assert (len(lead), percentiles_of(lead)) == (8196, (1, 8, 50, 231))
    assert (len(cycle), percentiles_of(cycle)) == (8088, (0, 7, 45, 223))


def percentiles_of(days: list[int]) -> tuple[float, float, float, float]:
    found = durations_of(days)
    assert found is not None
    return found.p50_days, found.p70_days, found.p85_days, found.p95_days


@pytest.mark.parametrize(
    ("age", "risk"),
    [
        pytest.param(0, 0.10, id="new"),
        pytest.param(2, 0.1667, id="young"),
        pytest.param(4, 0.3333, id="middle"),
        pytest.param(6, 0.50, id="old"),
        pytest.param(9, 1.0, id="late already"),
        pytest.param(13, None, id="older than anything before"),
    ],
)
def test_open_work_is_at_risk_as_it_ages(age: int, risk: float | None) -> None:
    assert age_risks(TOOK, [age], 8) == [pytest.approx(risk, abs=5e-5)]


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(0, 50), st.integers(0, 50))
def test_the_risk_is_the_part_of_those_that_got_so_old(took: list[int], age: int, sle: int) -> None:
    older = [days for days in took if days > age]
    late = [days for days in older if days > sle]

    assert age_risks(took, [age], sle) == [len(late) / len(older) if older else None]


@given(SPANS, st.randoms())
def test_littles_law_does_not_hang_on_the_order(spans: list[Span], random: Any) -> None:
    assert littles_law(random.sample(spans, len(spans)), FIRST, LAST) == littles_law(
        spans, FIRST, LAST
    )


@given(SPANS)
def test_what_begins_and_ends_within_the_window_obeys_littles_law(spans: list[Span]) -> None:
    within = [span for span in spans if span[0] >= FIRST and span[1] and span[1] <= LAST]
    law = littles_law(within, FIRST, LAST)

    if not within:
        assert law is None
    else:
        assert law is not None
        assert law.gap_percent == pytest.approx(0, abs=1e-9)


def test_7digital_obeys_littles_law() -> None:
    features = shared_data.seven_digital()
    spans: list[Span] = [(feature.started, feature.done) for feature in features]
    first, last = min(start for start, _ in spans), max(feature.done for feature in features)
    law = littles_law(spans, first, last)

    assert law is not None
    assert (law.finished_per_day, law.cycle_mean_days) == pytest.approx((2.7210, 7.5028), abs=5e-5)
    assert law.wip_mean == pytest.approx(20.4151, abs=5e-5)
    assert law.implied_wip == pytest.approx(law.wip_mean)


def test_work_that_piles_up_breaks_littles_law() -> None:
    spans: list[Span] = [(FIRST, FIRST), *[(FIRST, None)] * 9]
    law = littles_law(spans, FIRST, LAST)

    assert law is not None
    assert law.gap_percent > 1000
