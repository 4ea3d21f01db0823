"""Who may call next when calls are scarce: the arithmetic of the shared budget, without I/O."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

PATIENCE_S: Final = 2.0
"""A waiter keeps its place for so long after it was due to ask again; then it counts as dead."""

ASK_AGAIN_S: Final = 0.5
"""The wait when only those ahead, who may be dead, are in the way."""

OVERTAKING_MOST_COUNT: Final = 9
"""So many interactive calls may go before a background one that waits: every tenth is its own."""


@dataclass(frozen=True, slots=True)
class Share:
    """One process's part in the budget of a connection: at most `calls_count` in `window_s`.

    `clock_s` None is the wall clock that all processes share; `owner` tells them apart.
    """

    connection: str
    calls_count: int
    window_s: float
    clock_s: Callable[[], float] | None = None
    owner: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Waiter:
    """A process that was told to wait, since when, and when it is due to ask again."""

    owner: str
    interactive: bool
    since_s: float
    due_s: float


@dataclass(frozen=True, slots=True)
class Room:
    """What of the window is left at `now_s`; `taken_at_s` are the calls in it, oldest first."""

    now_s: float
    window_s: float
    allowed_count: int
    taken_at_s: Sequence[float]
    paused_until_s: float

    def wait_s(self, ahead_count: int) -> float:
        """How long somebody waits who has so many ahead; 0 when the call may go now.

        Those ahead only keep a call each: when they do not take it, nobody is held up but by it.
        """
        if self.paused_until_s > self.now_s:
            return self.paused_until_s - self.now_s
        needed = ahead_count + len(self.taken_at_s) - self.allowed_count
        if needed < 0:
            return 0.0
        if not self.taken_at_s:
            return ASK_AGAIN_S
        leaving = min(needed, len(self.taken_at_s) - 1)
        return self.taken_at_s[leaving] + self.window_s - self.now_s


def in_line(waiters: Sequence[Waiter], overtaken_count: int) -> list[Waiter]:
    """The waiters in the order in which they go.

    `overtaken_count` interactive calls have gone since a background one went that had to wait.
    """
    ordered = sorted(waiters, key=lambda waiter: (waiter.since_s, waiter.owner))
    interactive = [waiter for waiter in ordered if waiter.interactive]
    background = [waiter for waiter in ordered if not waiter.interactive]
    until_background = max(0, OVERTAKING_MOST_COUNT - overtaken_count)
    line: list[Waiter] = []
    while background and len(interactive) >= until_background:
        line += [*interactive[:until_background], background.pop(0)]
        interactive = interactive[until_background:]
        until_background = OVERTAKING_MOST_COUNT
    return [*line, *interactive, *background]
