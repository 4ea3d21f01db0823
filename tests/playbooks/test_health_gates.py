from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from playbooks.bands import Bands
from playbooks.desk import ConfigurationState, Connection, TokenView
from playbooks.errors import (
    CapabilityMissing,
    NoAnswer,
    PlaybookError,
    RateLimited,
    ServiceFailed,
    StoreUnusable,
    TokenRefused,
)
from playbooks.health_gates import (
    judge_authentication,
    judge_breakers,
    judge_cache,
    judge_capabilities,
    judge_configuration,
    judge_errors,
    judge_pause,
    judge_store,
    judge_token,
)
from playbooks.objects import Bot, Capability
from playbooks.ports import Outcome
from playbooks.rate import Pause
from playbooks.records import BreakerState, StoreState, Traffic

BOT = Bot("b", "Helper", "11111111-2222-3333-4444-555555555555", "Team")
ALL: tuple[Capability, ...] = (
    "read_content",
    "insert_content",
    "update_content",
    "read_comments",
    "insert_comments",
    "read_users",
)


def test_every_mistake_of_the_configuration_is_told() -> None:
    mistakes = ("a: wrong", "b: wrong")

    finding = judge_configuration(ConfigurationState(mistakes=mistakes)).finding("health_check")

    assert finding is not None
    assert (finding.severity, finding.evidence) == ("critical", mistakes)


@pytest.mark.parametrize(
    ("connection", "status", "says"),
    [
        pytest.param(
            Connection("Notion", TokenView("none", lost=True)), "critical", "no token", id="lost"
        ),
        pytest.param(
            Connection("sample workspace", TokenView("sample workspace"), chosen=False),
            "warning",
            "no token: these are sample data",
            id="sample-because-there-is-none",
        ),
        pytest.param(
            Connection("sample workspace", TokenView("sample workspace")),
            "ok",
            "sample workspace's own",
            id="sample-on-purpose",
        ),
        pytest.param(
            Connection("sample workspace", TokenView("sample workspace", ignored=True)),
            "ok",
            "set but not used",
            id="sample-although-a-token-is-set",
        ),
        pytest.param(
            Connection("Notion", TokenView("environment", "unknown", "9 characters")),
            "warning",
            "tried all the same",
            id="unknown-shape",
        ),
        pytest.param(
            Connection("Notion", TokenView(".env file", "ntn_", "50 characters")),
            "ok",
            "from the .env file",
            id="known-shape",
        ),
    ],
)
def test_the_token_gate(connection: Connection, status: str, says: str) -> None:
    gate = judge_token(connection).gate

    assert gate.status == status
    assert says in gate.reason


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(TokenRefused(), "critical", id="refused"),
        pytest.param(CapabilityMissing(), "ok", id="accepted-but-may-not-see-users"),
        pytest.param(RateLimited(429, retry_after_s=30, reason=None), "unknown", id="limited"),
        pytest.param(ServiceFailed(503, "service_unavailable"), "unknown", id="service-down"),
        pytest.param(NoAnswer("no connection"), "unknown", id="no-network"),
    ],
)
def test_only_an_answer_about_the_token_decides(error: PlaybookError, status: str) -> None:
    verdict = judge_authentication(Outcome[Bot](error=error, latency_ms=5), None, Bands())

    assert verdict.gate.status == status


def test_a_probe_that_was_cut_off_is_unknown() -> None:
    assert judge_authentication(Outcome[Bot](), None, Bands()).gate.status == "unknown"


@pytest.mark.parametrize(
    ("expected", "latency_ms", "status"),
    [
        pytest.param(None, 10, "ok", id="nothing-expected"),
        pytest.param("11111111222233334444555555555555", 10, "ok", id="same-without-dashes"),
        pytest.param("99999999222233334444555555555555", 10, "critical", id="another-workspace"),
        pytest.param(None, 2000, "ok", id="on-the-threshold"),
        pytest.param(None, 2001, "warning", id="slow"),
    ],
)
def test_the_right_workspace_has_to_answer_in_time(
    expected: str | None, latency_ms: float, status: str
) -> None:
    outcome = Outcome(value=BOT, latency_ms=latency_ms)

    assert judge_authentication(outcome, expected, Bands()).gate.status == status


@pytest.mark.parametrize(
    ("missing", "read_only", "status"),
    [
        pytest.param((), False, "ok", id="all-there"),
        pytest.param(("read_content",), False, "critical", id="nothing-can-be-read"),
        pytest.param(("update_content",), False, "warning", id="changes-would-be-refused"),
        pytest.param(("update_content",), True, "ok", id="not-needed-in-read-only-mode"),
        pytest.param(("read_comments", "read_users"), False, "ok", id="optional-ones"),
    ],
)
def test_a_missing_capability_matters_by_its_use(
    missing: tuple[str, ...], read_only: bool, status: str
) -> None:
    asked = {name: Outcome(value=name not in missing, latency_ms=1) for name in ALL}

    gate = judge_capabilities(asked, read_only=read_only).gate

    assert gate.status == status
    assert all(name in gate.reason for name in missing)


