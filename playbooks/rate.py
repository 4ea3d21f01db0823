"""The rate that Notion allows: what every counter of calls agrees on, in one process or many."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

ARRIVAL_MARGIN: Final = 0.01
"""The window is kept this part longer: the server counts a call when it arrives, not when we let
it go, and two calls are not equally long on their way."""

OWN_LIMIT: Final = "public_api_request_rate_limit"
"""Notion's reason for a 429 that is about our own connection; others are about more than it."""

LONGEST_PAUSE_S: Final = 600.0
"""Who is told to wait longer asks again then: a wrong word must not silence us for days."""

_LEAST_PART: Final = 0.25
"""The window is not lowered below this part of its setting: a foreign program with the same token
may have used up the rest once."""

_RECOVERED_PART: Final = 0.1
"""A lowered window grows by this part of its setting in each window without such a 429."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Notion asked that nobody of this connection calls; `reason` is its own word for why."""

    until: datetime
    reason: str


class Window(Protocol):
    """Where the calls of one connection are counted, for all who use its token.

    A pacer asks for the first of its waiters only, so each process is one waiter at most.
    """

    async def take(self, *, interactive: bool) -> float:
        """Count a call now and return 0; or count nothing and return the seconds to wait.

        Who was told to wait counts as waiting until it takes or leaves. While interactive ones
        wait, background ones get a small part of the calls, but never none.
        """
        ...

    async def leave(self) -> None:
        """Our waiter gives up, so nobody need wait for it."""
        ...

    async def pause(self, pause_s: float, reason: str) -> None:
        """Let nobody call for that long; a shorter pause never ends a longer one.

        `reason` is Notion's word: its `rate_limit_reason`, else its `code`, else the status.
        OWN_LIMIT lowers the window.
        """
        ...


def lowered(allowed_count: int, taken_count: int, setting_count: int) -> int:
    """The calls of a window after a 429 of our own, the refused one among those taken in it."""
    return max(min(allowed_count, taken_count) - 1, math.ceil(setting_count * _LEAST_PART))


def recovered(lowered_count: int, windows_count: int, setting_count: int) -> int:
    """The calls of a lowered window after so many whole windows without another such 429."""
    grown = lowered_count + windows_count * math.ceil(setting_count * _RECOVERED_PART)
    return min(setting_count, grown)
