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
    """Worker threads are known once `virtual_loop` was called within the loop."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.limiters: tuple[CapacityLimiter, ...] = ()
        super().__init__(cast("Any", _Skipping(self)))

    def time(self) -> float:
        return self.now_s

    @property
    def has_threads_at_work(self) -> bool:
        return any(limiter.borrowed_tokens > 0 for limiter in self.limiters)


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


def virtual_loop(*limiters: CapacityLimiter) -> VirtualLoop:
    """The running loop; its worker threads, also those of these limiters, are watched from now."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.limiters = (current_default_thread_limiter(), *limiters)
    _watched[:] = [loop]
    return loop


def clock() -> datetime:
    """The instant in the time of the loop that is watched, in its worker threads too."""
    passed_s = _watched[0].time() if _watched else 0.0
    return BEGINNING + timedelta(seconds=passed_s)


_watched: list[VirtualLoop] = []
"""Worker threads have no loop of their own to ask."""

BACKEND: tuple[str, Mapping[str, Any]] = ("asyncio", {"loop_factory": VirtualLoop})
"""What the fixture `anyio_backend` gives where time is virtual."""
