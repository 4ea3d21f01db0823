"""One record of every call, whatever became of it."""

import anyio
import httpx
import pytest

from playbooks.errors import NoAnswer, NotionError
from playbooks.ports import CallRecord
from tests.server.notion.fakes import (
    ID,
    ME,
    NOON,
    REQUEST_ID,
    Connection,
    Script,
    Silence,
    listed,
    ok,
    refusal,
)


async def test_a_record_says_what_was_asked_for_whom_and_what_came() -> None:
    answer = listed([], request_id=REQUEST_ID)
    answer.headers["x-notion-request-id"] = REQUEST_ID
    connection = Connection(Script(answer))

    async with connection.client as notion:
        await notion.attributed("health_check", "run-1").count_first_rows(ID)

    assert connection.records == [
        CallRecord(
            at=NOON,
            method="POST",
            endpoint="/v1/data_sources/{data_source_id}/query",
            status=200,
            total_ms=0.0,
            data_source_id=ID,
            request_id=REQUEST_ID,
            response_bytes=len(answer.content),
            procedure="health_check",
            run_id="run-1",
            rows_count=0,
            page_size=1,
            has_more=False,
            filtered=False,
            narrowed=False,
        )
    ]


async def test_a_refusal_is_recorded_with_its_code_and_reason() -> None:
    limited = refusal(
        429, "rate_limited", more={"rate_limit_reason": "public_api_space_request_rate_limit"}
    )
    connection = Connection(Script(limited))

    async with connection.client as notion:
        with pytest.raises(NotionError):
            await notion.who_am_i()

    (record,) = connection.records
    assert (record.status, record.error_code) == (429, "rate_limited")
    assert record.rate_limit_reason == "public_api_space_request_rate_limit"
    assert record.request_id == REQUEST_ID
    assert record.attempts_count == 3


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(httpx.ReadTimeout("late"), "connection_timeout", id="timeout"),
        pytest.param(httpx.ConnectError("refused"), "no_connection", id="refused"),
        pytest.param(httpx.ProxyError("403"), "no_connection", id="proxy"),
        pytest.param(httpx.ReadError("reset"), "broken_connection", id="reset"),
    ],
)
async def test_a_call_without_an_answer_is_recorded_too(failure: Exception, code: str) -> None:
    connection = Connection(Script(failure))

    async with connection.client as notion:
        with pytest.raises(NoAnswer):
            await notion.who_am_i()

    assert [(each.status, each.error_code) for each in connection.records] == [(None, code)]


async def test_a_cancelled_call_is_recorded_and_stays_cancelled() -> None:
    connection = Connection(Silence())

    async with connection.client as notion:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await notion.who_am_i()

    assert scope.cancelled_caught
    assert [each.error_code for each in connection.records] == ["cancelled"]


async def test_repetitions_make_one_record_with_the_waits_apart() -> None:
    limited = refusal(429, "rate_limited", retry_after="3")
    connection = Connection(Script(limited, ok(ME)))

    async with connection.client as notion:
        await notion.who_am_i()

    (record,) = connection.records
    assert record.status == 200
    assert record.total_ms == pytest.approx(3200)
    assert record.total_ms == pytest.approx(
        record.queue_wait_ms + record.retry_wait_ms + record.network_ms
    )


async def test_a_bug_below_is_recorded_as_one_and_not_hidden() -> None:
    connection = Connection(Script(ZeroDivisionError()))

    async with connection.client as notion:
        with pytest.raises(ZeroDivisionError):
            await notion.who_am_i()

    assert [each.error_code for each in connection.records] == ["bug"]
