from datetime import datetime
from random import Random

import pytest

from playbooks.cache_replay import edits_of, reads_of, recorded, replay
from playbooks.records import Edit
from tests.playbooks.recorded import SOURCE, at, call, mirror_read, mirror_reads


def poisson(rate: float, until_s: float, chance: Random) -> list[datetime]:
    """Instants of a Poisson process."""
    moments: list[datetime] = []
    now_s = chance.expovariate(rate)
    while now_s < until_s:
        moments.append(at(now_s))
        now_s += chance.expovariate(rate)
    return moments


@pytest.mark.parametrize(
    ("ttl_s", "hit", "stale"),
    [
        pytest.param(300, 0.8333, 0.0338, id="5 minutes"),
        pytest.param(600, 0.9091, 0.0717, id="10 minutes"),
        pytest.param(1200, 0.9524, 0.1425, id="20 minutes"),
        pytest.param(3600, 0.9836, 0.3618, id="an hour"),
    ],
)
def test_the_replay_agrees_with_the_theory_of_random_arrivals(
    ttl_s: float, hit: float, stale: float
) -> None:
    chance, until_s = Random(2), 4_000_000.0
    reads, edits = poisson(1 / 60, until_s, chance), poisson(1 / 3600, until_s, chance)

    again = replay(reads, edits, ttl_s)

    assert again.hit_rate_percent == pytest.approx(100 * hit, abs=0.5)
    assert again.stale_percent == pytest.approx(100 * stale, abs=1.5)


def test_a_reading_exactly_as_old_as_the_ttl_goes_to_notion() -> None:
    again = replay([at(0), at(59), at(60), at(119)], [], 60, requests_per_miss=3)

    assert (again.hits_count, again.requests_count) == (2, 6)


def test_a_hit_is_stale_once_rows_changed_since_the_last_reading_from_notion() -> None:
    again = replay([at(0), at(10), at(30), at(40)], [at(20)], 35)

    assert (again.hits_count, again.stale_count) == (2, 1)


def test_what_really_happened_has_the_same_figures() -> None:
    reads = mirror_reads(60, [False, True, True, False])

    was = recorded(reads, [at(100)])

    assert (was.reads_count, was.hits_count, was.stale_count, was.requests_count) == (4, 2, 1, 2)


def test_no_readings_have_no_rates() -> None:
    again = replay([], [], 60)

    assert (again.hit_rate_percent, again.stale_percent) == (0, 0)


def test_only_the_readings_and_edits_of_the_data_source_count() -> None:
    other = mirror_read(5, "hit", data_source_id="another")
    edits = [Edit(SOURCE, at(1), 3), Edit("another", at(2), 1)]

    assert reads_of([call(), mirror_read(1, "hit"), other], SOURCE) == [mirror_read(1, "hit")]
    assert edits_of(edits, SOURCE) == [at(1)]
