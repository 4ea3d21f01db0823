"""A blocking step whose caller may go away while it is done."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

# SQLAlchemy is heavy, and the store itself reaches this module before its first use.
if TYPE_CHECKING:
    from sqlalchemy import Engine

T = TypeVar("T")


class Step(Generic[T]):
    """Does something with the engine in a thread; what nobody waits for any more is undone, once.

    Whichever comes last undoes it: the end of the action, or who finds that its caller has gone.
    """

    def __init__(
        self, action: "Callable[[Engine], T]", undo: "Callable[[Engine, T], None]"
    ) -> None:
        self._action = action
        self._undo = undo
        self._turn = Lock()
        self._results: list[T] = []
        self._is_abandoned = False

    def run(self, engine: "Engine") -> T:
        """Do it; what the undoing raises is of no caller's interest any more."""
        result = self._action(engine)
        with self._turn:
            self._results.append(result)
            is_abandoned = self._is_abandoned
        if is_abandoned:
            self._undo(engine, result)
        return result

    def abandon(self) -> "Callable[[Engine], None] | None":
        """Nobody waits for it any more; gives what undoes it when it has been done already."""
        with self._turn:
            self._is_abandoned = True
            done = [*self._results]
        if not done:
            return None
        return lambda engine: self._undo(engine, done[0])
