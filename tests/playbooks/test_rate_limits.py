import pytest

from playbooks.rate_limits import WINDOW_CALLS_COUNT, limit_causes, limits_of
from tests.playbooks.recorded import call

OWN = "public_api_request_rate_limit"
SPACE = "public_api_space_request_rate_limit"
BLOCKED = "public_api_request_blocked"


def named(reason: str | None, *, limited_count: int, calls_per_minute: int) -> dict[str, str]:
    """The causes, with their confidence, of a busy minute that ends with limited calls."""
    steady = [call(60 * n / calls_per_minute) for n in range(calls_per_minute)]
    limited = [
        call(60 + n / 1000, status=429, rate_limit_reason=reason, retry_wait_ms=1000)
        for n in range(limited_count)
    ]
    causes = limit_causes(limits_of([*steady, *limited], window_calls_count=WINDOW_CALLS_COUNT))
    return {cause.name: cause.confidence for cause in causes}


@pytest.mark.parametrize(
    ("reason", "calls_per_minute", "expected"),
    [
        pytest.param(SPACE, 10, {"foreign_rate_limit": "certain"}, id="workspace"),
        pytest.param(SPACE, 180, {"foreign_rate_limit": "certain"}, id="workspace, when busy"),
        pytest.param(OWN, 180, {"own_rate_limit": "certain"}, id="own"),
        pytest.param(OWN, 10, {"foreign_rate_limit": "likely"}, id="own token, others' calls"),
        pytest.param(None, 180, {"own_rate_limit": "certain"}, id="no reason, when busy"),
        pytest.param(None, 10, {"foreign_rate_limit": "likely"}, id="no reason, when idle"),
        pytest.param(BLOCKED, 10, {"blocked": "certain"}, id="blocked"),
    ],
)
def test_who_used_up_the_limit_is_told(
    reason: str | None, calls_per_minute: int, expected: dict[str, str]
) -> None:
    assert named(reason, limited_count=5, calls_per_minute=calls_per_minute) == expected


def test_every_try_of_a_call_counts_against_our_own_budget() -> None:
    calls = [
        call(n / 2, attempts_count=2, rate_limit_reason=OWN if n >= 90 else None)
        for n in range(100)
    ]

    limits = limits_of(calls, window_calls_count=WINDOW_CALLS_COUNT)

    assert (len(limits.own), len(limits.foreign)) == (10, 0)


@pytest.mark.parametrize(
    ("sent_every_s", "told"),
    [pytest.param(0.6, "foreign", id="100-a-minute"), pytest.param(0.3, "own", id="200-a-minute")],
)
def test_a_call_counts_when_it_left_our_queue(sent_every_s: float, told: str) -> None:
    """All began at once; the budget let them go one by one."""
    calls = [
        call(
            n / 1000,
            queue_wait_ms=1000 * n * sent_every_s,
            rate_limit_reason=OWN if n >= 290 else None,
        )
        for n in range(300)
    ]

    limits = limits_of(calls, window_calls_count=WINDOW_CALLS_COUNT)

    assert len(limits.own if told == "own" else limits.foreign) == 10


@pytest.mark.parametrize("reason", [SPACE, OWN])
def test_one_or_two_limited_calls_are_no_cause(reason: str) -> None:
    assert named(reason, limited_count=2, calls_per_minute=180) == {}


def test_a_limit_that_a_repetition_overcame_counts_with_what_it_cost() -> None:
    calls = [
        call(n, rate_limit_reason=SPACE, attempts_count=2, retry_wait_ms=2500) for n in range(4)
    ]

    (cause,) = limit_causes(limits_of(calls, window_calls_count=180))

    assert cause.saved_s == 10
    assert "4 of 4 calls" in cause.evidence[0]
    assert SPACE in cause.evidence[1]
