"""One record of every call, whatever became of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

import anyio
import httpx

from playbooks.clock import Clock
from playbooks.ports import CallRecord
from server.notion.answers import request_id_of, said_by
from server.notion.call import (
    MS_PER_S,
    DeadlinePassed,
    Layer,
    Monotonic,
    call_of,
    timing_of,
)

Record: TypeAlias = Callable[[CallRecord], None]
"""Keeps one record; must neither wait nor fail."""


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
            attempts_count=timing.attempts_count,
            data_source_id=call.data_source_id,
            probe=call.probe,
            procedure=call.procedure,
            run_id=call.run_id,
        )

    def _code_of(self, failure: BaseException, request: httpx.Request) -> str:
        """Our own word for a call without an answer."""
        if isinstance(failure, anyio.get_cancelled_exc_class()):
            is_late = self._monotonic() >= timing_of(request).ends_at_s
            return "deadline_passed" if is_late else "cancelled"
        match failure:
            case DeadlinePassed():
                return "deadline_passed"
            case httpx.TimeoutException():
                return "connection_timeout"
            case httpx.ConnectError() | httpx.ProxyError():
                return "no_connection"
            case httpx.RequestError():
                return "broken_connection"
            case _:
                return "bug"


def _answered(measured: CallRecord, response: httpx.Response) -> CallRecord:
    answered = replace(
        measured,
        status=response.status_code,
        request_id=request_id_of(response),
        response_bytes=len(response.content),
    )
    if response.is_success:
        return answered
    said = said_by(response)
    return replace(
        answered,
        error_code=said.code,
        rate_limit_reason=said.rate_limit_reason,
        request_id=said.request_id,
    )
