"""Several calls at once, a bounded number of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

from playbooks.errors import PlaybookError

A = TypeVar("A")
B = TypeVar("B")


async def side_by_side(
    items: Sequence[A], work: Callable[[A], Awaitable[B]], *, most_count: int
) -> list[B]:
    """The results in the order of the items; the first PlaybookError ends all and is raised."""
    results: dict[int, B] = {}
    failures: list[PlaybookError] = []
    places = anyio.CapacityLimiter(most_count)

    async def do(index: int, item: A) -> None:
        try:
            async with places:
                results[index] = await work(item)
        except PlaybookError as error:
            failures.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, item in enumerate(items):
            group.start_soon(do, index, item)
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(items))]
