from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from playbooks.bands import Bands
from playbooks.ttl_choice import Trace, best, candidates, traces, ttls_to_try
from tests.playbooks.traffic_made import poisson, readings, seen

START = datetime(2026, 11, 1, tzinfo=UTC)
BANDS = Bands()
READ_EVERY_S = 60.0
EDITED_EVERY_S = 3600.0
TTLS_S = (300.0, 600.0, 1200.0, 3600.0)
INSTANTS = poisson(START, every_s=READ_EVERY_S, hours=24 * 7)
EDITS = poisson(START, every_s=EDITED_EVERY_S, hours=24 * 7, seed=2)


def trace(ttl_s: float = 300, *, edited: bool = False) -> Trace:
    edits = seen(EDITS, INSTANTS, ttl_s) if edited else []
    return Trace("d", tuple(readings(INSTANTS, ttl_s=ttl_s)), tuple(edits))


@pytest.mark.parametrize("ttl_s", TTLS_S)
def test_replay_comes_to_the_hit_rate_of_theory(ttl_s: float) -> None:
    theory = ttl_s / (ttl_s + READ_EVERY_S)

    assert trace().under(ttl_s).hit_rate_percent == pytest.approx(100 * theory, abs=1)


@pytest.mark.parametrize("ttl_s", TTLS_S)
def test_replay_comes_to_the_stale_share_of_theory(ttl_s: float) -> None:
    edits, reads = 1 / EDITED_EVERY_S, 1 / READ_EVERY_S
    theory = reads * (ttl_s - (1 - exp(-edits * ttl_s)) / edits) / (1 + reads * ttl_s)

    found = trace(edited=True).under(ttl_s).stale_percent

    assert found == pytest.approx(100 * theory, rel=0.12)


def test_the_best_ttl_is_the_greatest_saving_that_stays_fresh() -> None:
    tried = candidates(trace(edited=True), 60, BANDS)
    chosen = best(tried, BANDS)

    assert chosen is not None
    assert chosen.ttl_s == 300
    assert chosen.replayed.stale_percent <= BANDS.most_stale_percent
    refused = {one.ttl_s: one.objection(BANDS) for one in tried}
    assert refused[900] is not None
    assert "% stale" in refused[900]


def test_without_edits_the_longest_ttl_saves_most() -> None:
    chosen = best(candidates(trace(), 300, BANDS), BANDS)

    assert chosen is not None
    assert chosen.ttl_s == BANDS.longest_ttl_s
    # Misses are 1/(1 + T/60) of the readings: 6/61 of what 300 s cost.
    assert chosen.impact.share == pytest.approx(1 - 6 / 61, abs=0.01)
    assert chosen.impact.low is not None
    assert chosen.impact.low > 0.8


def test_a_doubling_that_brings_no_hits_is_not_proposed() -> None:
    instants = [START + timedelta(hours=2 * number) for number in range(60)]
    rare = Trace("d", tuple(readings(instants, ttl_s=300)))

    tried = candidates(rare, 300, BANDS)

    assert 600 in [one.ttl_s for one in tried]
    assert {one.impact.share for one in tried} == {0}
    assert best(tried, BANDS) is None


def test_a_saving_of_one_day_alone_is_not_sure() -> None:
    busy = [START + timedelta(seconds=400 * number) for number in range(30)]
    rare = [START + timedelta(days=1 + number) for number in range(4)]
    lopsided = Trace("d", tuple(readings([*busy, *rare], ttl_s=300)))

    found = {one.ttl_s: one for one in candidates(lopsided, 300, BANDS)}[600]

    assert found.impact.share > BANDS.least_impact
    assert "not sure" in str(found.objection(BANDS))


def test_readings_of_one_fetch_are_judged_though_no_saving_is_sure() -> None:
    instants = [START + timedelta(seconds=40 * number) for number in range(6)]
    few = Trace("d", tuple(readings(instants, ttl_s=300)))

    tried = candidates(few, 300, BANDS)

    assert {one.impact.low for one in tried} == {None}
    assert best(tried, BANDS) is None


@pytest.mark.parametrize(
    ("hours", "longest_s"),
    [pytest.param(4, 3600, id="four-lifetimes"), pytest.param(2, 1800, id="two-lifetimes")],
)
def test_a_lifetime_is_judged_over_four_of_it(hours: int, longest_s: float) -> None:
    instants = [START + timedelta(seconds=20 * number) for number in range(180 * hours + 1)]
    steady = Trace("d", tuple(readings(instants, ttl_s=60)))

    tried = candidates(steady, 60, BANDS)
    chosen = best(tried, BANDS)

    assert chosen is not None
    assert chosen.ttl_s == longest_s
    assert all(
        "too short to judge" in str(one.objection(BANDS)) for one in tried if one.ttl_s > longest_s
    )


@pytest.mark.parametrize(
    ("ttl_s", "hit_rate_percent", "tried"),
    [
        pytest.param(250, 69.9, True, id="few-hits"),
        pytest.param(250, 70, False, id="on-the-threshold"),
        pytest.param(3000, 10, False, id="capped"),
    ],
)
def test_the_literal_doubling_is_tried_where_hits_are_few(
    ttl_s: float, hit_rate_percent: float, *, tried: bool
) -> None:
    found = ttls_to_try(ttl_s, hit_rate_percent, BANDS)

    assert (2 * ttl_s in found) is tried
    assert max(found) == BANDS.longest_ttl_s
    assert ttl_s not in found


def test_the_same_record_gives_the_same_choice() -> None:
    assert candidates(trace(), 300, BANDS) == candidates(trace(), 300, BANDS)


def test_an_edit_is_dated_half_way_between_the_refreshes_around_it() -> None:
    reads = readings([START, START + timedelta(seconds=400)], ttl_s=300)

    dated = Trace("d", tuple(reads), (START + timedelta(seconds=400),)).dated_edits

    assert dated == [START + timedelta(seconds=200)]


def test_readings_are_told_apart_by_their_data_source() -> None:
    one = readings([START], ttl_s=300, data_source_id="one")
    two = readings([START, START], ttl_s=300, data_source_id="two")

    found = traces([*two, *one], [])

    assert [(trace.data_source_id, len(trace.reads)) for trace in found] == [("one", 1), ("two", 2)]
