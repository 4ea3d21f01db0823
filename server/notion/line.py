"""A line of waiters in two classes: who is the first now."""

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import anyio

PASSED_OVER_COUNT: Final = 9
"""So many interactive ones go before a waiting background one, then it goes."""


@dataclass(slots=True, eq=False)
class Place:
    """One waiter's place; `moved` is set when it becomes the first."""

    interactive: bool
    moved: anyio.Event = field(default_factory=anyio.Event)


class Line:
    """Interactive waiters first, each class in the order it came; background ones never starve."""

    def __init__(self) -> None:
        self._interactive: deque[Place] = deque()
        self._background: deque[Place] = deque()
        self._passed_over_count = 0

    @contextmanager
    def place(self, *, interactive: bool) -> Generator[Place]:
        """Stand in line meanwhile; leaving lets the next one be first."""
        mine = Place(interactive)
        queue = self._interactive if interactive else self._background
        queue.append(mine)
        try:
            yield mine
        finally:
            queue.remove(mine)
            following = self._first()
            if following is not None:
                following.moved.set()

    def is_first(self, place: Place) -> bool:
        """Whether nobody goes before it."""
        return self._first() is place

    def is_urgent(self, place: Place) -> bool:
        """Whether it goes as an interactive one: it is one, or it was passed over long enough."""
        return place.interactive or bool(self._interactive)

    async def until_first(self, place: Place) -> None:
        """Wait until nobody goes before it."""
        while not self.is_first(place):
            place.moved = anyio.Event()
            await place.moved.wait()

    def went(self, place: Place) -> None:
        """It was the first, and is let go."""
        if not place.interactive:
            self._passed_over_count = 0
        elif self._background:
            self._passed_over_count += 1

    def _first(self) -> Place | None:
        is_due = not self._interactive or self._passed_over_count >= PASSED_OVER_COUNT
        if self._background and is_due:
            return self._background[0]
        return self._interactive[0] if self._interactive else None
