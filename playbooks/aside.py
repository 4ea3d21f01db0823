"""Computing beside the event loop: the port, and what stands in for it where nobody waits."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Aside(Protocol):
    """Computes while other calls are answered."""

    async def __call__(self, compute: Callable[[], T]) -> T:
        """What it comes to; `compute` waits for nothing and changes nothing that others see."""
        ...


async def in_place(compute: Callable[[], T]) -> T:
    """An Aside for where nobody else waits."""
    return compute()