def test_a_capability_without_an_answer_is_unknown_and_not_missing() -> None:
    asked: dict[Capability, Outcome[bool]] = {name: Outcome(value=True) for name in ALL}
    asked["insert_content"] = Outcome(error=NoAnswer("no connection"), latency_ms=3)

    gate = judge_capabilities(asked, read_only=False).gate

    assert gate.status == "unknown"
    assert "insert_content" in gate.reason


@pytest.mark.parametrize(
    ("calls_count", "errors_count", "status"),
    [
        pytest.param(19, 19, "not_measured", id="too-few"),
        pytest.param(200, 1, "ok", id="half-a-percent"),
        pytest.param(100, 1, "warning", id="on-the-edge"),
        pytest.param(100, 6, "critical", id="six-percent"),
    ],
)
def test_the_error_rate_is_judged_once_there_are_enough_calls(
    calls_count: int, errors_count: int, status: str
) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    traffic = Traffic(since, calls_count, errors_count, 0, 0)

    assert judge_errors(traffic, Bands()).gate.status == status


def test_calls_that_we_ended_ourselves_are_told_beside_the_error_rate() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    traffic = Traffic(since, 200, 1, 0, 0, withheld_count=3)

    assert "3 more were ended by us" in judge_errors(traffic, Bands()).gate.reason


@pytest.mark.parametrize(
    ("reads_count", "hits_count", "status"),
    [
        pytest.param(0, 0, "not_measured", id="no-cache-used"),
        pytest.param(100, 81, "ok", id="good"),
        pytest.param(100, 59, "critical", id="bad"),
    ],
)
def test_the_cache_is_judged_once_it_is_used(
    reads_count: int, hits_count: int, status: str
) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    traffic = Traffic(since, 0, 0, reads_count, hits_count)

    assert judge_cache(traffic, Bands()).gate.status == status


def test_a_store_that_cannot_be_written_is_critical_with_its_reason() -> None:
    broken = Outcome[StoreState](error=StoreUnusable("sqlite:///x", "it is a directory"))

    gate = judge_store(broken).gate

    assert gate.status == "critical"
    assert "it is a directory" in gate.reason


@pytest.mark.parametrize(
    ("state", "minutes_left", "status", "says"),
    [
        pytest.param("open", 2, "warning", "open: pages writes until 09:32:00 UTC", id="open"),
        pytest.param("open", -1, "ok", "closed", id="open-until-a-minute-ago"),
        pytest.param("half_open", None, "ok", "closed", id="on-trial"),
        pytest.param("refused", None, "warning", "token was refused for pages writes", id="401"),
    ],
)
def test_a_breaker_that_keeps_calls_back_is_told(
    state: Literal["open", "half_open", "refused"],
    minutes_left: float | None,
    status: str,
    says: str,
) -> None:
    now = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    until = None if minutes_left is None else now + timedelta(minutes=minutes_left)
    seen = BreakerState("pages writes", state, now, until, "5 failures in a row")

    gate = judge_breakers(Outcome((seen,)), now).gate

    assert (gate.status, says in gate.reason) == (status, True)


def test_breakers_that_the_store_does_not_tell_of_are_not_judged() -> None:
    assert judge_breakers(Outcome(error=NoAnswer("late")), datetime.now(UTC)).gate.status == (
        "not_measured"
    )


@pytest.mark.parametrize(
    ("seconds_left", "status", "reason"),
    [
        pytest.param(150, "warning", "paused until 09:32:30 UTC by rate_limited", id="paused"),
        pytest.param(-1, "ok", "no pause", id="over"),
        pytest.param(None, "ok", "no pause", id="never"),
    ],
)
def test_a_pause_that_notion_asked_for_is_told(
    seconds_left: float | None, status: str, reason: str
) -> None:
    now = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    pause = None
    if seconds_left is not None:
        pause = Pause(now + timedelta(seconds=seconds_left), "rate_limited")

    gate = judge_pause(Outcome(pause, latency_ms=1), now).gate

    assert (gate.status, gate.reason) == (status, reason)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(Outcome[Pause](), id="late"),
        pytest.param(Outcome[Pause](error=NoAnswer("late"), latency_ms=1), id="failed"),
    ],
)
def test_a_pause_that_the_store_does_not_tell_of_is_not_judged(told: Outcome[Pause]) -> None:
    assert judge_pause(told, datetime.now(UTC)).gate.status == "not_measured"
