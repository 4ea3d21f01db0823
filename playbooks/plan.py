"""The one door for changes: what is planned, approved, applied, verified and can be undone.

A plan is a value. Its digest covers all that an approval is about, so that what a person saw is
what is done; its state moves one step at a time in the store, and an approval is used once.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from playbooks.arguments import PlanKind
from playbooks.report import Frozen

PlanState = Literal[
    "planned", "approved", "applying", "applied", "rolled_back", "failed", "refused", "expired"
]

ApprovedBy = Literal["elicitation", "terminal", "policy"]
"""How a person said yes: asked by the client, typed in a terminal, or in the user's own file."""

JournalKind = Literal["plan", "approval", "write", "undo"]

Step = Literal["applied", "found", "skipped", "failed"]
"""What came of a change. Found: it was so already, by somebody else's hand, and is not ours to
take back. Skipped: its target has changed since it was planned. Failed: Notion refused it, or it
did not stay as written; it was taken back."""


class Change(Frozen):
    """One step of a plan: `target` (see `playbooks.targets`) goes from `before` to `after`.

    `expected` says what it is for, in our own words; `shown` names what it is about for a person,
    with foreign text in code spans. Values of Notion are foreign text.
    """

    target: str
    before: Any
    after: Any
    expected: str = ""
    shown: str = ""

    def turned_round(self) -> "Change":
        """What takes it back."""
        return self.model_copy(update={"before": self.after, "after": self.before})


class Plan(Frozen):
    """A previewed set of changes; nothing of it is done before it is approved."""

    id: str
    kind: PlanKind
    connection: str = Field(description="Key of the address and token it is meant for.")
    created_at: datetime
    expires_at: datetime
    changes: tuple[Change, ...]
    requests_count: int = Field(default=0, ge=0, description="Calls of Notion that it costs.")
    blockers: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    digest: str
    state: PlanState = "planned"
    approved_by: ApprovedBy | None = None
    approved_at: datetime | None = None
    undoes: str | None = Field(default=None, description="The plan that this one takes back.")
    outcome: dict[str, Any] = Field(default_factory=dict)

    @property
    def short_digest(self) -> str:
        """What a person compares and types."""
        return self.digest[:8]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A plan that was begun and has not ended.

    `waits`: for Notion, since `since`. `stopped`: somebody stopped it. `held`: it is being applied.
    """

    plan_id: str
    since: datetime
    how: Literal["waits", "stopped", "held"]


class JournalEntry(Frozen):
    """One line of the journal: who did what to what, and how it was before and after.

    Nothing in it may be a secret; the store adds number and chain.
    """

    at: datetime
    kind: JournalKind
    actor: str
    subject: str
    before: Any = None
    after: Any = None


def digest_of(plan: Plan) -> str:
    """SHA-256 over what an approval is about: which plan, until when, and every change in order."""
    about = plan.model_dump(mode="json", include={"id", "kind", "connection", "changes", "undoes"})
    about["expires_at"] = plan.expires_at.timestamp()
    written = json.dumps(about, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
