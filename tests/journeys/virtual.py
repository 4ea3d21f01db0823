"""An event loop whose time is not spent but skipped, so that minutes of waiting take no time.

Time moves on only when nothing else can happen: no callback is ready, no worker thread is at
work. So what waits, waits exactly as long as it says, in the order in which it would in life.
"""

import asyncio
import selectors
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter

BEGINNING = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
_LOOK_S = 0.002


class VirtualLoop(asyncio.SelectorEventLoop):
    """Worker threads are known once `watch_threads` was called within the loop."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.limiter: CapacityLimiter | None = None
        super().__init__(cast("Any", _Skipping(self)))

    def time(self) -> float:
        return self.now_s

    @property
    def has_threads_at_work(self) -> bool:
        return self.limiter is not None and self.limiter.borrowed_tokens > 0


class _Skipping(selectors.DefaultSelector):
    """Instead of waiting for a timer it moves the loop's time there."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        events = super().select(0)
        while not events and self._loop.has_threads_at_work:
            events = super().select(_LOOK_S)
        if not events:
            self._loop.now_s += timeout
        return events


def virtual_loop() -> VirtualLoop:
    """The running loop, its worker threads watched from now on."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.limiter = current_default_thread_limiter()
    return loop


def clock() -> datetime:
    """The instant in the running loop's time; the beginning where no loop runs."""
    try:
        passed_s = asyncio.get_running_loop().time()
    except RuntimeError:
        passed_s = _last.get("s", 0.0)
    _last["s"] = passed_s
    return BEGINNING + timedelta(seconds=passed_s)


_last: dict[str, float] = {}
"""Worker threads have no loop: to them it is as late as it was when somebody looked last."""

BACKEND: tuple[str, Mapping[str, Any]] = ("asyncio", {"loop_factory": VirtualLoop})
"""What the fixture `anyio_backend` gives where time is virtual."""
