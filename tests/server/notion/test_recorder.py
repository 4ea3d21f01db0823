"""One record of every call, whatever became of it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx
import pytest

from playbooks.errors import NoAnswer, NotionError
from playbooks.records import CallRecord
from server.notion.client import NotionClient
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
    page,
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


@pytest.mark.parametrize(
    ("read", "answer", "traits"),
    [
        pytest.param(
            lambda n: first_of(n.query_pages(ID, filter={"or": []}, filter_properties=["a"])),
            listed([page(), page()], "s:1"),
            (None, 100, 2, True, True, True),
            id="query",
        ),
        pytest.param(
            lambda n: first_of(n.query_pages(ID, page_size=7)),
            listed([page()]),
            (None, 7, 1, False, False, False),
            id="plain-query",
        ),
        pytest.param(
            lambda n: first_of(n.users()),
            listed([ME]),
            (None, 100, 1, False, None, None),
            id="another-list",
        ),
        pytest.param(
            lambda n: n.retrieve_page(ID),
            ok(page()),
            (ID, None, None, None, None, None),
            id="page",
        ),
        pytest.param(
            lambda n: n.update_page(ID, in_trash=False),
            ok(page()),
            (None, None, None, None, None, None),
            id="a-write-is-no-reading-of-it",
        ),
    ],
)
async def test_a_record_tells_what_a_query_asked_for_and_what_a_read_was_about(
    read: Callable[[NotionClient], Awaitable[object]],
    answer: httpx.Response,
    traits: tuple[object, ...],
) -> None:
    connection = Connection(Script(answer))

    async with connection.client as notion:
        await read(notion)

    (record,) = connection.records
    told = (record.object_id, record.page_size, record.rows_count, record.has_more)
    assert (*told, record.filtered, record.narrowed) == traits


async def first_of(items: AsyncIterator[object]) -> object:
    return await anext(items)


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
        pytest.param(httpx.Response(200, content=b"{"), "unreadable_answer", id="no-json"),
    ],
)
async def test_a_call_without_an_answer_is_recorded_too(
    failure: httpx.Response | Exception, code: str
) -> None:
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
