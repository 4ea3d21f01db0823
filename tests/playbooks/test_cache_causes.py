from collections.abc import Sequence

import pytest

from playbooks.bands import Bands
from playbooks.cache_causes import CacheUse, cache_causes, cache_uses
from playbooks.records import Edit
from tests.playbooks.recorded import NAMES, SOURCE, at, mirror_reads

MISSED = [False] * 30


def uses_of(
    hits: Sequence[bool], every_s: float, edits_at: Sequence[float] = ()
) -> tuple[CacheUse, ...]:
    edits = [Edit(SOURCE, at(seconds), 1) for seconds in edits_at]
    return cache_uses(mirror_reads(every_s, hits), edits, NAMES)


def test_a_low_hit_rate_is_named_with_the_ttl_that_mends_it() -> None:
    (cause,) = cache_causes(uses_of(MISSED, 120), Bands())

    assert (cause.name, cause.about, cause.severity) == (
        "low_cache_hit_rate",
        "task_management",
        "warning",
    )
    assert cause.saved_requests == 29
    assert "TTL to 3600 s" in cause.remedy
    assert "60 s: 0 % hits" in cause.evidence[-1]


def test_a_hit_rate_that_no_ttl_mends_is_told_as_such() -> None:
    seldom = uses_of(MISSED, 7200)

    (cause,) = cache_causes(seldom, Bands())

    assert (cause.name, cause.severity, cause.saved_requests) == (
        "low_cache_hit_rate",
        "info",
        None,
    )
    assert "leave it as it is" in cause.remedy


def test_a_ttl_that_serves_too_many_old_rows_is_not_advised() -> None:
    changing = uses_of(MISSED, 120, edits_at=[120 * n + 1 for n in range(30)])

    (cause,) = cache_causes(changing, Bands())

    assert cause.severity == "info"


def test_a_good_hit_rate_may_still_have_a_better_ttl() -> None:
    good = uses_of([n % 6 != 0 for n in range(60)], 60)

    (cause,) = cache_causes(good, Bands())

    assert (cause.name, cause.severity) == ("ttl", "info")
    assert "plan_change(kind='optimize')" in cause.remedy


@pytest.mark.parametrize(
    "hits",
    [
        pytest.param([False] * 19, id="too few readings"),
        pytest.param([n % 60 != 0 for n in range(60)], id="all but the first from the mirror"),
    ],
)
def test_a_cache_that_works_or_is_hardly_used_has_no_cause(hits: Sequence[bool]) -> None:
    assert list(cache_causes(uses_of(hits, 60), Bands())) == []


def test_what_was_never_read_has_no_use() -> None:
    assert cache_uses([], [], NAMES) == ()
