"""Continue's events as its schema 0.2.0 writes them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from playbooks.continue_events import TOLD_ELSEWHERE, EventInvalid, record_of_event
from playbooks.days import WorkDays
from playbooks.usage import UsageRecord

BASE: dict[str, object] = {
    "schema": "0.2.0",
    "timestamp": "2026-11-23T23:30:00.123Z",
    "userId": "",
    "userAgent": "vscode/1.106 (Continue/1.3.0)",
    "selectedProfileId": "local",
}
TOKENS = BASE | {
    "eventName": "tokensGenerated",
    "model": "a-model",
    "provider": "ollama",
    "promptTokens": 1200,
    "generatedTokens": 34,
}
AUTOCOMPLETE = BASE | {
    "eventName": "autocomplete",
    "accepted": True,
    "time": 412,
    "cacheHit": False,
    "completionId": "c1",
}


def read(event: Mapping[str, object]) -> UsageRecord | None:
    return record_of_event(event, record_id="x", days=WorkDays("Europe/Brussels"))


def test_generated_tokens_are_one_call_with_its_tokens_and_an_unknown_outcome() -> None:
    record = read(TOKENS)

    assert record is not None
    assert (record.tool, record.calls_count, record.tokens) == ("continue", 1, 1234)
    assert (record.success, record.response_time_ms) == (None, None)
    assert record.at == datetime(2026, 11, 23, 23, 30, 0, 123_000, tzinfo=UTC)
    assert record.day == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("event", "time_ms"),
    [
        pytest.param(AUTOCOMPLETE, 412, id="autocomplete"),
        pytest.param(
            BASE
            | {"eventName": "nextEditOutcome", "elapsed": 803.5, "timestamp": 1_764_000_000_000},
            803.5,
            id="next-edit",
        ),
    ],
)
def test_a_completion_tells_a_time_and_no_further_call(
    event: Mapping[str, object], time_ms: float
) -> None:
    record = read(event)

    assert record is not None
    assert (record.calls_count, record.response_time_ms) == (0, time_ms)


def test_what_came_from_continues_own_cache_asked_no_model() -> None:
    assert read(AUTOCOMPLETE | {"cacheHit": True, "time": 0}) is None


@pytest.mark.parametrize("name", sorted(TOLD_ELSEWHERE))
def test_other_events_are_of_calls_that_are_counted_already(name: str) -> None:
    assert read(BASE | {"eventName": name}) is None


def test_an_older_version_writes_created_at() -> None:
    older = {key: value for key, value in TOKENS.items() if key != "timestamp"}

    record = read(older | {"createdAt": "2025-03-01T10:00:00.000Z"})

    assert record is not None
    assert record.day == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        pytest.param(TOKENS | {"timestamp": "soon"}, "has no timestamp", id="no-instant"),
        pytest.param(
            TOKENS | {"timestamp": "0001-01-01T00:00:00+14:00"}, "no timestamp", id="no-day"
        ),
        pytest.param(TOKENS | {"promptTokens": 10**23}, "impossible promptTokens", id="too-many"),
        pytest.param(TOKENS | {"promptTokens": "many"}, "no number promptTokens", id="no-number"),
        pytest.param(TOKENS | {"generatedTokens": -1}, "impossible generatedTokens", id="below-0"),
        pytest.param(AUTOCOMPLETE | {"time": 0}, "impossible time", id="no-time"),
        pytest.param(BASE | {"eventName": "dance"}, "no event of Continue", id="unknown"),
    ],
)
def test_an_event_that_lacks_what_it_must_have_is_refused(
    event: Mapping[str, object], says: str
) -> None:
    with pytest.raises(EventInvalid, match=says):
        read(event)
