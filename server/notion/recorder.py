"""One record of every call, whatever became of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

import anyio
import httpx

from playbooks.clock import Clock
from playbooks.records import CallRecord
from server.notion.answers import JSON, body_of, request_id_of, said_by
from server.notion.breaker import LeftAlone
from server.notion.call import (
    MS_PER_S,
    DeadlinePassed,
    Layer,
    Monotonic,
    UnreadableAnswer,
    call_of,
    timing_of,
)

Record: TypeAlias = Callable[[CallRecord], None]
"""Keeps one record; must neither wait nor fail."""


_CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (DeadlinePassed, "deadline_passed"),
    (LeftAlone, "breaker_open"),
    (UnreadableAnswer, "unreadable_answer"),
    (httpx.TimeoutException, "connection_timeout"),
    (httpx.ConnectError, "no_connection"),
    (httpx.ProxyError, "no_connection"),
    (httpx.RequestError, "broken_connection"),
)
"""Our own words for a call without an answer; the first that fits."""


class Recorder(Layer):
    """Hands one CallRecord per call to `record`, also when it failed or was cancelled."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        record: Record,
        clock: Clock,
        monotonic: Monotonic,
    ) -> None:
        super().__init__(inner)
        self._record = record
        self._clock = clock
        self._monotonic = monotonic

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on and record what came of it."""
        at, started_s = self._clock(), self._monotonic()
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as failure:
            measured = self._measured(request, at, started_s)
            self._record(replace(measured, error_code=self._code_of(failure, request)))
            raise
        self._record(_answered(self._measured(request, at, started_s), response))
        return response

    def _measured(self, request: httpx.Request, at: datetime, started_s: float) -> CallRecord:
        call, timing = call_of(request), timing_of(request)
        return CallRecord(
            at=at,
            method=request.method,
            endpoint=call.endpoint,
            status=None,
            total_ms=(self._monotonic() - started_s) * MS_PER_S,
            queue_wait_ms=timing.queue_wait_ms,
            network_ms=timing.network_ms,
            retry_wait_ms=timing.retry_wait_ms,
            connect_ms=timing.connect_ms,
            server_ms=timing.server_ms,
            attempts_count=timing.attempts_count,
            rate_limit_reason=timing.rate_limit_reason,
            data_source_id=call.data_source_id,
            object_id=call.object_id,
            page_size=call.page_size,
            filtered=call.filtered,
            narrowed=call.narrowed,
            probe=call.probe,
            procedure=call.procedure,
            run_id=call.run_id,
        )

    def _code_of(self, failure: BaseException, request: httpx.Request) -> str:
        if isinstance(failure, anyio.get_cancelled_exc_class()):
            is_late = self._monotonic() >= timing_of(request).ends_at_s
            return "deadline_passed" if is_late else "cancelled"
        return next((code for kind, code in _CODES if isinstance(failure, kind)), "bug")


def _answered(measured: CallRecord, response: httpx.Response) -> CallRecord:
    answered = replace(
        measured,
        status=response.status_code,
        request_id=request_id_of(response),
        response_bytes=len(response.content),
    )
    if response.is_success:
        return _listed(answered, body_of(response) or {})
    said = said_by(response)
    return replace(answered, error_code=said.code, request_id=said.request_id)


def _listed(answered: CallRecord, body: JSON) -> CallRecord:
    """With what a list says of itself."""
    if answered.page_size is None or not isinstance(body.get("results"), list):
        return answered
    return replace(answered, rows_count=len(body["results"]), has_more=bool(body.get("has_more")))
