"""Writes that are performed some time after they were answered, as behind a gateway's timeout."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from server.workspace.errors import ApiError


@dataclass(frozen=True, slots=True)
class _Due:
    at: datetime
    perform: Callable[[datetime], object]


class LateWrites:
    """What is still to be performed; nobody sees it but by asking, so it is done before an answer.

    What is refused at its time is dropped: its client was answered long ago.
    """

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._turn = Lock()

    def add(self, at: datetime, perform: Callable[[datetime], object]) -> None:
        """Perform it at that instant, which it is told."""
        with self._turn:
            self._due = sorted([*self._due, _Due(at, perform)], key=lambda due: due.at)

    def catch_up(self, now: datetime) -> None:
        """Perform what is due, in order."""
        with self._turn:
            while self._due and self._due[0].at <= now:
                due = self._due.pop(0)
                try:
                    due.perform(due.at)
                except ApiError:
                    continue
