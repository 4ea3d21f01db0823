from collections.abc import Mapping

import pytest

from playbooks.bands import Bands
from playbooks.cache_replay import Replay
from playbooks.ttl_trial import compare

BUSY = Replay(100, 90, 0, 10)
RARE = Replay(10, 0, 0, 10)


def test_a_source_that_improved_is_not_worse_because_people_read_it_more() -> None:
    """Readings moved to the source with more fetches a reading, which has fewer than before."""
    since = {"busy": Replay(10, 9, 0, 1), "rare": Replay(100, 20, 0, 80)}

    trial = compare({"busy": BUSY, "rare": RARE}, since, Bands())

    # With the readings of before: 100 of 0.1 fetches and 10 of 0.8, in place of 20.
    assert trial.measurements["improvement"] == pytest.approx(0.1)
    assert not trial.worse


@pytest.mark.parametrize(
    ("since", "worse"),
    [
        pytest.param({"busy": Replay(3, 2, 0, 1)}, False, id="three-readings"),
        pytest.param({"busy": Replay(19, 12, 6, 7)}, False, id="one-less-than-enough"),
        pytest.param({"busy": Replay(20, 17, 0, 3)}, True, id="enough-with-more-fetches"),
        pytest.param({"busy": Replay(20, 19, 2, 1)}, True, id="enough-with-more-stale-ones"),
        pytest.param({"busy": Replay(20, 19, 0, 1)}, False, id="better"),
    ],
)
def test_only_readings_enough_can_be_worse(since: Mapping[str, Replay], *, worse: bool) -> None:
    assert compare({"busy": BUSY}, since, Bands()).worse is worse


def test_few_readings_are_told_as_too_few_to_judge() -> None:
    trial = compare({"busy": BUSY}, {"busy": Replay(3, 2, 0, 1)}, Bands())

    assert trial.says.endswith("3 readings since, too few to judge")


def test_a_source_that_nobody_read_since_has_no_part_in_the_comparison() -> None:
    trial = compare({"busy": BUSY, "rare": RARE}, {"busy": Replay(100, 95, 0, 5)}, Bands())

    assert trial.measurements["improvement"] == pytest.approx(0.5)
    assert trial.measurements["fetches_before_count"] == 10
