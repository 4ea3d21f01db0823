"""The steps of a plan, one after another: look, journal, write, read back; and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from playbooks.aspects import current, tell_mirror, write
from playbooks.desk import Desk, silent
from playbooks.errors import (
    FirewallRefused,
    LossRefused,
    NotFoundOrNotShared,
    RequestRefused,
)
from playbooks.plan import Change, JournalEntry, JournalKind, Plan, Step
from playbooks.ports import Progress
from playbooks.targets import Target

CANARY_COUNT: Final = 3
"""So many changes are made first: where they go wrong, nothing else is touched."""

FAILURES_ALLOWED_COUNT: Final = 3
FAILURES_ALLOWED_SHARE: Final = 0.05
"""The greater of both may fail before a plan is stopped."""

Verdict = Literal["go on", "done", "canary failed", "too many failed"]

REFUSALS: Final = (RequestRefused, NotFoundOrNotShared, FirewallRefused, LossRefused)
"""Answers that are about one change: asking again changes nothing."""


def verdict(steps: Sequence[Step], changes_count: int) -> Verdict:
    """What comes after these steps of so many changes."""
    canary = steps[:CANARY_COUNT]
    tried_all = len(canary) == min(CANARY_COUNT, changes_count)
    if "failed" in canary or (tried_all and not {"applied", "found"} & set(canary)):
        return "canary failed"
    allowed = max(FAILURES_ALLOWED_COUNT, FAILURES_ALLOWED_SHARE * changes_count)
    if steps.count("failed") > allowed:
        return "too many failed"
    return "done" if len(steps) >= changes_count else "go on"


async def steps_of(desk: Desk, plan: Plan) -> tuple[Step, ...]:
    """What came of the plan's changes so far; plans of older programs hold it themselves."""
    return (*plan.outcome.get("steps", ()), *await desk.store.steps(plan.id))


def done(plan: Plan, steps: Sequence[Step]) -> tuple[Change, ...]:
    """The changes that were made."""
    return came_to(plan, steps, "applied")


def came_to(plan: Plan, steps: Sequence[Step], step: Step) -> tuple[Change, ...]:
    """The changes of which that came."""
    return tuple(change for change, came in zip(plan.changes, steps, strict=False) if came == step)


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan being applied: by whom, whether `by_hand`, and who is told of each step."""

    desk: Desk
    plan: Plan
    actor: str
    by_hand: bool = True
    progress: Progress = silent

    async def forward(self, change: Change) -> Step:
        """From `before` to `after`; what is so already is ours only if the journal says so.

        What Notion refuses is taken back alone. Raises what keeps every change from being made.
        """
        try:
            found = await current(self.desk, self.plan, change)
        except NotFoundOrNotShared:
            return "skipped"
        if found == change.after:
            await tell_mirror(self.desk, self.plan, change)
            return "applied" if await self._was_ours(change) else "found"
        if found != change.before:
            return "skipped"
        return "applied" if await self._stays(change) else "failed"

    async def back(self, changes: Sequence[Change]) -> None:
        """What is still as the plan left it becomes what it was, the last first."""
        for change in reversed(changes):
            try:
                if await current(self.desk, self.plan, change) == change.after:
                    await self._written(change.turned_round(), "undo")
            except REFUSALS as error:
                await self._journal(change, "undo", change.after, {"refused": error.problem})

    async def _was_ours(self, change: Change) -> bool:
        """Whether an interrupted try of this plan wrote it; that journals before it writes."""
        for target in _written_with(change.target):
            last = await self.desk.store.last_journalled(self._subject(target))
            if last is not None:
                return last.kind == "write" and "refused" not in last.after
        return False

    async def _stays(self, change: Change) -> bool:
        try:
            stays = await self._written(change, "write")
        except REFUSALS as error:
            await self._journal(change, "write", change.before, {"refused": error.problem})
            stays = False
        if not stays:
            await self.back([change])
        return stays

    async def _written(self, change: Change, why: JournalKind) -> bool:
        """Journalled before and after; whether it reads as it was written."""
        await self._journal(change, why, change.before, {"intended": change.after})
        await write(self.desk, self.plan, change, change.after)
        read = await current(self.desk, self.plan, change)
        await self._journal(change, why, change.before, {"read_back": read})
        if read != change.after:
            return False
        await tell_mirror(self.desk, self.plan, change)
        return True

    async def _journal(
        self, change: Change, why: JournalKind, before: Any, after: dict[str, Any]
    ) -> None:
        entry = JournalEntry(
            at=self.desk.clock(),
            kind=why,
            actor=self.actor,
            subject=self._subject(change.target),
            before=before,
            after=after,
        )
        await self.desk.store.append_journal([entry])

    def _subject(self, target: str) -> str:
        return f"{self.plan.id} {target}"


def _written_with(target: str) -> tuple[str, ...]:
    """The targets whose writing makes it so: links go with what is unmade."""
    taken = Target.of(target)
    return (target, str(Target("made", taken.parts))) if taken.aspect == "linked" else (target,)
