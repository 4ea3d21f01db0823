"""One page of rows, and what each part of reading it took."""

import gzip
import json

import httpx
import pytest

from playbooks.errors import NoAnswer, RateLimited
from server.notion.call import MS_PER_S
from tests.server.notion.fakes import ID, Connection, FakeTime, Script, listed, ok, page, refusal

PACKED = {"Content-Encoding": "gzip"}
OF_ALL = "public_api_space_request_rate_limit"


class Lasting(Script):
    """Takes two seconds on the fake clock for each answer."""

    def __init__(self, time: FakeTime, *answers: httpx.Response | Exception) -> None:
        super().__init__(*answers)
        self._time = time

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._time.now_s += 2
        return await super().handle_async_request(request)


async def test_a_measured_page_tells_its_parts() -> None:
    time = FakeTime()
    limited = refusal(429, "rate_limited", retry_after="3", more={"rate_limit_reason": OF_ALL})
    answer = listed([page(), page(), {"object": "data_source", "id": "ds"}], "s:1")
    script = Lasting(time, limited, answer)

    async with Connection(script, time=time, deadline_s=None).client as notion:
        measure = await notion.measure_page(ID, page_size=50, property_ids=["title"])

    asked = script.requests[-1]
    assert json.loads(asked.content) == {"page_size": 50}
    assert asked.url.params.get_list("filter_properties") == ["title"]
    assert (measure.tries_count, measure.rows_count, measure.has_more) == (2, 2, True)
    assert measure.network_ms == measure.server_ms == 4 * MS_PER_S
    assert measure.retry_wait_ms == pytest.approx(3.2 * MS_PER_S)
    assert measure.client_ms == pytest.approx(0)
    assert measure.total_ms == pytest.approx(
        measure.network_ms + measure.retry_wait_ms + measure.queue_wait_ms
    )
    assert measure.rate_limit_reason == OF_ALL
    assert measure.response_bytes == len(answer.content)
    assert measure.compressed is False


async def test_a_compressed_answer_is_told_as_such() -> None:
    body = gzip.compress(listed([]).content)

    class Packed(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            stream = httpx.ByteStream(body)
            return httpx.Response(200, stream=stream, headers=PACKED, request=request)

    async with Connection(Packed()).client as notion:
        assert (await notion.measure_page(ID)).compressed is True


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(refusal(429, "rate_limited"), RateLimited, id="limited"),
        pytest.param(ok({"results": [{"object": "page"}]}), NoAnswer, id="another-shape"),
    ],
)
async def test_what_cannot_be_measured_is_an_error(
    answer: httpx.Response, error: type[Exception]
) -> None:
    async with Connection(Script(answer)).client as notion:
        with pytest.raises(error):
            await notion.measure_page(ID)
