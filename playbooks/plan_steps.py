"""The steps of a plan, one after another: look, journal, write, read back; and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from playbooks.desk import Desk
from playbooks.plan import Change, JournalEntry, JournalKind, Plan
from playbooks.plan_kind import Kind

Step = Literal["applied", "skipped", "failed"]
"""Skipped: the target has changed since it was planned. Failed: it did not stay as written."""

SILENT_AFTER_S: Final = 180
"""Without a sign for so long, whoever applied a plan is gone; no step takes longer."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan being applied: of which kind, and by whom."""

    desk: Desk
    kind: Kind
    plan: Plan
    actor: str

    async def forward(self, change: Change) -> Step:
        """From `before` to `after`; what is so already was done by an interrupted try."""
        found = await self.kind.current(self.desk, change)
        if found == change.after:
            return "applied"
        if found != change.before:
            return "skipped"
        return "applied" if await self._written(change, "write", change.after) else "failed"

    async def back(self, changes: Sequence[Change]) -> None:
        """What is still as the plan left it becomes what it was, the last first."""
        for change in reversed(changes):
            if await self.kind.current(self.desk, change) == change.after:
                await self._written(change, "undo", change.before)

    async def _written(self, change: Change, why: JournalKind, value: Any) -> bool:
        """Journalled before and after; whether it reads as it was written."""
        found = change.after if why == "undo" else change.before
        await self._journal(change, why, found, {"intended": value})
        await self.kind.write(self.desk, change, value)
        read = await self.kind.current(self.desk, change)
        await self._journal(change, why, found, {"read_back": read})
        return bool(read == value)

    async def _journal(
        self, change: Change, why: JournalKind, before: Any, after: dict[str, Any]
    ) -> None:
        entry = JournalEntry(
            at=self.desk.clock(),
            kind=why,
            actor=self.actor,
            subject=f"{self.plan.id} {change.target}",
            before=before,
            after=after,
        )
        await self.desk.store.append_journal([entry])


def done(plan: Plan, steps: Sequence[Step]) -> tuple[Change, ...]:
    """The changes that were made."""
    return tuple(
        change for change, step in zip(plan.changes, steps, strict=False) if step == "applied"
    )
