"""Who may call next when calls are scarce: the arithmetic of the shared budget, without I/O."""

import secrets
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Final

PATIENCE_S: Final = 2.0
"""A waiter keeps its place for so long after it was due to ask again; then it counts as dead."""

ASK_AGAIN_S: Final = 0.05
"""The wait when only others are in the way, who may be dead or want no more calls."""

EAGER_S: Final = 0.5
"""Who has had a call so lately, or is due to ask so soon, wants its fair part of the window."""

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
class Taken:
    """A call in the window: whose, for whom, and when it went."""

    owner: str
    interactive: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Room:
    """What of the window is left at `now_s`; `taken` are the calls in it, oldest first."""

    now_s: float
    window_s: float
    allowed_count: int
    taken: Sequence[Taken]
    paused_until_s: float

    def wait_s(self, me: Waiter, line: Sequence[Waiter]) -> float:
        """How long `me` in the line waits; 0 when its call may go now.

        Those ahead only keep a call each: when they do not take it, nobody is held up but by it.
        """
        if self.paused_until_s > self.now_s:
            return self.paused_until_s - self.now_s
        wait_s = self._until_free_s(line.index(me))
        if wait_s > 0:
            return wait_s
        kept_count = self._kept_for_others_count(me, line)
        return ASK_AGAIN_S if self._until_free_s(kept_count) > 0 else 0.0

    def served(self, waiters: Sequence[Waiter]) -> set[str]:
        """The owners who have had their fair part, if all want one who wait or called lately."""
        wanting = {each.owner for each in waiters} | self._lately().keys()
        part_count = self.allowed_count // max(1, len(wanting))
        had_count = Counter(each.owner for each in self.taken)
        return {owner for owner, count in had_count.items() if count >= part_count}

    def _until_free_s(self, kept_count: int) -> float:
        """When there is a call beyond so many."""
        needed = kept_count + len(self.taken) - self.allowed_count
        if needed < 0:
            return 0.0
        if not self.taken:
            return ASK_AGAIN_S
        leaving = self.taken[min(needed, len(self.taken) - 1)]
        return leaving.at_s + self.window_s - self.now_s

    def _kept_for_others_count(self, me: Waiter, line: Sequence[Waiter]) -> int:
        """What the eager others are still to have before anybody has more than a fair part.

        Or who wakes first and has the faster machine would take it all.
        """
        others = self._eager(me, line) - {me.owner}
        part_count = self.allowed_count // (len(others) + 1)
        had_count = Counter(each.owner for each in self.taken)
        beyond_count = had_count[me.owner] - part_count
        if beyond_count < 0:
            return 0
        # What the division leaves over goes one to each.
        fair_count = part_count + min(beyond_count, 1)
        return sum(max(0, fair_count - had_count[owner]) for owner in others)

    def _eager(self, me: Waiter, line: Sequence[Waiter]) -> set[str]:
        """Those of no lower class than `me` who want calls now."""
        soon = {each.owner: each.interactive for each in line if each.due_s < self.now_s + EAGER_S}
        eager = self._lately() | soon
        return {owner for owner, urgent in eager.items() if urgent or not me.interactive}

    def _lately(self) -> dict[str, bool]:
        """Who has called lately, and whether that was interactive."""
        return {
            each.owner: each.interactive for each in self.taken if each.at_s + EAGER_S > self.now_s
        }


def in_line(
    waiters: Sequence[Waiter], overtaken_count: int, served: Container[str] = ()
) -> list[Waiter]:
    """The waiters in the order in which they go.

    `overtaken_count` interactive calls have gone since a background one went that had to wait.
    In each class `served` owners, who have had their fair part, go last; else who came first.
    """
    ordered = sorted(waiters, key=lambda each: (each.owner in served, each.since_s, each.owner))
    interactive = [waiter for waiter in ordered if waiter.interactive]
    background = [waiter for waiter in ordered if not waiter.interactive]
    until_background = max(0, OVERTAKING_MOST_COUNT - overtaken_count)
    line: list[Waiter] = []
    while background and len(interactive) >= until_background:
        line += [*interactive[:until_background], background.pop(0)]
        interactive = interactive[until_background:]
        until_background = OVERTAKING_MOST_COUNT
    return [*line, *interactive, *background]
