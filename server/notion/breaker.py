"""The circuit breaker: a service that fails again and again is left alone for a while."""

from collections.abc import Sequence
from typing import Protocol

from playbooks.ports import BreakerState


class Board(Protocol):
    """Where the processes of one connection tell each other what their breakers know."""

    async def load(self) -> Sequence[BreakerState]:
        """The newest state of every group that anybody published."""
        ...

    async def publish(self, state: BreakerState) -> None:
        """Replace what stands there for this group."""
        ...
