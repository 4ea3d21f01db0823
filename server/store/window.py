"""One budget of calls for every process that uses the same connection."""

import logging
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import fail_after

from playbooks.errors import StoreUnusable
from playbooks.lazy import LazyModule
from playbooks.rate import Window
from server.store.line import Share
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first call at the earliest.
if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.store import budget
else:
    budget = LazyModule("server.store.budget")

T = TypeVar("T")

RETRY_STORE_AFTER_S: Final = 30.0
"""How long a store that could not be used is left alone."""

STORE_WITHIN_S: Final = 2.0
"""A call has its deadline: it waits no longer for a store that is locked or does not answer."""

_log = logging.getLogger(__name__)


class SharedWindow:
    """A Window in the store, the same for all processes with the share's connection key.

    At most `share.calls_count` calls in any `share.window_s` seconds. Interactive callers go
    before background ones, of which at least every tenth call is. In each class who came first goes
    first, whatever its process, but who has not yet had its fair part of the window goes before who
    has. A process that dies loses its place; a pause holds everybody.
    While the store cannot be used, within `within_s` seconds, `local` decides, which always knows
    of this process's calls.
    """

    def __init__(
        self,
        store: SqlStore,
        share: Share,
        *,
        local: Window,
        monotonic: Callable[[], float] = time.monotonic,
        within_s: float = STORE_WITHIN_S,
    ) -> None:
        self._store = store
        self._share = share
        self._local = local
        self._monotonic = monotonic
        self._within_s = within_s
        self._store_rests_until_s = -math.inf
        self._has_warned = False

    async def take(self, *, interactive: bool) -> float:
        """Count a call now and return 0; or count nothing and return the seconds to wait."""
        answer = await self._in_store(
            lambda engine: budget.take(engine, self._share, interactive=interactive),
            undo=lambda engine, answer: budget.take_back(engine, self._share, answer),
        )
        if answer is None or answer.wait_s == 0:
            alone_s = await self._local.take(interactive=interactive)
            return alone_s if answer is None else 0.0
        return answer.wait_s

    async def leave(self) -> None:
        """Our waiter gives up, so nobody need wait for it."""
        await self._local.leave()
        await self._in_store(lambda engine: budget.leave(engine, self._share))

    async def pause(self, pause_s: float, reason: str) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one.

        `public_api_request_rate_limit` lowers the window; it grows back by a tenth of its setting
        in each window without another one.
        """
        await self._local.pause(pause_s, reason)
        await self._in_store(lambda engine: budget.pause(engine, self._share, pause_s, reason))

    async def _in_store(
        self,
        action: "Callable[[Engine], T]",
        *,
        undo: "Callable[[Engine, T], None] | None" = None,
    ) -> T | None:
        """What the action gives; None while the store cannot be used, or not in time."""
        if self._monotonic() < self._store_rests_until_s:
            return None
        try:
            with fail_after(self._within_s):
                return await self._store.perform(action, undo=undo)
        except (StoreUnusable, TimeoutError) as failure:
            self._leave_alone(str(failure) or "The store gave no answer in time.")
            return None

    def _leave_alone(self, why: str) -> None:
        self._store_rests_until_s = self._monotonic() + RETRY_STORE_AFTER_S
        if not self._has_warned:
            _log.warning("The budget of calls is this process's own for now. %s", why)
            self._has_warned = True
