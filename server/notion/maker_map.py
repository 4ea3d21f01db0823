"""What a maker asks of whoever keeps its maps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from playbooks.remade import KeptObject


class KeptMap(Protocol):
    """Maps from original ids to new ones, by plan; every method may raise StoreUnusable."""

    async def find(self, plan_id: str, original_id: str) -> KeptObject | None:
        """The object as it is kept; None when nobody has begun to make it."""
        ...

    async def begin(self, plan_id: str, original_id: str, *, at: datetime) -> None:
        """It is about to be made: from now on there may be one that nobody knows."""
        ...

    async def settle(self, plan_id: str, original_id: str, new_id: str, state: str) -> None:
        """It is that one, and so far."""
        ...

    async def new_ids(self, plan_id: str) -> Mapping[str, str]:
        """New ids by original ones."""
        ...
