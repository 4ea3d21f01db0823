from typing import Any

import pytest

from playbooks.bands import Bands
from playbooks.call_split import split_causes, split_of
from tests.playbooks.recorded import call


def slow(**more: Any) -> list[Any]:
    return [call(n, **more) for n in range(30)]


@pytest.mark.parametrize(
    ("timings", "verdict"),
    [
        pytest.param(
            {"total_ms": 1000, "network_ms": 1000, "server_ms": 900}, "server", id="server"
        ),
        pytest.param(
            {"total_ms": 1000, "network_ms": 1000, "server_ms": 300, "connect_ms": 600},
            "network",
            id="connecting",
        ),
        pytest.param({"total_ms": 1000, "queue_wait_ms": 900}, "queue_wait", id="our own queue"),
        pytest.param({"total_ms": 1000, "retry_wait_ms": 900}, "retry_wait", id="repetitions"),
        pytest.param({"total_ms": 1000}, "client", id="this machine"),
        pytest.param(
            {"total_ms": 900, "network_ms": 600, "server_ms": 300, "queue_wait_ms": 300},
            "mixed",
            id="nothing from 40 % on",
        ),
    ],
)
def test_the_verdict_is_the_largest_part_from_forty_percent_on(
    timings: dict[str, float], verdict: str
) -> None:
    nothing = dict.fromkeys(("network_ms", "server_ms", "queue_wait_ms", "retry_wait_ms"), 0.0)

    split = split_of([call(**{**nothing, **timings})])

    assert split.verdict == verdict
    assert split.total_ms == timings["total_ms"]


def test_nothing_measured_has_no_shares() -> None:
    split = split_of([])

    assert split.verdict == "nothing measured"
    assert split.share_percent("server") is None


@pytest.mark.parametrize(
    ("timings", "expected"),
    [
        pytest.param(
            {"total_ms": 900, "network_ms": 900, "server_ms": 300, "connect_ms": 500},
            "network",
            id="network",
        ),
        pytest.param(
            {"total_ms": 900, "network_ms": 100, "server_ms": 100}, "client_time", id="this machine"
        ),
        pytest.param(
            {"total_ms": 900, "queue_wait_ms": 800, "network_ms": 100, "server_ms": 100},
            "own_rate_limit",
            id="our own queue",
        ),
    ],
)
def test_what_makes_slow_calls_slow_is_named(timings: dict[str, float], expected: str) -> None:
    (cause,) = split_causes(slow(**timings), Bands())

    assert cause.name == expected
    assert cause.saved_s == pytest.approx(30 * 0.6, rel=0.4)


@pytest.mark.parametrize(
    "timings",
    [
        pytest.param({"total_ms": 150, "network_ms": 10, "server_ms": 5}, id="calls are fast"),
        pytest.param({"total_ms": 900, "network_ms": 900, "server_ms": 890}, id="it is the server"),
    ],
)
def test_fast_calls_and_a_slow_server_name_no_part(timings: dict[str, float]) -> None:
    assert split_causes(slow(**timings), Bands()) == ()


def test_a_few_calls_name_no_part() -> None:
    assert split_causes(slow(total_ms=900, network_ms=1, server_ms=1)[:19], Bands()) == ()
