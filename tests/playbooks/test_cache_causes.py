from collections.abc import Sequence

import pytest

from playbooks.bands import Bands
from playbooks.cache_causes import CacheUse, cache_causes, cache_uses
from playbooks.causes import Cause
from playbooks.records import Edit
from tests.playbooks.recorded import NAMES, SOURCE, at, mirror_reads

MISSED = [False] * 300
"""Read every two minutes, these are ten hours."""


def uses_of(
    hits: Sequence[bool],
    every_s: float,
    edits_at: Sequence[float] = (),
    *,
    ttl_s: float | None = 60,
) -> tuple[CacheUse, ...]:
    edits = [Edit(SOURCE, at(seconds), 1) for seconds in edits_at]
    ttls_s = {} if ttl_s is None else {SOURCE: ttl_s}
    return cache_uses(mirror_reads(every_s, hits), edits, NAMES, ttls_s, Bands())


def causes_of(uses: Sequence[CacheUse]) -> list[Cause]:
    return list(cache_causes(uses, Bands(), window_hours=24))


def test_a_low_hit_rate_is_named_with_the_ttl_that_mends_it() -> None:
    (cause,) = causes_of(uses_of(MISSED, 120))

    assert (cause.name, cause.about, cause.severity) == (
        "low_cache_hit_rate",
        "task_management",
        "warning",
    )
    assert cause.saved_requests == 290
    assert cause.remedy == (
        "Set its TTL to 3600 s with plan_change(kind='optimize', window_days=1)."
    )
    assert "60 s, in force: 0 % hits" in cause.evidence[-1]


def test_a_record_too_short_for_a_plan_advises_no_ttl_beyond_it() -> None:
    (cause,) = causes_of(uses_of(MISSED[:30], 120))

    # An hour was recorded: a plan judges a TTL over four times its length.
    assert "TTL to 600 s" in cause.remedy


def test_a_ttl_that_is_in_force_already_is_not_advised_again() -> None:
    """The record is that of the former TTL: the plan was applied a moment ago."""
    (cause,) = causes_of(uses_of(MISSED, 120, ttl_s=3600))

    assert (cause.name, cause.severity, cause.saved_requests) == (
        "low_cache_hit_rate",
        "info",
        None,
    )
    assert "Leave its TTL at 3600 s" in cause.remedy


def test_a_hit_rate_that_no_ttl_mends_is_told_as_such() -> None:
    (cause,) = causes_of(uses_of(MISSED[:30], 7200))

    assert (cause.severity, cause.saved_requests) == ("info", None)
    assert "saves 0.0%, not more than 10.0%" in cause.remedy


def test_a_ttl_that_serves_too_many_old_rows_is_not_advised() -> None:
    edits_at = [120 * n for n in range(1, 300)]

    (cause,) = causes_of(uses_of(MISSED, 120, edits_at))

    assert cause.severity == "info"
    assert "% stale, more than 5 %" in cause.remedy


def test_a_good_hit_rate_may_still_have_a_better_ttl() -> None:
    (cause,) = causes_of(uses_of([n % 6 != 0 for n in range(600)], 60, ttl_s=360))

    assert (cause.name, cause.severity) == ("ttl", "info")
    assert "a TTL of 3600 s instead of 360 s: 90% fewer requests (95 %: " in cause.evidence[0]
    assert "plan_change(kind='optimize', window_days=1)" in cause.remedy


def test_without_the_ttl_in_force_none_is_compared_with_it() -> None:
    (cause,) = causes_of(uses_of(MISSED, 120, ttl_s=None))

    assert (cause.severity, len(cause.evidence)) == ("info", 2)
    assert "which TTL is in force" in cause.remedy


@pytest.mark.parametrize(
    "hits",
    [
        pytest.param([False] * 19, id="too few readings"),
        pytest.param([n % 60 != 0 for n in range(60)], id="all but the first from the mirror"),
    ],
)
def test_a_cache_that_works_or_is_hardly_used_has_no_cause(hits: Sequence[bool]) -> None:
    assert causes_of(uses_of(hits, 60, ttl_s=3600)) == []


def test_what_was_never_read_has_no_use() -> None:
    assert cache_uses([], [], NAMES, {}, Bands()) == ()
