"""What the procedures ask of the store about plans and the journal; `server/` has the adapter."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from playbooks.plan import JournalEntry, Plan, PlanState, Step, Unfinished


class Plans(Protocol):
    """Plans, their steps, and what was done; every method may raise StoreUnusable."""

    async def keep_plan(self, plan: Plan) -> None:
        """Keep a new plan under its id."""
        ...

    async def plan(self, plan_id: str) -> Plan | None:
        """The kept plan as it stands, or None."""
        ...

    async def plans(self, *, limit: int = 20) -> tuple[Plan, ...]:
        """The newest plans, newest first."""
        ...

    async def move_plan(
        self,
        plan_id: str,
        *,
        from_states: Sequence[PlanState],
        to: PlanState,
        as_seen: Plan | None = None,
        **changes: object,
    ) -> bool:
        """Let the plan go into another state, in one step; False when it is in none of those.

        Also False when it is no longer `as_seen`. Whoever gets True alone may act on it: an
        approval is used once.
        """
        ...

    def turn(self, plan_id: str, *, by_hand: bool) -> AbstractAsyncContextManager[str | None]:
        """The right to apply the plan, kept alive while it is held; None while it is another's.

        Given back at the end; of one who dies it is taken over. The plan counts as stopped, which
        `unfinished` tells, after a mistake of ours, and when it is cancelled `by_hand`.
        """
        ...

    async def steps(self, plan_id: str) -> tuple[Step, ...]:
        """What came of the plan's changes so far, in their order."""
        ...

    async def add_step(self, plan_id: str, number: int, step: Step, *, turn: str) -> bool:
        """Keep what came of change `number` (from 0); False when the turn is another's by now."""
        ...

    async def unfinished(self, connection: str | None) -> tuple[Unfinished, ...]:
        """The plans that were begun and have not ended, oldest first; None: of all connections."""
        ...

    async def append_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add to the hash-chained journal, which nothing ever changes."""
        ...

    async def last_journalled(self, subject: str) -> JournalEntry | None:
        """The newest entry about exactly that, or None."""
        ...
