"""What is repeated, after which wait, and what never is."""

import httpx
import pytest

from playbooks.bands import Retrying
from playbooks.errors import NoAnswer, NotionError, RateLimited, ServiceFailed
from tests.server.notion.fakes import ID, ME, PATIENT, Connection, Script, ok, page, refusal

LIMITED = refusal(429, "rate_limited", retry_after="3")
BROKEN = refusal(500, "internal_server_error")


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        pytest.param(LIMITED, 3.2, id="429-waits-retry-after-and-jitter"),
        pytest.param(refusal(429, "rate_limited"), 1.2, id="429-without-retry-after-waits-1-s"),
        pytest.param(refusal(429, "rate_limited", retry_after="soon"), 1.2, id="429-with-nonsense"),
        pytest.param(
            refusal(429, "rate_limited", more={"retry_after": 4}), 4.2, id="429-says-it-inside"
        ),
        pytest.param(refusal(529, "service_overload"), 1.5, id="529-backs-off"),
        pytest.param(refusal(409, "conflict_error"), 1.5, id="conflict-backs-off"),
        pytest.param(BROKEN, 1.5, id="500"),
        pytest.param(refusal(502, "bad_gateway"), 1.5, id="502"),
        pytest.param(refusal(503, "service_unavailable", retry_after="2"), 2.2, id="503-in-2-s"),
        pytest.param(refusal(504, "gateway_timeout"), 1.5, id="504"),
        pytest.param(httpx.ReadTimeout("late"), 1.5, id="timeout"),
        pytest.param(httpx.ConnectError("refused"), 1.5, id="no-connection"),
        pytest.param(httpx.RemoteProtocolError("cut"), 1.5, id="cut-off"),
    ],
)
async def test_a_read_is_repeated_after_a_wait(
    answer: httpx.Response | Exception, wait_s: float
) -> None:
    connection = Connection(Script(answer, ok(ME)))

    async with connection.client as notion:
        await notion.who_am_i()

    assert connection.time.slept_s == [wait_s]
    assert connection.records[0].attempts_count == 2
    assert connection.records[0].retry_wait_ms == pytest.approx(wait_s * 1000)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(BROKEN, ServiceFailed, id="500"),
        pytest.param(httpx.ReadTimeout("late"), NoAnswer, id="timeout"),
    ],
)
async def test_three_tries_are_all(
    answer: httpx.Response | Exception, error: type[NotionError]
) -> None:
    connection = Connection(script := Script(answer))

    async with connection.client as notion:
        with pytest.raises(error):
            await notion.who_am_i()

    assert len(script.requests) == 3
    assert connection.time.slept_s == [1.5, 2.5]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            refusal(
                429,
                "rate_limited",
                retry_after="1",
                more={"rate_limit_reason": "public_api_request_blocked"},
            ),
            id="a-blocked-429",
        ),
        pytest.param(refusal(409, "row_limit_exceeded"), id="a-full-table"),
        pytest.param(refusal(400, "validation_error"), id="400"),
        pytest.param(refusal(401, "unauthorized"), id="401"),
        pytest.param(refusal(403, "restricted_resource"), id="403"),
        pytest.param(refusal(404, "object_not_found"), id="404"),
        pytest.param(httpx.LocalProtocolError("bad header"), id="our-own-mistake"),
    ],
)
async def test_what_waiting_does_not_cure_is_not_repeated(
    answer: httpx.Response | Exception,
) -> None:
    connection = Connection(script := Script(answer))

    async with connection.client as notion:
        with pytest.raises(NotionError):
            await notion.who_am_i()

    assert len(script.requests) == 1
    assert connection.time.slept_s == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refusal(status, "internal_server_error"), id=str(status))
        for status in (500, 502, 503, 504)
    ]
    + [
        pytest.param(httpx.ReadTimeout("late"), id="timeout"),
        pytest.param(httpx.ConnectError("refused"), id="no-connection"),
    ],
)
async def test_a_write_is_not_repeated_after_a_failure(answer: httpx.Response | Exception) -> None:
    connection = Connection(script := Script(answer))

    async with connection.client as notion:
        with pytest.raises(NotionError):
            await notion.create_page(ID, {})

    assert [request.url.path for request in script.requests].count("/v1/pages") == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(LIMITED, id="429"),
        pytest.param(refusal(529, "service_overload"), id="529"),
        pytest.param(refusal(409, "conflict_error"), id="conflict"),
    ],
)
async def test_a_write_is_repeated_where_notion_did_not_begin_it(answer: httpx.Response) -> None:
    connection = Connection(script := Script(answer, ok(page())))

    async with connection.client as notion:
        await notion.create_page(ID, {"Name": {"title": []}})

    assert [request.content for request in script.requests] == [script.requests[0].content] * 2


