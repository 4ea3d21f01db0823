"""The map of what a plan has made again: kept by a store, read once, written through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from playbooks.remade import BEGUN, KeptObject, Reached


class KeptMaps(Protocol):
    """Who keeps the maps; every method may raise StoreUnusable."""

    async def of_plan(self, plan_id: str) -> dict[str, KeptObject]:
        """Every object that the plan has begun to make, by its original id."""
        ...

    async def begin(self, plan_id: str, original_id: str, *, at: datetime) -> None:
        """It is about to be made: from now on there may be one that nobody knows."""
        ...

    async def settle(self, plan_id: str, original_id: str, new_id: str, state: Reached) -> None:
        """It is that one, and so far."""
        ...


class Maps:
    """The maps of one run: who applies a plan is alone, so that each is read once."""

    def __init__(self, kept: KeptMaps) -> None:
        self._kept = kept
        self._objects: dict[str, dict[str, KeptObject]] = {}
        self._ids: dict[str, dict[str, str]] = {}

    async def find(self, plan_id: str, original_id: str) -> KeptObject | None:
        """The object as it is kept; None when nobody has begun to make it."""
        return (await self._of(plan_id)).get(original_id)

    async def ids(self, plan_id: str) -> Mapping[str, str]:
        """New ids by original ones; it grows as more is made."""
        await self._of(plan_id)
        return self._ids[plan_id]

    async def begin(self, plan_id: str, original_id: str, at: datetime) -> None:
        """It is about to be made."""
        objects = await self._of(plan_id)
        await self._kept.begin(plan_id, original_id, at=at)
        objects[original_id] = KeptObject("", BEGUN, at)
        self._ids[plan_id].pop(original_id, None)

    async def settle(self, plan_id: str, original_id: str, new_id: str, state: Reached) -> None:
        """It is that one, and so far."""
        objects = await self._of(plan_id)
        await self._kept.settle(plan_id, original_id, new_id, state)
        objects[original_id] = KeptObject(new_id, state, objects[original_id].at)
        self._ids[plan_id][original_id] = new_id

    async def _of(self, plan_id: str) -> dict[str, KeptObject]:
        if plan_id not in self._objects:
            objects = await self._kept.of_plan(plan_id)
            self._ids[plan_id] = {
                original_id: each.new_id
                for original_id, each in objects.items()
                if each.state != BEGUN
            }
            self._objects[plan_id] = objects
        return self._objects[plan_id]
