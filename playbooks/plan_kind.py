"""What the kinds of plan have in common; each kind is one module with the functions of `Kind`.

The mechanism (plan, approve, apply, verify, undo) knows nothing else of a kind: how a change is
looked at and made, its target says (`playbooks.aspects`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from playbooks.arguments import RestoreScope
from playbooks.databases import DatabaseKey
from playbooks.desk import Desk
from playbooks.errors import PlaybookError
from playbooks.plan import Change, Plan
from playbooks.report import Finding, Gate

Measurements = Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a plan is asked for; each kind reads its own part (`plan_kinds.ARGUMENTS`).

    optimize: `window_days`. repair: `database`, `review` (only what a person has to look at).
    clean_up: `database`, `older_than_days`. undo: `of`, a plan. restore: `snapshot` (the newest
    verified one), `scope`, `database`, `rows` (ids), `properties` (names), `as_of` (the newest
    snapshot of that instant or before), `into` (the page below which things are made, or
    "original": where they were).
    None and empty mean that it was not asked for.
    """

    window_days: float | None = None
    of: str | None = None
    database: DatabaseKey | None = None
    review: bool | None = None
    older_than_days: float | None = None
    snapshot: str | None = None
    scope: RestoreScope | None = None
    rows: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    as_of: datetime | None = None
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What should change, and why.

    `gates` are the questions it looked at, `blockers` what stands in the way, `baseline` what the
    judgement afterwards compares with. No changes is an answer: `headline` says why. Of more
    changes than a plan may have the first are planned. `undoes` is the plan that is taken back.
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
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What an applied plan has brought so far; `until` is None once that is settled."""

    says: str
    until: datetime | None = None
    worse: bool = False
    measurements: Measurements = field(default_factory=dict[str, float | int | str | None])


class Kind(Protocol):
    """One kind of plan; what its changes are about, their targets say. Raises as the ports do."""

    async def propose(self, desk: Desk, request: Request) -> Draft:
        """What should change, and why; changes nothing."""
        ...


class Unprepared(PlaybookError):
    """What the plan rests on is not there any more: it cannot be applied, and nothing was done."""


@runtime_checkable
class Prepared(Kind, Protocol):
    """A kind that has something to do before the first change of its plans."""

    async def prepare(self, desk: Desk, plan: Plan) -> Mapping[str, Any]:
        """Do it, twice as once, and tell what the journal is to keep. Raises Unprepared."""
        ...


@runtime_checkable
class Tried(Kind, Protocol):
    """A kind whose plans stay on trial once they are applied."""

    async def judge(self, desk: Desk, plan: Plan, since: datetime) -> Trial:
        """What the plan, applied at `since`, has brought."""
        ...
