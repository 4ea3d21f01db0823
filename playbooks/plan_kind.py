"""What the kinds of plan have in common; each kind is one module with the functions of `Kind`.

The mechanism (plan, approve, apply, verify, undo) knows nothing else of a kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from playbooks.desk import Desk
from playbooks.plan import Change, Plan
from playbooks.report import Finding, Gate

Measurements = Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a plan is asked for: how far back it looks."""

    window_days: float = 7


@dataclass(frozen=True, slots=True)
class Draft:
    """What should change, and why.

    `gates` are the questions it looked at, `blockers` what stands in the way, `baseline` what the
    judgement afterwards compares with. No changes is an answer: `headline` says why.
    """

    headline: str
    changes: tuple[Change, ...] = ()
    gates: tuple[Gate, ...] = ()
    evidence: tuple[str, ...] = ()
    blockers: tuple[Finding, ...] = ()
    requests_count: int = 0
    looked_at_count: int = 0
    measurements: Measurements = field(default_factory=dict[str, float | int | str | None])
    baseline: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Trial:
    """What an applied plan has brought so far; `until` is None once that is settled."""

    says: str
    until: datetime | None = None
    worse: bool = False
    measurements: Measurements = field(default_factory=dict[str, float | int | str | None])


class Kind(Protocol):
    """One kind of plan. Raises what the ports raise."""

    async def propose(self, desk: Desk, request: Request) -> Draft:
        """What should change, and why; changes nothing."""
        ...

    async def current(self, desk: Desk, change: Change) -> Any:
        """How the target is now, to be compared with the change's `before` and `after`."""
        ...

    async def write(self, desk: Desk, change: Change, value: Any) -> None:
        """Make the target so; twice does no more than once."""
        ...

    async def judge(self, desk: Desk, plan: Plan, since: datetime) -> Trial:
        """What the plan, applied at `since`, has brought."""
        ...