async def test_a_query_is_a_read_although_it_is_a_post() -> None:
    connection = Connection(Script(BROKEN, ok({"results": []})))

    async with connection.client as notion:
        assert await notion.count_first_rows(ID) == 0


async def test_a_wait_beyond_the_deadline_is_not_begun_and_the_answer_kept() -> None:
    connection = Connection(
        script := Script(refusal(429, "rate_limited", retry_after="60")), deadline_s=10
    )

    async with connection.client as notion:
        with pytest.raises(RateLimited) as limited:
            await notion.who_am_i()

    assert limited.value.retry_after_s == 60
    assert connection.time.slept_s == []
    assert len(script.requests) == 1


async def test_an_answer_is_kept_when_the_rate_leaves_no_room_for_another_try() -> None:
    connection = Connection(Script(BROKEN), window_calls_count=1, deadline_s=10)

    async with connection.client as notion:
        with pytest.raises(ServiceFailed):
            await notion.who_am_i()

    assert connection.records[0].attempts_count == 1
    assert connection.time.slept_s == [1.5]


async def test_when_everything_fails_repetitions_become_few() -> None:
    connection = Connection(script := Script(BROKEN), deadline_s=None, breaking=PATIENT)

    async with connection.client as notion:
        for _ in range(100):
            with pytest.raises(ServiceFailed):
                await notion.who_am_i()

    repetitions_count = len(script.requests) - 100
    assert 20 < repetitions_count <= 30


async def test_limits_never_use_up_the_repetitions() -> None:
    connection = Connection(script := Script(LIMITED), deadline_s=None)

    async with connection.client as notion:
        for _ in range(20):
            with pytest.raises(RateLimited):
                await notion.who_am_i()

    assert len(script.requests) == 60


async def test_repetitions_after_an_overload_are_few_too() -> None:
    connection = Connection(
        script := Script(refusal(529, "service_overload")), deadline_s=None, breaking=PATIENT
    )

    async with connection.client as notion:
        for _ in range(100):
            with pytest.raises(RateLimited):
                await notion.who_am_i()

    assert len(script.requests) - 100 <= 30


@pytest.mark.parametrize(
    ("page_size", "tries_count"),
    [
        pytest.param(100, 1, id="it-may-be-halved"),
        pytest.param(25, 3, id="it-is-as-small-as-it-gets"),
    ],
)
async def test_a_page_too_heavy_is_not_asked_for_again_while_it_can_be_halved(
    page_size: int, tries_count: int
) -> None:
    pool = {"notion_error_name": "PgPoolWaitConnectionTimeout"}
    script = Script(refusal(503, "service_unavailable", more=pool))

    async with Connection(script).client as notion:
        with pytest.raises(ServiceFailed):
            await notion.measure_page(ID, page_size=page_size)

    assert len(script.requests) == tries_count


async def test_a_team_sets_how_often_and_after_which_wait() -> None:
    own = Retrying(tries_count=2, retry_after_absent_s=5, shortest_jitter_s=0, longest_jitter_s=1)
    here = Connection(Script(refusal(429, "rate_limited")), retrying=own)

    with pytest.raises(RateLimited):
        await here.client.who_am_i()

    assert here.time.slept_s == [5.5]
