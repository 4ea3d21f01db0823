"""A right that is kept alive while it is held, and given back however that ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from anyio import create_task_group, move_on_after, sleep

from playbooks.errors import PlaybookError, StoreUnusable

SIGN_EVERY_S: Final = 5.0
"""How often whoever holds the right gives a sign of life."""

PATIENCE_S: Final = 5.0
"""How long a store that does not answer keeps somebody who was cancelled."""


@asynccontextmanager
async def holding(
    sign: Callable[[], Awaitable[None]],
    give_back: Callable[[bool], Awaitable[None]],
    *,
    by_hand: bool,
) -> AsyncGenerator[None]:
    """Signs from time to time; at the end gives back, told whether it was stopped.

    Stopped is what ends by a mistake of ours, and what is cancelled `by_hand`.
    """
    failure: Exception | None = None
    stopped = by_hand
    try:
        async with create_task_group() as background:
            background.start_soon(_signing, sign)
            try:
                yield
                stopped = False
            except Exception as error:  # noqa: BLE001 - raised again below, out of the group's wrap
                failure, stopped = error, not isinstance(error, PlaybookError)
            background.cancel_scope.cancel()
    finally:
        with move_on_after(PATIENCE_S, shield=True), suppress(StoreUnusable):
            await give_back(stopped)
    if failure is not None:
        raise failure


async def _signing(sign: Callable[[], Awaitable[None]]) -> None:
    while True:
        await sleep(SIGN_EVERY_S)
        with suppress(StoreUnusable):
            await sign()
