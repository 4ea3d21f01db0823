"""Probes side by side, bounded in time, and computing aside: two ports on anyio."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
from anyio import to_thread

from playbooks.errors import PlaybookError
from playbooks.ports import Outcome

T = TypeVar("T")


async def together(
    probes: Sequence[Callable[[], Awaitable[T]]], *, within_s: float, shielded: bool = False
) -> tuple[Outcome[T], ...]:
    """The outcomes in order; what has not answered after `within_s` seconds is cancelled.

    `shielded`: and not before, although the caller is.
    """
    outcomes: list[Outcome[T]] = [Outcome() for _ in probes]

    async def ask(index: int, probe: Callable[[], Awaitable[T]]) -> None:
        started_s = time.perf_counter()
        try:
            answer = Outcome(value=await probe(), latency_ms=_ms_since(started_s))
        except PlaybookError as error:
            answer = Outcome[T](error=error, latency_ms=_ms_since(started_s))
        outcomes[index] = answer

    with anyio.move_on_after(within_s, shield=shielded):
        async with anyio.create_task_group() as group:
            for index, probe in enumerate(probes):
                group.start_soon(ask, index, probe)
    return tuple(outcomes)


async def aside(compute: Callable[[], T]) -> T:
    """What it comes to, in a worker thread; who is cancelled does not wait for it."""
    return await to_thread.run_sync(compute, abandon_on_cancel=True)


def _ms_since(started_s: float) -> float:
    return round((time.perf_counter() - started_s) * 1000, 1)
